// What the disks of all systems need, for whoever makes files and folders appear whole or not at all.
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** What Windows says of a file that another program looks into at the moment: a virus scanner, an index, a preview. */
const passing = ['EPERM', 'EACCES', 'EBUSY'];
const waitsMs = [10, 20, 40, 80, 160, 320, 640];

/** Renames as `rename` does. On Windows a file that another program has open can be neither renamed nor replaced, mostly for a moment only: there
 * it is tried again for a second. Other systems mean it when they refuse.
 * @param system another one stands in for Windows in tests
 * @throws what the last try threw */
export async function renamePatiently(
  from: string,
  to: string,
  { platform = process.platform, move = rename, pause = wait as (ms: number) => Promise<unknown> } = {},
): Promise<void> {
  for (const ms of platform === 'win32' ? waitsMs : []) {
    try {
      return await move(from, to);
    } catch (error) {
      if (!passing.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await pause(ms);
    }
  }
  await move(from, to);
}

/** Makes new names in a folder last. Windows cannot open folders and needs no such thing; some disks refuse it. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Makes a folder, and those above it that are missing; one that is there stays. They are made one by one: asked to make all at once, Node
 * tells of a disk that can only be read that a folder is missing, and on some file systems never ends.
 * @throws the system's own error, such as EROFS, EACCES or ENOSPC */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error;
    await makeFolder(above);
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(path)).isDirectory();
    if (!isThere) throw error;
  }
}
