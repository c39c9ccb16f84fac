import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, renamePatiently } from '#models/disk';
import { smallDisk } from '../helpers/small-disk.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A system whose disk refuses so many times. @returns how long was waited, in all */
async function rename(platform: NodeJS.Platform, code: string, refusals: number): Promise<number> {
  let [left, waitedMs] = [refusals, 0];
  const move = (): Promise<void> =>
    left-- > 0 ? Promise.reject(Object.assign(new Error(code), { code })) : Promise.resolve();
  const pause = (ms: number): Promise<void> => {
    waitedMs += ms;
    return Promise.resolve();
  };
  await renamePatiently('a', 'b', { platform, move, pause });
  return waitedMs;
}

test.each(['EPERM', 'EACCES', 'EBUSY'])(
  'on Windows a file that is looked into for a moment (%s) is waited for',
  async (code) => {
    expect(await rename('win32', code, 0)).toBe(0);
    expect(await rename('win32', code, 3)).toBe(70);
  },
);

test('after about a second the refusal is believed', async () => {
  await expect(rename('win32', 'EBUSY', 8)).rejects.toMatchObject({ code: 'EBUSY' });
  expect(await rename('win32', 'EBUSY', 7)).toBe(1270);
});

test('what will not pass is believed at once, and so is every refusal elsewhere', async () => {
  await expect(rename('win32', 'ENOENT', 1)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(rename('linux', 'EPERM', 1)).rejects.toMatchObject({ code: 'EPERM' });
});

test('makes a folder and those above it, and leaves what is there', async () => {
  const deep = join(temporaryFolder(), 'a', 'b', 'c');
  await makeFolder(deep);
  writeFileSync(join(deep, 'kept'), '');
  await makeFolder(deep);
  expect(existsSync(join(deep, 'kept'))).toBe(true);
});

test('names a file that is in the way', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(folder, 'file', 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('tells of a disk that can only be read what it is', async () => {
  const disk = smallDisk(1);
  if (!disk) return console.warn('skipped: only root can make a small disk here');
  disk.protect();
  await expect(makeFolder(join(disk.folder, 'a'))).rejects.toMatchObject({ code: 'EROFS' });
  await expect(makeFolder(join(disk.folder, 'a', 'b'))).rejects.toMatchObject({ code: 'EROFS' });
});
