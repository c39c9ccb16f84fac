import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { AppError } from '#common/contract/errors.ts';
import { checkBytes } from './limits.ts';
import type { ImageLimits } from './limits.ts';

/** The bytes of a file that is to be opened as a picture.
 * @throws AppError `image-unreadable`, `image-too-large` */
export async function readImageFile(path: string, limits: ImageLimits): Promise<Uint8Array> {
  try {
    checkKind(path, await stat(path)); // first: opening a pipe waits for somebody to write into it
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    checkBytes(path, size, limits);
    return await file.readFile();
  } catch (cause) {
    throw readFailure(path, cause);
  }
}

function checkKind(path: string, found: Stats): void {
  if (found.isDirectory()) throw new AppError('image-unreadable', { path, reason: 'it is a folder' });
  if (!found.isFile()) throw new AppError('image-unreadable', { path, reason: 'it is not a regular file' });
}

const readFailures: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
  EPERM: 'reading it is not allowed',
  ELOOP: 'its link leads nowhere',
  ENAMETOOLONG: 'its name is too long',
};

/** Why a file cannot be read, in our words. */
export function readFailure(path: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = readFailures[code] ?? `the disk reports ${code || String(cause)}`;
  return new AppError('image-unreadable', { path, reason }, { cause });
}
