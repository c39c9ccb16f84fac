import { open, stat } from 'node:fs/promises';
import { AppError } from '#common/contract/errors.ts';
import { readReason } from '#common/contract/file-reasons.ts';
import { checkBytes } from './limits.ts';
import type { ImageLimits } from './limits.ts';

/** The bytes of a file that is to be opened as a picture.
 * @throws AppError `image-unreadable`, `image-too-large` */
export async function readImageFile(path: string, limits: ImageLimits): Promise<Uint8Array> {
  try {
    await requireFile(path);
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    checkBytes(path, size, limits);
    return await file.readFile();
  } catch (cause) {
    throw readFailure(path, cause);
  }
}

/** Asked before a file is opened: opening a pipe waits for somebody to write into it. @throws AppError `image-unreadable` */
export async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw readFailure(path, cause);
  });
  if (found.isDirectory()) throw new AppError('image-unreadable', { path, reason: 'it is a folder' });
  if (!found.isFile()) throw new AppError('image-unreadable', { path, reason: 'it is not a regular file' });
}

/** Why a file cannot be read, in our words. */
export function readFailure(path: string, cause: unknown): AppError {
  return cause instanceof AppError
    ? cause
    : new AppError('image-unreadable', { path, reason: readReason(cause) }, { cause });
}
