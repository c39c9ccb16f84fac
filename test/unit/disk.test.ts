import { expect, test } from 'vitest';
import { renamePatiently } from '#models/disk';

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
