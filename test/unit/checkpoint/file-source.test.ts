import { execFileSync } from 'node:child_process';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { openFileSource } from '../../../native-models/checkpoint/file-source.ts';
import { temporaryFolder } from '../../helpers/checkpoint-files.ts';

test('reads exactly the range that is asked for', async () => {
  const folder = await temporaryFolder({ a: Uint8Array.of(1, 2, 3, 4, 5) });
  await using source = await openFileSource(join(folder, 'a'));
  expect(source.size).toBe(5);
  expect(await source.read(1, 3)).toEqual(Uint8Array.of(2, 3, 4));
  expect(await source.read(5, 0)).toEqual(new Uint8Array());
});

test.each([
  [0, 6],
  [5, 1],
  [-1, 2],
  [0, -1],
  [0.5, 1],
  [Number.NaN, 1],
  [2 ** 53, 2 ** 53],
])('refuses the range at %d of length %d', async (offset, length) => {
  const folder = await temporaryFolder({ a: Uint8Array.of(1, 2, 3, 4, 5) });
  await using source = await openFileSource(join(folder, 'a'));
  await expect(source.read(offset, length)).rejects.toMatchObject({ code: 'checkpoint-invalid' });
});

test('notices a file that shrinks while it is open', async () => {
  const folder = await temporaryFolder({ a: new Uint8Array(10) });
  await using source = await openFileSource(join(folder, 'a'));
  await truncate(join(folder, 'a'), 4);
  await expect(source.read(0, 10)).rejects.toThrow('became shorter');
});

test('names a file that is missing or a folder', async () => {
  const folder = await temporaryFolder({});
  await expect(openFileSource(join(folder, 'none'))).rejects.toThrow(/none: cannot be opened \(ENOENT\)/);
  await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'checkpoint-invalid' });
});

test.skipIf(process.platform === 'win32')(
  'refuses a pipe at once, instead of waiting for somebody to write into it',
  async () => {
    const pipe = join(await temporaryFolder({}), 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(openFileSource(pipe)).rejects.toThrow(/pipe: is not a plain file/);
  },
);
