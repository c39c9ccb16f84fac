import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '#common/contract/errors.ts';

/** Bytes that are free on the disk a folder lies on, or will once it is made. @throws the system's own error */
export async function freeBytes(folder: string): Promise<number> {
  const found = await statfs(folder).catch((error: unknown) => {
    if (dirname(folder) === folder) throw error;
  });
  return found ? found.bavail * found.bsize : await freeBytes(dirname(folder));
}

/** @param needed bytes yet to be written @param path that the error names; left out: the folder
 * @throws AppError `disk-full` when they do not fit */
export async function checkSpace(folder: string, needed: number, path = folder): Promise<void> {
  const free = await freeBytes(folder);
  if (free < needed) throw new AppError('disk-full', { needed, free, path });
}
