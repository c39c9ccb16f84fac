import type { Folder } from '#common/contract/batch-service.ts';
import { readFile } from '../host/browser-dialogs.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { Actions } from './actions.ts';
import type { AppState } from './app-state.ts';
import { createMapActions } from './map-actions.ts';

/** What becomes of things that are dropped onto the page: a picture or project, a map, a recipe, a folder. */
export function createDropActions(app: AppState, actions: Actions) {
  const { batch, editor, folderChoice, host, layout, problems } = app;

  /** Maps are dropped onto the picture they belong to, with the file that names their classes. */
  async function takeFiles(files: readonly File[]): Promise<void> {
    if (layout.view === 'editor' && (editor.shown || layout.showsMaps)) {
      files = await createMapActions(app).openDropped(files);
    }
    const [file] = files;
    if (file?.name.endsWith('.json')) takeRecipe(file.name, await file.text());
    else if (file) await actions.open(await readFile(file));
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
      const files = [...(dataTransfer?.files ?? [])];
      void problems.attempt(() => (isFolder ? findFolder() : takeFiles(files)));
    },
  };
}
