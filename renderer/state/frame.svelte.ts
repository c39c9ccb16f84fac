import { setLocale, t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { applyAttributes, rootAttributes, watchNarrow, watchSystem } from './appearance.ts';
import { isCommandId } from './command-table.ts';
import { keepPanel } from './kept-panel.svelte.ts';
import { keepTools } from './kept-tools.svelte.ts';
import { menusOf, shownMenus } from './menus.ts';

/** Ties settings, menus and the frame's own commands to the page. Called once, while the page is set up. */
export function connectFrame(app: AppState): void {
  const { batch, canvas, host, document: opened, engine, jobs, settings, storage, commands, layout } = app;
  $effect(() => settings.listen());
  $effect(() => watchSystem((wishes) => (settings.system = wishes)));
  $effect(() => applyAttributes(document.documentElement, rootAttributes(settings.current, settings.system)));
  $effect(() => setLocale(settings.current.language));
  $effect(() => {
    commands.chosenKeys = settings.current.keys;
    engine.preferred = settings.current;
  });
  keepPanel(settings, layout);
  keepTools(canvas, storage);
  $effect(() => watchNarrow((isNarrow) => (layout.isNarrow = isNarrow)));
  $effect(() => void (document.title = windowTitle(opened.name, opened.isDirty)));
  // A batch ends with the desktop program; in a browser the engine goes on without the page.
  const endsBatch = (): boolean => host.kind === 'desktop' && batch.isUnderWay;
  $effect(() => host.noteUnsaved(opened.isDirty || jobs.isBusy || endsBatch()));
  $effect(() => host.showMenu(shownMenus(menusOf(commands.available))));
  $effect(() => host.onCommand((id) => void (isCommandId(id) && commands.run(id))));
  $effect(() =>
    commands.registerAll({
      'view.batch': {
        run: () => void (layout.view = layout.view === 'batch' ? 'editor' : 'batch'),
        isChecked: () => layout.view === 'batch',
      },
      'view.theme': {
        run: () => settings.change({ theme: settings.isDark ? 'light' : 'dark' }),
        isChecked: () => !settings.isDark,
      },
      'help.palette': { run: () => void (layout.overlay = 'palette') },
      'help.keys': { run: () => void (layout.overlay = 'keys') },
      'help.settings': { run: () => layout.openSettings(layout.settingsSection) },
      'help.models': { run: () => void (layout.overlay = 'models') },
      'help.about': { run: () => void (layout.overlay = 'about') },
    }),
  );
}

/** The open file's name first, with a mark while something of it is in no file. */
const windowTitle = (name: string, isDirty: boolean): string =>
  name === '' ? t('frame.app') : `${isDirty ? '• ' : ''}${name} – ${t('frame.app')}`;
