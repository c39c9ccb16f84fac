import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { listReason } from '#common/contract/file-reasons.ts';
import { endingOf, hasForeignEnding, hasPictureEnding } from '#common/picture-files.ts';

const maxFiles = 1_000_000;

export interface ListOptions {
  readonly recursive: boolean;
  readonly without?: readonly string[]; // folders that are not looked into, as paths
}

export interface Listing {
  readonly files: readonly string[]; // relative to the folder, with `/`
  readonly unread: readonly { readonly folder: string; readonly reason: string }[]; // folders below it
  readonly foreign: ReadonlyMap<string, number>; // pictures that cannot be opened, by ending
}

/** Pictures in a folder, by their endings, in the order of file managers (2 before 10), which does not depend on the disk. Hidden files are left out. Links to folders
 * are not followed, so a loop of them ends; links to files are listed like files.
 * @throws AppError `folder-unreadable` for the folder itself */
export async function listPictures(folder: string, { recursive, without = [] }: ListOptions): Promise<Listing> {
  const left = new Set(await Promise.all(without.map((path) => realpath(path).catch(() => path))));
  const files: string[] = [];
  const unread: { folder: string; reason: string }[] = [];
  const foreign = new Map<string, number>();
  const visit = async (path: string, prefix: string): Promise<void> => {
    for (const entry of await entriesOf(path)) {
      const relative = prefix + entry.name;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory() && recursive) await visitBelow(join(path, entry.name), relative);
      else if (!entry.isDirectory() && hasPictureEnding(entry.name)) files.push(relative);
      else if (!entry.isDirectory() && hasForeignEnding(entry.name)) count(foreign, endingOf(entry.name));
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
  return { files, unread, foreign };
}

const count = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);

/** What of a folder no batch accounts for, in words: nothing is left out silently. */
export function leftOutWords({ unread, foreign }: Pick<Listing, 'unread' | 'foreign'>): string[] {
  const words = unread.map(({ folder, reason }) => `The folder ${folder} is left out: ${reason}.`);
  const all = [...foreign.values()].reduce((sum, of) => sum + of, 0);
  if (all === 0) return words;
  const kinds = [...foreign].map(([ending, of]) => `${of} .${ending}`).join(', ');
  const [files, them] = all === 1 ? ['1 file is', 'it'] : [`${all} files are`, 'them'];
  const advice = `To include ${them}, save ${them} as JPEG, PNG or TIFF.`;
  return [...words, `${files} left out, of kinds that cannot be opened: ${kinds}. ${advice}`];
}

const natural = new Intl.Collator('en', { numeric: true });

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort(({ name: a }, { name: b }) => natural.compare(a, b) || (a < b ? -1 : 1));
  } catch (cause) {
    throw listingFailure(folder, cause);
  }
}

/** Why a folder cannot be listed, in our words. */
export const listingFailure = (folder: string, cause: unknown): AppError =>
  new AppError('folder-unreadable', { folder, reason: listReason(cause) }, { cause });
