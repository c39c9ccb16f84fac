import type { NamedBytes } from '#common/contract/services.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';

/** What a person can do with pictures and edits, wherever they do it: a button, a key, the menu, a drop. Each shows its own failure. */
export function createActions({ host, editor, job, problems }: AppState) {
  const open = (picture: NamedBytes): Promise<void> =>
    problems.attempt(async () => {
      if (job.isBusy) throw new Error(t('edit.underWay'));
      problems.clear();
      await editor.open(picture);
    });
  return {
    open,
    chooseAndOpen: () =>
      problems.attempt(async () => {
        const picture = await host.dialogs.openPicture();
        if (picture) await open(picture);
      }),
    save: () =>
      problems.attempt(async () => {
        if (editor.current) await host.dialogs.savePicture({ name: editor.current.name, bytes: editor.current.bytes });
      }),
    run: () => problems.attempt(() => job.run()),
    cancel: () => problems.attempt(() => job.cancel()),
  };
}
export type Actions = ReturnType<typeof createActions>;

/** Makes the commands of today's editor runnable. @returns takes them back */
export function registerEditorCommands({ commands, editor, job, layout }: AppState, actions: Actions): () => void {
  const hasPicture = () => editor.shown !== undefined;
  return commands.registerAll({
    'file.open': { run: actions.chooseAndOpen, isEnabled: () => !job.isBusy },
    'file.saveAs': { run: actions.save, isEnabled: () => hasPicture() && !job.isBusy },
    'edit.undo': { run: () => editor.undo(), isEnabled: () => editor.before !== undefined && !job.isBusy },
    'edit.run': { run: actions.run, isEnabled: () => job.canRun },
    'edit.stop': { run: actions.cancel, isEnabled: () => job.isBusy && job.status !== 'cancelling' },
    'view.before': {
      run: () => void (editor.showsBefore = !editor.showsBefore),
      isEnabled: () => editor.before !== undefined && !job.isBusy,
      isChecked: () => editor.showsBefore,
    },
    'view.maps': {
      run: () => layout.showPanel(layout.showsMaps ? 'edit' : 'maps'),
      isChecked: () => layout.showsMaps,
    },
    'view.panel': {
      run: () => void (layout.isPanelOpen = !layout.isPanelOpen),
      isEnabled: hasPicture,
      isChecked: () => layout.isPanelOpen,
    },
  });
}
