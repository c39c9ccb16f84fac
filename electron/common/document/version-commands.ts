import type { BlobId } from '../contract/blobs.ts';
import { boundsOf, intersect, isSameBounds } from '../geometry.ts';
import type { Bounds, Point } from '../geometry.ts';
import { addLayer, putImage, setLayerMask } from './layer-commands.ts';
import type { NewImage } from './layer-commands.ts';
import { newVersionId, projectId } from './records.ts';
import type { LayerId, Version, VersionId } from './records.ts';
import type { DocumentStore } from './store.ts';

type Made = Pick<Version, 'recipe' | 'ids' | 'seed' | 'model' | 'title' | 'createdAt'>;

/** What a finished edit tells of its result. */
export interface NewVersion extends Made, Partial<Pick<Version, 'parent' | 'sourceIds' | 'canvas'>> {
  /** What it adds to the picture. */
  readonly picture?: { readonly image: NewImage; readonly mask?: NewImage | null; readonly offset: Point };
  readonly thumbnail?: BlobId;
}

/** Notes what an edit made. A job did this and not the person, so undo passes it by: versions are never lost. */
export function addVersion(store: DocumentStore, { picture, ...made }: NewVersion): VersionId {
  return store.transact('program', () => {
    const id = newVersionId();
    store.put({
      ...{ parent: null, sourceIds: null, canvas: null, thumbnail: null },
      ...{ isStarred: false, isDiscarded: false, layer: null },
      ...{ ...made, id, type: 'version' },
      image: picture ? putImage(store, picture.image) : null,
      mask: picture?.mask ? putImage(store, picture.mask) : null,
      offset: picture?.offset ?? { x: 0, y: 0 },
    });
    return id;
  });
}

/** The picture a version was made from: the canvas as it was then, document space. Its recipe counts from the corner of that. */
export const canvasOfVersion = (store: DocumentStore, { canvas }: Pick<Version, 'canvas'>): Bounds =>
  canvas ?? store.require(projectId).canvas;

/** What was cut out of the opened picture for an edit; undefined where it was all of it, or none was opened. */
export function cropOfVersion(store: DocumentStore, version: Pick<Version, 'canvas'>): Bounds | undefined {
  const { opened } = store.require(projectId);
  const canvas = canvasOfVersion(store, version);
  if (!opened || isSameBounds(canvas, boundsOf(opened))) return undefined;
  return isSameBounds(intersect(canvas, boundsOf(opened)), canvas) ? canvas : undefined;
}

/** Makes a layer of what an edit added. @throws Error when the version has no pixels */
export function acceptVersion(store: DocumentStore, id: VersionId, name: string, index?: number): LayerId {
  return store.transact('user', () => {
    const { image, mask, offset } = store.require(id);
    if (!image) throw new Error(`${id} has no pixels: decode its ids first`);
    const layer = addLayer(store, { name, image: store.require(image), offset, version: id }, index);
    if (mask) setLayerMask(store, layer, store.require(mask));
    store.update(id, { layer, isDiscarded: false });
    return layer;
  });
}

export const starVersion = (store: DocumentStore, id: VersionId, isStarred: boolean): void =>
  store.update(id, { isStarred });

/** Takes a version from what is offered; it stays in the tree. */
export const discardVersion = (store: DocumentStore, id: VersionId, isDiscarded = true): void =>
  store.update(id, { isDiscarded });

export const renameVersion = (store: DocumentStore, id: VersionId, title: string): void => store.update(id, { title });
