import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftOutWords, listPictures } from '#node/batch/listing.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('pictures are in the order in which file managers show them', async () => {
  const folder = temporaryFolder();
  await mkdir(join(folder, 'day 2'));
  for (const name of ['p10.jpg', 'p2.jpg', 'P3.JPG', 'p1.jpg', 'day 2/a.png']) await writeFile(join(folder, name), '');
  const { files } = await listPictures(folder, { recursive: true });
  expect(files).toEqual(['day 2/a.png', 'p1.jpg', 'p2.jpg', 'P3.JPG', 'p10.jpg']);
});

test('what is left out is told in a sentence each', () => {
  const unread = [{ folder: 'private', reason: 'reading it is not allowed' }];
  expect(leftOutWords({ unread: [], foreign: new Map() })).toEqual([]);
  expect(leftOutWords({ unread, foreign: new Map([['nef', 1]]) })).toEqual([
    'The folder private is left out: reading it is not allowed.',
    '1 file is left out, of kinds that cannot be opened: 1 .nef. To include it, save it as JPEG, PNG or TIFF.',
  ]);
});
