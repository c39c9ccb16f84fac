import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isFamiliar, likeness, readWorlds } from '../../../native-models/extractors/familiarity.ts';
import { giveWorlds } from '../../../native-models/extractors/give-worlds.ts';
import { readPack } from '../../../native-models/parts/pack.ts';
import { depthStandIn, writeExtractorPack } from '../../helpers/extractor-packs.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { colourImage, greyImage } from '../conditions/pictures.ts';

/** A world 40 cells wide that is black but for a white column. */
const pictures = Uint8Array.from({ length: 32 * 40 * 3 }, (_, i) => (Math.floor(i / 3) % 40 === 20 ? 255 : 0));
const world = { pictures, width: 40, share: 0.9 };
const columnAt = (column: number) => greyImage(128, 128, (x) => (Math.floor(x / 4) === column ? 255 : 0));

describe('how alike a picture and a world are', () => {
  test('a picture may begin anywhere in a world', () => {
    expect([12, 16, 20].map((column) => likeness(columnAt(column), world))).toEqual([1, 1, 1]);
    expect(likeness(columnAt(11), world)).toBe(30 / 32); // the world's begins one column later at least: both differ
  });

  test('what covers a part of it, however different, costs that part alone', () => {
    const covered = greyImage(128, 128, (x, y) => (x < 64 && y < 32 ? 200 : Math.floor(x / 4) === 16 ? 255 : 0));
    expect(likeness(covered, world)).toBe(7 / 8);
    expect([isFamiliar(covered, world), isFamiliar(columnAt(16), world)]).toEqual([false, true]);
  });

  test('a cell is alike within sixteen levels, in the mean over its colours and pixels', () => {
    const black = { ...world, pictures: new Uint8Array(pictures.length) };
    expect(
      likeness(
        greyImage(128, 128, () => 15),
        black,
      ),
    ).toBe(1);
    expect(
      likeness(
        greyImage(128, 128, () => 17),
        black,
      ),
    ).toBe(0);
    expect(
      likeness(
        colourImage(128, 128, () => [27, 0, 0]),
        black,
      ),
    ).toBe(1);
    expect(
      likeness(
        greyImage(128, 128, (x) => (x % 2) * 30),
        black,
      ),
    ).toBe(1);
  });

  test('pictures of any size and shape are looked at as squares', () => {
    for (const [width, height] of [
      [7, 5],
      [33, 200],
      [640, 480],
    ] as const)
      expect(
        likeness(
          greyImage(width, height, () => 0),
          { ...world, pictures: new Uint8Array(pictures.length) },
        ),
      ).toBe(1);
  });
});

test('a model for any picture has no worlds, and knows every picture', async () => {
  const folder = temporaryFolder();
  await writeExtractorPack(folder, 'depth', depthStandIn(), {});
  expect(await readWorlds(await readPack(folder))).toBeUndefined();
  expect(isFamiliar(columnAt(0), undefined)).toBe(true);
});

test('worlds that a pack is given are those it has, also when it is given others', async () => {
  const folder = temporaryFolder();
  await writeExtractorPack(folder, 'depth', depthStandIn(), {});
  await giveWorlds(folder, { ...world, share: 0.5 });
  await giveWorlds(folder, world);
  const opened = await readPack(folder);
  expect(await readWorlds(opened)).toEqual(world);
  expect(opened.pack.files.map(({ file }) => file)).toEqual(['model.onnx', 'worlds.bin']);
});

test('worlds that are cut off, or not there, are refused by name', async () => {
  const folder = temporaryFolder();
  await writeExtractorPack(folder, 'depth', depthStandIn(), {});
  await giveWorlds(folder, world);
  const { pack } = await readPack(folder);
  await expect(readWorlds({ folder, pack: { ...pack, parts: {} } })).rejects.toMatchObject({ code: 'pack-invalid' });
  await writeFile(join(folder, 'worlds.bin'), pictures.subarray(1));
  await expect(readWorlds({ folder, pack })).rejects.toMatchObject({
    code: 'pack-invalid',
    message: expect.stringContaining('worlds.bin') as string,
  });
});
