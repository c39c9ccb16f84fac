import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { zBlobId } from '#common/contract/blobs.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import { zFileName, zRecentId } from '#common/contract/documents.ts';
import type { FileHandle, RecentFile, RecentId } from '#common/contract/documents.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import type { GrantedFiles } from './granted-files.ts';

const zEntry = z.object({
  id: zRecentId,
  name: zFileName,
  isProject: z.boolean(),
  usedAt: z.number(), // ms since 1970
  file: z.union([z.object({ path: z.string() }), z.object({ blob: zBlobId })]),
  thumbnail: zBlobId.nullable().default(null), // in lists from before there were any
});
type Entry = z.infer<typeof zEntry>;
export type NewRecent = Pick<Entry, 'name' | 'isProject' | 'file'>;

const most = 20;
const mostCopies = 8; // their bytes are kept for this list alone

/** What was opened or saved last, in one JSON file: files of the machine by their paths, and what a browser handed over as a copy among the
 * blobs. A list that cannot be read is as good as none. */
export class RecentFiles {
  readonly #path: string;
  readonly #files: Pick<GrantedFiles, 'grant'>;
  #last: Promise<unknown> = Promise.resolve(); // changes come one after the other

  /** @param path of the list @param files learns of what is listed, so that a page can open it */
  constructor(path: string, files: Pick<GrantedFiles, 'grant'>) {
    this.#path = path;
    this.#files = files;
  }

  /** Puts a file first. Of one that is there already only the newer place in the list is kept; of copies, the newer of a name.
   * @returns how it is called in the list */
  async note(added: NewRecent): Promise<RecentId> {
    const id = randomUUID() as RecentId;
    const isSame = ({ file, name }: NewRecent): boolean =>
      'path' in file && 'path' in added.file
        ? file.path === added.file.path
        : 'blob' in file && 'blob' in added.file && name === added.name;
    await this.#change((entries) => {
      const thumbnail = entries.find(isSame)?.thumbnail ?? null; // until there is a newer one
      return [{ ...added, id, thumbnail, usedAt: Date.now() }, ...entries.filter((other) => !isSame(other))];
    });
    return id;
  }

  /** Gives one its small picture, as long as it is in the list. */
  async picture(id: RecentId, thumbnail: BlobId): Promise<void> {
    await this.#change((entries) => entries.map((entry) => (entry.id === id ? { ...entry, thumbnail } : entry)));
  }

  /** Takes one, or all, from the list; the files stay. */
  async forget(id: RecentId | null): Promise<void> {
    await this.#change((entries) => (id === null ? [] : entries.filter((entry) => entry.id !== id)));
  }

  /** The latest first. */
  async list(): Promise<RecentFile[]> {
    await this.#last;
    return await Promise.all((await this.#read()).map((entry) => this.#described(entry)));
  }

  /** What must be kept for the list. */
  async blobs(): Promise<BlobId[]> {
    const entries = await this.#read();
    return entries.flatMap(({ file, thumbnail }) => [
      ...('blob' in file ? [file.blob] : []),
      ...(thumbnail ? [thumbnail] : []),
    ]);
  }

  async #described({ id, name, isProject, usedAt, file, thumbnail }: Entry): Promise<RecentFile> {
    const known = { id, name, isProject, usedAt, thumbnail };
    if ('blob' in file) return { ...known, source: { blob: file.blob, name }, folder: null, isMissing: false };
    const found = await stat(file.path).catch(() => undefined);
    const handle = randomUUID() as FileHandle;
    this.#files.grant(handle, file.path);
    return { ...known, source: { handle }, folder: basename(dirname(file.path)), isMissing: !found?.isFile() };
  }

  async #read(): Promise<Entry[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '[]');
    try {
      return z.array(zEntry).parse(JSON.parse(text));
    } catch {
      return [];
    }
  }

  #change(change: (entries: Entry[]) => Entry[]): Promise<void> {
    const changed = this.#last.then(async () => {
      const entries = withinLimits(change(await this.#read()));
      await writeAtomically(this.#path, [new TextEncoder().encode(JSON.stringify(entries, null, 2))]);
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }
}

function withinLimits(entries: readonly Entry[]): Entry[] {
  let copies = 0;
  return entries.filter(({ file }) => 'path' in file || copies++ < mostCopies).slice(0, most);
}
