import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { hasPictureEnding } from '#common/picture-files.ts';

const maxFiles = 1_000_000;

export interface ListOptions {
  readonly recursive: boolean;
  readonly without?: readonly string[]; // folders that are not looked into, as paths
}

export interface Listing {
  readonly files: readonly string[]; // relative to the folder, with `/`
  readonly unread: readonly { readonly folder: string; readonly reason: string }[]; // folders below it
}

/** Pictures in a folder, by their endings, in an order that does not depend on the disk. Hidden files are left out. Links to folders
 * are not followed, so a loop of them ends; links to files are listed like files.
 * @throws AppError `folder-unreadable` for the folder itself */
export async function listPictures(folder: string, { recursive, without = [] }: ListOptions): Promise<Listing> {
  const left = new Set(await Promise.all(without.map((path) => realpath(path).catch(() => path))));
  const files: string[] = [];
  const unread: { folder: string; reason: string }[] = [];
  const visit = async (path: string, prefix: string): Promise<void> => {
    for (const entry of await entriesOf(path)) {
      const relative = prefix + entry.name;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory() && recursive) await visitBelow(join(path, entry.name), relative);
      else if (!entry.isDirectory() && hasPictureEnding(entry.name)) files.push(relative);
      if (files.length > maxFiles) throw new AppError('folder-unreadable', { folder, reason: 'it has too many files' });
    }
  };
  const visitBelow = async (path: string, relative: string): Promise<void> => {
    if (left.has(await realpath(path).catch(() => path))) return;
    await visit(path, `${relative}/`).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      unread.push({ folder: relative, reason: String(error.data['reason']) });
    });
  };
  await visit(folder, '');
  return { files, unread };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort(({ name: a }, { name: b }) => (a < b ? -1 : 1));
  } catch (cause) {
    throw listingFailure(folder, cause);
  }
}

/** Why a folder cannot be listed, in our words. */
export function listingFailure(folder: string, cause: unknown): AppError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  return new AppError('folder-unreadable', { folder, reason: reasons[code] ?? `the disk reports ${code}` }, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is not a folder',
  EACCES: 'reading it is not allowed',
  EPERM: 'reading it is not allowed',
};
