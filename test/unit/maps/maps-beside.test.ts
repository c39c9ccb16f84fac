import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mapsBeside } from '#node/maps/maps-beside.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('maps of a picture are found beside it by their names, and nothing else', async () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const files = ['photo.jpg', 'photo.canny.png', 'photo.seg.png', 'photo.seg.json', 'other.depth.png'];
  for (const [index, name] of files.entries()) await writeFile(at(name), Uint8Array.of(index));
  await writeFile(at('photo.depth.png'), new Uint8Array(0));
  const found = await mapsBeside(at('photo.jpg'));
  expect(found.map(({ kind, name, bytes, legend }) => [kind, name, ...bytes, legend && [...legend]])).toEqual([
    ['canny', 'photo.canny.png', 1, null],
    ['segmentation', 'photo.seg.png', 2, [3]],
  ]);
  expect(await mapsBeside(at('missing.jpg'))).toEqual([]);
  expect(await mapsBeside(at('photo.canny.png'))).toEqual([]); // a map has none of its own
});
