import { putImage, removeUnusedImage } from './layer-commands.ts';
import type { NewImage } from './layer-commands.ts';
import { newSelectionId } from './records.ts';
import type { SavedSelection, SelectionId } from './records.ts';
import type { DocumentStore } from './store.ts';

// Selections that are kept under a name. What is selected right now is no part of a document.

export interface NewSelection extends Pick<SavedSelection, 'name' | 'offset'> {
  readonly image: NewImage; // of 1 channel of 8 bits
}

export function keepSelection(store: DocumentStore, { name, image, offset }: NewSelection): SelectionId {
  if (image.channels !== 1 || image.depth !== 8) throw new RangeError('a selection has 1 channel of 8 bits');
  return store.transact('user', () => {
    const id = newSelectionId();
    store.put({ id, type: 'selection', name, image: putImage(store, image), offset });
    return id;
  });
}

export const renameSelection = (store: DocumentStore, id: SelectionId, name: string): void =>
  store.update(id, { name });

export function removeSelection(store: DocumentStore, id: SelectionId): void {
  store.transact('user', () => {
    const { image } = store.require(id);
    store.remove(id);
    removeUnusedImage(store, image);
  });
}
