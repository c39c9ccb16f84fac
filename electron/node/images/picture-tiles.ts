import type { BlobId } from '#common/contract/blobs.ts';
import { isBlankTile } from '#common/document/tile-codec.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { tileBounds, tileCount } from '#common/document/tiles.ts';
import type { Bounds } from '#common/geometry.ts';
import { colourChannels, hasAlpha, maxSample, newSamples } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { packTile, unpackTile } from '../blobs/pack-tile.ts';
import { pause } from './pause.ts';

const atOnce = 8; // tiles packed side by side, for several threads

/** Where tiles are kept. */
export interface TileBlobs {
  put(bytes: Uint8Array): Promise<BlobId>;
  get(id: BlobId): Promise<Uint8Array>;
  /** The pixels of a tile, where they are remembered. */
  tile?(id: BlobId): Promise<TilePixels>;
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
  const id = await blobs.put(await packTile(tile));
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

/** Reads a tile. @throws AppError `tile-damaged`; RemoteError `blob-missing`, `blob-damaged` */
export const loadTile = async (id: BlobId, blobs: Pick<TileBlobs, 'get'>): Promise<TilePixels> =>
  unpackTile(await blobs.get(id));

/** Remembers the tiles that were read last: a layer and the whole picture need the same ones. */
export class RecentTiles {
  readonly #blobs: Pick<TileBlobs, 'get'>;
  readonly #limit: number;
  readonly #tiles = new Map<BlobId, TilePixels>(); // those used last come last
  #bytes = 0;

  /** @param limit bytes of pixels */
  constructor(blobs: Pick<TileBlobs, 'get'>, limit = 192 * 2 ** 20) {
    this.#blobs = blobs;
    this.#limit = limit;
  }

  get(id: BlobId): Promise<Uint8Array> {
    return this.#blobs.get(id);
  }

  async tile(id: BlobId): Promise<TilePixels> {
    const tile = this.#tiles.get(id) ?? (await loadTile(id, this.#blobs));
    this.#forget(id);
    this.#tiles.set(id, tile);
    this.#bytes += tile.data.byteLength;
    for (const oldest of this.#tiles.keys()) {
      if (this.#bytes <= this.#limit) break;
      this.#forget(oldest);
    }
    return tile;
  }

  #forget(id: BlobId): void {
    this.#bytes -= this.#tiles.get(id)?.data.byteLength ?? 0;
    this.#tiles.delete(id);
  }
}
