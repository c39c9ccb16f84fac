import { promisify } from 'node:util';
import { deflateRaw, inflateRawSync } from 'node:zlib';
import type { BlobId } from '#common/contract/blobs.ts';
import { decodeTile, isBlankTile, sealTile, tileDifferences } from '#common/document/tile-codec.ts';
import type { Inflate, TilePixels } from '#common/document/tile-codec.ts';
import { tileBounds, tileCount } from '#common/document/tiles.ts';
import type { Bounds } from '#common/geometry.ts';
import { colourChannels, hasAlpha, maxSample, newSamples } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { pause } from './pause.ts';

const deflate = promisify(deflateRaw);
const atOnce = 8; // tiles packed side by side, for several threads
const fastest = { level: 1 };

/** Where tiles are kept. */
export interface TileBlobs {
  put(bytes: Uint8Array): Promise<BlobId>;
  get(id: BlobId): Promise<Uint8Array>;
  /** Hears of tiles while their pixels are at hand. */
  noteTile?(id: BlobId, tile: TilePixels): Promise<void>;
}

/** Stores a picture as tiles of RGB and alpha, in its own depth and colours. Equal pixels become equal blobs.
 * @returns the tiles row by row; null where all samples are 0 */
export async function storeTiles(
  raster: Raster,
  blobs: Pick<TileBlobs, 'put' | 'noteTile'>,
): Promise<(BlobId | null)[]> {
  const tiles: (BlobId | null)[] = [];
  for (let first = 0; first < tileCount(raster); first += atOnce) {
    const count = Math.min(atOnce, tileCount(raster) - first);
    const some = Array.from({ length: count }, (_, index) => rgbaTile(raster, tileBounds(raster, first + index)));
    tiles.push(...(await Promise.all(some.map((tile) => storeTile(tile, blobs)))));
    await pause();
  }
  return tiles;
}

async function storeTile(tile: TilePixels, blobs: Pick<TileBlobs, 'put' | 'noteTile'>): Promise<BlobId | null> {
  if (isBlankTile(tile)) return null;
  const id = await blobs.put(sealTile(tile, await deflate(tileDifferences(tile), fastest)));
  await blobs.noteTile?.(id, tile);
  return id;
}

/** A part of a picture with four channels: grey three times, alpha full where there is none. */
function rgbaTile(raster: Raster, { x, y, width, height }: Bounds): TilePixels {
  const { channels, depth, data: from } = raster;
  const [green, blue] = colourChannels(raster) === 3 ? [1, 2] : [0, 0];
  const opaque = maxSample(depth);
  const isSeeThrough = hasAlpha(raster);
  const data = newSamples(depth, width * height * 4);
  let to = 0;
  for (let row = y; row < y + height; row++) {
    for (let p = (row * raster.width + x) * channels, end = p + width * channels; p < end; p += channels, to += 4) {
      data[to] = from[p]!;
      data[to + 1] = from[p + green!]!;
      data[to + 2] = from[p + blue!]!;
      data[to + 3] = isSeeThrough ? from[p + channels - 1]! : opaque;
    }
  }
  return { width, height, channels: 4, depth, data };
}

const inflate: Inflate = (packed, length) => inflateRawSync(packed, { maxOutputLength: length });

/** Reads a tile. @throws AppError `tile-damaged`; RemoteError `blob-missing`, `blob-damaged` */
export const loadTile = async (id: BlobId, blobs: Pick<TileBlobs, 'get'>): Promise<TilePixels> =>
  decodeTile(await blobs.get(id), inflate);
