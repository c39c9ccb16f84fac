import type { BlobId } from '../contract/blobs.ts';
import { boundsOf } from '../geometry.ts';
import type { Bounds } from '../geometry.ts';
import { addLayer, putImage, removeUnusedImage, replaceTiles } from './layer-commands.ts';
import type { NewImage } from './layer-commands.ts';
import { conditionId, projectId } from './records.ts';
import type { Condition, ConditionId, ConditionKind, Project } from './records.ts';
import { DocumentStore } from './store.ts';

/** A picture to begin a document with. */
export interface OpenedPicture {
  readonly name: string; // of the file
  readonly image: NewImage; // of 4 channels
  readonly profile: BlobId | null;
  readonly source: Project['source'];
}

/** A document of one layer: the picture as it was opened. */
export function openPicture({ name, image, profile, source }: OpenedPicture): DocumentStore {
  const { extent, depth } = image;
  const store = new DocumentStore();
  store.transact('load', () => {
    store.put({
      id: projectId,
      type: 'project',
      name,
      canvas: boundsOf(extent),
      opened: { width: extent.width, height: extent.height },
      depth,
      profile,
      source,
      layerOrder: [],
    });
    addLayer(store, { name, image });
  });
  return store;
}

/** Cuts the canvas to a part of itself, or lets it grow. Layers keep all their pixels. @param canvas document space */
export function setCanvas(store: DocumentStore, canvas: Bounds): void {
  store.transact('user', () => {
    const { canvas: before } = store.require(projectId);
    for (const record of store.all())
      if (record.type === 'version' && !record.canvas) store.update(record.id, { canvas: before });
    store.update(projectId, { canvas });
  });
}

/** A document without a layer, for a map that belongs to no picture yet. @param canvas document space */
export function emptyPicture(name: string, canvas: Bounds): DocumentStore {
  const store = new DocumentStore();
  const colours = { depth: 8, profile: null, source: null, opened: null } as const;
  store.transact('load', () => store.put({ ...colours, id: projectId, type: 'project', name, canvas, layerOrder: [] }));
  return store;
}

export interface NewCondition
  extends Pick<Condition, 'kind' | 'extractor'>, Partial<Pick<Condition, 'offset' | 'recipe' | 'names'>> {
  readonly image: NewImage;
}

/** Puts a map into the document, in the place of the one of its kind. */
export function setCondition(store: DocumentStore, { image, kind, ...made }: NewCondition): ConditionId {
  return store.transact('user', () => {
    const id = conditionId(kind);
    const before = store.get(id);
    const { isVisible, opacity } = before ?? { isVisible: false, opacity: 1 };
    const usual = { isVisible, opacity, offset: { x: 0, y: 0 }, recipe: null, names: {} };
    store.put({ ...usual, ...made, id, type: 'condition', kind, image: putImage(store, image) });
    if (before) removeUnusedImage(store, before.image);
    return id;
  });
}

export function removeCondition(store: DocumentStore, kind: ConditionKind): void {
  store.transact('user', () => {
    const { image } = store.require(conditionId(kind));
    store.remove(conditionId(kind));
    removeUnusedImage(store, image);
  });
}

/** How a map is shown. */
export const setConditionLook = (
  store: DocumentStore,
  kind: ConditionKind,
  look: Partial<Pick<Condition, 'isVisible' | 'opacity'>>,
): void => store.update(conditionId(kind), look);

/** What the person calls the classes of a map, by their index; classes left out have the palette's names. */
export const setClassNames = (store: DocumentStore, kind: ConditionKind, names: Condition['names']): void =>
  store.update(conditionId(kind), { names });

/** Replaces tiles of a map: what a stroke changed. From then on it is no longer what its recipe makes. */
export function paintCondition(
  store: DocumentStore,
  kind: ConditionKind,
  changes: ReadonlyMap<number, BlobId | null>,
): void {
  store.transact('user', () => {
    const { id, image } = store.require(conditionId(kind));
    replaceTiles(store, image, changes);
    store.update(id, { recipe: null });
  });
}
