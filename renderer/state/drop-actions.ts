import { kindOfFile } from '#common/maps/map-files.ts';
import type { Folder } from '#common/contract/batch-service.ts';
import { readFile } from '../host/browser-dialogs.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { Actions } from './actions.ts';
import type { AppState } from './app-state.ts';

/** What becomes of things that are dropped onto the page: a picture or project, a map, a recipe, a folder. */
export function createDropActions(app: AppState, actions: Actions) {
  const { batch, editor, folderChoice, host, layout, maps, problems } = app;

  /** A map is dropped onto the picture it belongs to; its name says that it is one. */
  async function takeFile(file: File): Promise<void> {
    if (file.name.endsWith('.json')) return takeRecipe(file.name, await file.text());
    const kind = kindOfFile(file.name);
    const read = await readFile(file);
    if (kind === undefined || layout.view === 'batch' || !(editor.shown || layout.showsMaps)) return actions.open(read);
    layout.showPanel('maps');
    await maps.read(read, kind);
  }

  function takeRecipe(name: string, text: string): void {
    if (!batch.batch) batch.takeFile(name, text);
    layout.view = 'batch';
  }

  async function takeFolder(folder: Folder): Promise<void> {
    layout.view = 'batch';
    if (!batch.batch) await batch.chooseInput(folder);
  }

  /** The desktop program tells by itself where a dropped folder lies; in a browser the person has to be asked. */
  async function findFolder(): Promise<void> {
    if (host.kind === 'desktop') return;
    layout.view = 'batch';
    const folder = await folderChoice.ask(t('batch.chooseInput'), t('batch.droppedFolder'));
    if (folder) await takeFolder(folder);
  }

  return {
    takeFolder: (folder: Folder) => problems.attempt(() => takeFolder(folder)),
    take({ dataTransfer }: DragEvent): void {
      const isFolder = dataTransfer?.items[0]?.webkitGetAsEntry()?.isDirectory ?? false;
      const [file] = dataTransfer?.files ?? [];
      if (isFolder) void problems.attempt(findFolder);
      else if (file) void problems.attempt(() => takeFile(file));
    },
  };
}
