import type { BlobId } from '#common/contract/blobs.ts';
import type { TiledPixels } from '#common/contract/pictures.ts';
import { cutTile, isBlankTile } from '#common/document/tile-codec.ts';
import { tileBounds, tileCount } from '#common/document/tiles.ts';
import type { Raster } from '#common/raster/raster.ts';
import type { BlobStore } from './blob-store.ts';
import { packTile } from './pack-tile.ts';

const atOnce = 4; // tiles on their way to the disk

/** Stores a raster in tiles. @param raster of 1 or 4 channels @throws AppError `disk-full`, `output-not-writable` */
export async function storeTiled(blobs: Pick<BlobStore, 'put'>, raster: Raster): Promise<TiledPixels> {
  const { width, height, channels, depth, data } = raster;
  if (channels !== 1 && channels !== 4) throw new RangeError(`${channels} channels cannot be stored in tiles`);
  const extent = { width, height };
  const tiles: (BlobId | null)[] = new Array<null>(tileCount(extent)).fill(null);
  let next = 0;
  const storeNext = async (): Promise<void> => {
    while (next < tiles.length) {
      const index = next++;
      const tile = cutTile({ channels, depth, data, stride: width }, tileBounds(extent, index));
      if (!isBlankTile(tile)) tiles[index] = await blobs.put(await packTile(tile));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, storeNext));
  return { extent, channels, depth, tiles };
}
