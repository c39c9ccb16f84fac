import type { BlobId } from '#common/contract/blobs.ts';
import { openPicture } from '#common/document/canvas-commands.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import type { DocumentStore } from '#common/document/store.ts';
import { tileCount } from '#common/document/tiles.ts';

/** The name of a blob that is not there. */
export const blob = (number: number): BlobId => number.toString(16).padStart(64, '0') as BlobId;

export function imageOf(width: number, height: number, fields: Partial<NewImage> = {}): NewImage {
  const extent = { width, height };
  const tiles = Array.from({ length: tileCount(extent) }, (_, index) => blob(index + 1));
  return { extent, channels: 4, depth: 8, tiles, ...fields };
}

/** A document of 600 × 300 pixels, which are six tiles, with one layer. */
export const smallDocument = (): DocumentStore =>
  openPicture({ name: 'photo.png', image: imageOf(600, 300), profile: null, source: null });

/** Records by id, for comparing. */
export const stateOf = (store: DocumentStore) => Object.fromEntries(store.all().map((record) => [record.id, record]));

/** Strengths of a layer or a version of that size. */
export const maskOf = (width: number, height: number): NewImage => imageOf(width, height, { channels: 1 });
