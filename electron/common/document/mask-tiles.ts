import type { BlobId } from '../contract/blobs.ts';
import { intersect, isEmpty } from '../geometry.ts';
import type { Extent } from '../geometry.ts';
import type { Mask } from '../raster/masks.ts';
import { windowOf } from '../raster/selection.ts';
import type { NewImage } from './layer-commands.ts';
import type { Image } from './records.ts';
import { decodeTile, encodeTile, isBlankTile } from './tile-codec.ts';
import { tileBounds, tileCount } from './tiles.ts';

// Masks of layers as tiles. Tiles that are alike are stored once, and most of a mask is all or nothing.

type Put = (bytes: Uint8Array) => Promise<BlobId>;
type Get = (id: BlobId) => Promise<Uint8Array>;
/** Called after each tile. @throws when nobody waits any more */
type Step = (done: number, of: number) => void;

const goOn: Step = () => undefined;

/** A mask for an image. @param mask px of the image; null: all of it shows @param put stores the bytes of a tile */
export function maskImage(extent: Extent, mask: Mask | null, put: Put, step = goOn): Promise<NewImage> {
  return eachTile(extent, put, step, (index) => {
    const bounds = tileBounds(extent, index);
    if (!mask) return Promise.resolve(new Uint8Array(bounds.width * bounds.height).fill(255));
    return Promise.resolve(isEmpty(intersect(bounds, mask.bounds)) ? null : windowOf(mask, bounds));
  });
}

/** The mask that such an image is. @param get the bytes of a tile */
export async function maskOfImage({ extent, tiles }: Image, get: Get): Promise<Mask> {
  const { width, height } = extent;
  const data = new Uint8Array(width * height);
  for (const [index, id] of tiles.entries()) {
    if (id === null) continue;
    const tile = tileBounds(extent, index);
    const strengths = decodeTile(await get(id)).data;
    for (let row = 0; row < tile.height; row++) {
      const part = strengths.subarray(row * tile.width, (row + 1) * tile.width);
      data.set(part, (tile.y + row) * width + tile.x);
    }
  }
  return { bounds: { x: 0, y: 0, width, height }, data };
}

/** A mask that hides what another shows. @param get the bytes of a tile of `mask` */
export function invertedMask({ extent, tiles }: Image, get: Get, put: Put, step = goOn): Promise<NewImage> {
  return eachTile(extent, put, step, async (index) => {
    const id = tiles[index] ?? null;
    const { width, height } = tileBounds(extent, index);
    if (id === null) return new Uint8Array(width * height).fill(255);
    return (decodeTile(await get(id)).data as Uint8Array).map((strength) => 255 - strength);
  });
}

/** @param strengthsOf a tile by its index; null: all 0 */
async function eachTile(
  extent: Extent,
  put: Put,
  step: Step,
  strengthsOf: (index: number) => Promise<Uint8Array | null>,
): Promise<NewImage> {
  const full = new Map<string, Promise<BlobId>>(); // tiles in which all shows, by their size
  const tiles: (BlobId | null)[] = [];
  const count = tileCount(extent);
  for (let index = 0; index < count; index++) {
    const data = await strengthsOf(index);
    const { width, height } = tileBounds(extent, index);
    if (!data || isBlankTile({ data })) tiles.push(null);
    else if (data.every((strength) => strength === 255)) {
      const size = `${width} ${height}`;
      const stored = full.get(size) ?? put(encodeTile({ width, height, channels: 1, depth: 8, data }));
      full.set(size, stored);
      tiles.push(await stored);
    } else tiles.push(await put(encodeTile({ width, height, channels: 1, depth: 8, data })));
    step(index + 1, count);
  }
  const { width, height } = extent;
  return { extent: { width, height }, channels: 1, depth: 8, tiles };
}
