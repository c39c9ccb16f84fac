import type { Folder } from '#common/contract/batch-service.ts';
import type { ChosenFile } from '#common/contract/documents.ts';
import { readFile } from '../host/browser-dialogs.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { Actions } from './actions.ts';
import type { AppState } from './app-state.ts';
import { createClipActions } from './clip-actions.ts';
import { createMapActions } from './map-actions.ts';

/** What becomes of things that are dropped onto the page: a picture or project, a map, a recipe, a folder. */
export function createDropActions(app: AppState, actions: Actions) {
  const { batch, editor, folderChoice, host, layout, problems } = app;

  /** Maps are dropped onto the picture they belong to, with the file that names their classes.
   * @param known the same files where they lie; saving goes there, and so does the list of recent files */
  async function takeFiles(files: readonly File[], known: readonly (ChosenFile | null)[] = []): Promise<void> {
    let others = files;
    if (layout.view === 'editor' && (editor.shown || layout.showsMaps)) {
      others = await createMapActions(app).openDropped(files);
    }
    const [file] = others;
    if (file?.name.endsWith('.json')) takeRecipe(file.name, await file.text());
    else if (file) {
      await actions.open(known[files.indexOf(file)] ?? (await readFile(file)));
      if (others.length > 1) tellOfOthers(file.name, others.length);
    }
  }

  const tellOfOthers = (name: string, count: number): void =>
    problems.notice(t('files.oneTaken', { name, count }), t('files.oneTakenMore'));

  let dropped: readonly File[] = []; // by the page, until the desktop program tells where they lie

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

  const clips = createClipActions(app);

  return {
    /** Pictures that are dropped to be laid over the one that is open. */
    takeAsLayers({ dataTransfer }: Pick<DragEvent, 'dataTransfer'>): void {
      const files = [...(dataTransfer?.files ?? [])];
      void problems.attempt(() => clips.addFiles(files));
    },
    takeFolder: (folder: Folder) => problems.attempt(() => takeFolder(folder)),
    take({ dataTransfer }: Pick<DragEvent, 'dataTransfer'>): void {
      const isFolder = dataTransfer?.items[0]?.webkitGetAsEntry()?.isDirectory ?? false;
      const files = [...(dataTransfer?.files ?? [])];
      if (files.length === 0 && dataTransfer?.types.includes('text/uri-list')) problems.notice(t('files.droppedLink'));
      else if (host.kind === 'desktop' && !isFolder) dropped = files;
      else void problems.attempt(() => (isFolder ? findFolder() : takeFiles(files)));
    },
    /** Follows each drop of files in the desktop program. */
    async takeKnown(known: readonly (ChosenFile | null)[]): Promise<void> {
      const files = dropped;
      dropped = [];
      await problems.attempt(() => takeFiles(files, known));
    },
  };
}
