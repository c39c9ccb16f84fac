import type { BlobId } from '#common/contract/blobs.ts';
import { maskImage, maskOfImage } from '#common/document/mask-tiles.ts';
import { projectId } from '#common/document/records.ts';
import type { SavedSelection } from '#common/document/records.ts';
import { keepSelection, removeSelection, renameSelection } from '#common/document/selection-commands.ts';
import { coversAll, moveSelection, selectAll } from '#common/raster/selection.ts';
import type { Combination } from '#common/raster/selection.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';

const origin = { x: 0, y: 0 } as const;

/** Selections that are kept in the document under a name, and selected again. Each rejects with what went wrong. */
export function createSelectionActions({ canvas, document, engine, problems, work }: AppState) {
  const { selection } = canvas;

  /** Keeps what is selected, also where it reaches beyond the canvas. */
  async function keep(): Promise<void> {
    const made = selection.inDocument;
    if (!made) return;
    const { x, y, width, height } = made.bounds;
    const { store } = document;
    const put = (bytes: Uint8Array): Promise<BlobId> => engine.require().blobs.put(bytes);
    const mask = { ...made, bounds: { ...origin, width, height } };
    const image = await work.run(t('select.keeping'), () => maskImage({ width, height }, mask, put));
    if (!document.isOpen || document.store !== store) return;
    const name = newName();
    document.act(t('commands.select.keep'), () => keepSelection(store, { name, image, offset: { x, y } }));
    problems.notice(t('select.kept', { name }));
  }

  /** The first that is free. */
  function newName(): string {
    const names = new Set(document.selections.map(({ name }) => name));
    let number = 1;
    while (names.has(t('select.name', { number: String(number) }))) number++;
    return t('select.name', { number: String(number) });
  }

  /** Selects a kept selection again, or lays it over what is selected. */
  async function load({ image, offset, name }: SavedSelection, how: Combination): Promise<void> {
    const { store } = document;
    const get = (id: BlobId): Promise<Uint8Array> => engine.require().blobs.get(id);
    const { data, bounds } = await work.run(t('select.loading'), () => maskOfImage(store.require(image), get));
    if (!document.isOpen || document.store !== store) return;
    const mask = { data, bounds: { ...bounds, ...offset } };
    const { x, y } = store.require(projectId).canvas;
    const here = moveSelection(mask, { x: -x, y: -y }, selection.picture);
    if (!here && how === 'replace') problems.notice(t('select.isOutside', { name }));
    else if (how !== 'replace') selection.apply(here, how);
    else if (here && coversAll(here, selection.picture)) selection.set(selectAll(selection.picture));
    else selection.set(mask, origin);
  }

  function rename({ id }: SavedSelection, name: string): void {
    if (name !== '') document.act(t('select.renameName'), (store) => renameSelection(store, id, name));
  }

  const remove = ({ id }: SavedSelection): void =>
    document.act(t('select.removeName'), (store) => removeSelection(store, id));

  return { keep, load, rename, remove };
}
