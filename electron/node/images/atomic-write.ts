import { randomBytes } from 'node:crypto';
import { open, realpath, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { writeReason } from '#common/contract/file-reasons.ts';
import { flushFolder, renamePatiently } from '#models/disk';

/** Where bytes go; another one stands in for a full disk in tests. */
export type WritePart = (file: FileHandle, part: Uint8Array) => Promise<unknown>;

/** What files are called while they are being written. */
export const temporaryName = /^\.(.*\.[0-9a-f]{12}\.part|editar-[0-9a-f-]{36})$/s;

/** Writes a file so that its name holds either what was there before or all of the new bytes: a temporary file in the same
 * folder, flushed to the disk, then renamed. On failure the temporary file is gone. Of a link, the file it leads to is replaced; a file
 * that is replaced hands on who may read and write it, and one that nobody may write stays.
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
  const real = await realpath(path).catch(() => path); // a new file, or a link that leads nowhere, which gives way
  const temporary = join(dirname(real), `.${basename(real).slice(0, 40)}.${randomBytes(6).toString('hex')}.part`);
  try {
    const mode = await modeOfReplaced(real);
    await writeFlushed(temporary, mode, fill);
    await renamePatiently(temporary, real);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first failure is the one to report
    throw writeFailure(path, cause);
  }
  await flushFolder(dirname(real));
}

/** Permissions of the file that is to be replaced; undefined where there is none. Renaming would ask for none of them.
 * @throws AppError `output-not-writable` for a file that nobody may write, and for what is no file */
async function modeOfReplaced(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  const refuse = (reason: string) => new AppError('output-not-writable', { path, reason });
  if (found.isDirectory()) throw refuse('because it is a folder');
  if (!found.isFile()) throw refuse('because it is no ordinary file');
  if ((found.mode & anybodyWrites) === 0) throw refuse('because it is write-protected');
  return found.mode & 0o777;
}

const anybodyWrites = 0o222;

async function writeFlushed(
  path: string,
  mode: number | undefined,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await fill(file);
    if (mode !== undefined) await file.chmod(mode).catch(() => undefined); // some disks know no permissions
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The same where the program keeps its own data. */
export function dataFailure(folder: string, cause: unknown): unknown {
  const failure = cause instanceof AppError ? cause : writeFailure(folder, cause);
  if (failure instanceof AppError && failure.code === 'disk-full') return new AppError('data-full', { folder });
  const { code } = cause as NodeJS.ErrnoException;
  const known = failure instanceof AppError ? failure.data.reason : undefined;
  const reason = known ?? (code && `(${code})`);
  return reason ? new AppError('data-not-writable', { folder, reason }, { cause }) : cause;
}

/** A failure to write, in our words where it is a known one. */
export function writeFailure(path: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new AppError('disk-full', { path }, { cause });
  if (code === 'ENOENT') return new AppError('output-folder-missing', { folder: dirname(path) }, { cause });
  const reason = writeReason(cause);
  return reason === undefined ? cause : new AppError('output-not-writable', { path, reason }, { cause });
}
