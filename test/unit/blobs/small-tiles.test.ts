import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeTile, encodeTile } from '#common/document/tile-codec.ts';
import { smallTile } from '#common/document/small-tile.ts';
import { BlobStore } from '#node/blobs/blob-store.ts';
import { SmallTiles } from '#node/blobs/small-tiles.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { noisePicture } from '../raster/pictures.ts';

const tile = (seed: number, width = 256, height = 100) =>
  ({ ...noisePicture(width, height, 4, 8, seed), width, height, channels: 4, depth: 8 }) as const;

async function create() {
  const folder = temporaryFolder();
  const blobs = new BlobStore(join(folder, 'blobs'));
  let reads = 0;
  const counting = { get: (id: Parameters<BlobStore['get']>[0]) => (reads++, blobs.get(id)) };
  return {
    folder: join(folder, 'small'),
    blobs,
    small: new SmallTiles(counting, join(folder, 'small')),
    reads: () => reads,
  };
}

test('small tiles are made of whole ones once, and come in the order of their names', async () => {
  const { blobs, small, reads } = await create();
  const tiles = [tile(1), tile(2, 113, 7)];
  const ids = await Promise.all(tiles.map((each) => blobs.put(encodeTile(each))));
  const made = await small.get(ids);
  expect(made.map((bytes) => decodeTile(bytes))).toEqual(tiles.map((each) => smallTile(each)));
  expect(decodeTile(made[1]!)).toMatchObject({ width: 29, height: 2 });
  const again = await small.get(ids.toReversed());
  expect(again.map((bytes) => [...bytes])).toEqual(made.toReversed().map((bytes) => [...bytes]));
  expect(reads()).toBe(2);
});

test('one whose pixels are at hand is made at once', async () => {
  const { blobs, small, reads } = await create();
  const id = await blobs.put(encodeTile(tile(1)));
  await small.note(id, tile(1));
  expect(decodeTile((await small.get([id]))[0]!)).toEqual(smallTile(tile(1)));
  expect(reads()).toBe(0);
});

test('one that is damaged is made again, and old ones go', async () => {
  const { folder, blobs, small, reads } = await create();
  const id = await blobs.put(encodeTile(tile(1)));
  const [made] = await small.get([id]);
  const file = join(folder, id.slice(0, 2), id);
  await writeFile(file, (await readFile(file)).subarray(0, 20));
  const [again] = await small.get([id]);
  expect([...again!]).toEqual([...made!]);
  expect(reads()).toBe(2);
  await small.sweep(Date.now() - 60_000);
  expect(await readdir(join(folder, id.slice(0, 2)))).toEqual([id]);
  await small.sweep(Date.now() + 60_000);
  expect(await readdir(join(folder, id.slice(0, 2)))).toEqual([]);
});

test('a tile that is missing or no tile is told by its name', async () => {
  const { blobs, small } = await create();
  await expect(small.get(['a'.repeat(64) as never])).rejects.toMatchObject({ code: 'blob-missing' });
  const other = await blobs.put(new Uint8Array([1, 2, 3]));
  await expect(small.get([other])).rejects.toMatchObject({ code: 'tile-damaged' });
});
