import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Band } from '#node/images/flatten.ts';
import { LayerPictures } from '#node/projects/layer-pictures.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

function setUp() {
  const folder = temporaryFolder();
  const read: unknown[] = [];
  const band = (content: unknown): Band => ({
    rows: 2,
    content,
    read: () => {
      read.push(content);
      return Promise.resolve(new Uint8Array(5 * 2 * 4).fill(7));
    },
  });
  return { folder, read, band, pictures: new LayerPictures(folder) };
}

test('rows are packed once for the same content, and again for another', async () => {
  const { pictures, band, read } = setUp();
  await pictures.keep(band('a'), 5);
  const first = await pictures.packed(band('a'), 5);
  await pictures.keep(band('a'), 5);
  await pictures.packed(band('b'), 5);
  expect(read).toEqual(['a', 'b']);
  expect(await pictures.packed(band('b'), 5)).toEqual(first);
});

test('what was left damaged or half-written is made again', async () => {
  const { folder, pictures, band, read } = setUp();
  const whole = await pictures.packed(band('a'), 5);
  const path = join(folder, readdirSync(folder)[0]!);
  const bytes = readFileSync(path);
  for (const damaged of [bytes.subarray(0, 5), bytes.subarray(0, -1), Buffer.alloc(bytes.length), Buffer.from(bytes)]) {
    if (damaged.length === bytes.length) damaged[20]! ^= 1;
    writeFileSync(path, damaged);
    expect(await pictures.packed(band('a'), 5)).toEqual(whole);
  }
  expect(read).toHaveLength(5);
});
