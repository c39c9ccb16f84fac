import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '#common/contract/errors.ts';

/** Where bytes go; another one stands in for a full disk in tests. */
export type WritePart = (file: FileHandle, part: Uint8Array) => Promise<unknown>;

/** What files are called while they are being written. */
export const temporaryName = /^\.(.*\.[0-9a-f]{12}\.part|editar-[0-9a-f-]{36})$/s;

/** Writes a file so that its name holds either what was there before or all of the new bytes: a temporary file in the same
 * folder, flushed to the disk, then renamed. On failure the temporary file is gone.
 * @throws AppError `disk-full`, `output-folder-missing`, `output-not-writable` */
export async function writeAtomically(
  path: string,
  parts: readonly Uint8Array[],
  write: WritePart = (file, part) => file.writeFile(part),
): Promise<void> {
  await fillAtomically(path, async (file) => {
    for (const part of parts) await write(file, part);
  });
}

/** The same for bytes that are made while they are written. */
export async function fillAtomically(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 40)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await writeFlushed(temporary, fill);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first failure is the one to report
    throw writeFailure(path, cause);
  }
  await flushFolder(dirname(path));
}

async function writeFlushed(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await fill(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name itself last. Windows cannot open folders and needs no such thing. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** The same where the program keeps its own data. */
export function dataFailure(folder: string, cause: unknown): unknown {
  const failure = cause instanceof AppError ? cause : writeFailure(folder, cause);
  if (failure instanceof AppError)
    return failure.code === 'disk-full' ? new AppError('data-full', { folder }) : failure;
  const { code } = cause as NodeJS.ErrnoException;
  return code ? new AppError('output-not-writable', { path: folder, reason: `(${code})` }, { cause }) : cause;
}

/** A failure to write, in our words where it is a known one. */
export function writeFailure(path: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new AppError('disk-full', { path }, { cause });
  if (code === 'ENOENT') return new AppError('output-folder-missing', { folder: dirname(path) }, { cause });
  const reason = reasons[code];
  return reason === undefined ? cause : new AppError('output-not-writable', { path, reason }, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'because the folder does not allow it',
  EPERM: 'because the folder does not allow it',
  EROFS: 'because the disk can only be read',
  EISDIR: 'because it is a folder',
  ENOTDIR: 'because its folder is a file',
  EEXIST: 'because it is a folder',
  ENOTEMPTY: 'because it is a folder',
  EFBIG: 'because the disk cannot hold files of that size',
  ENAMETOOLONG: 'because its name is too long',
  EIO: 'because the disk reports an error',
};
