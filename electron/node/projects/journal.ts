import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { documentProblem } from '#common/document/integrity.ts';
import { applyPatch, zDocumentPatch } from '#common/document/patch.ts';
import { projectId, zDocumentRecord } from '#common/document/records.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import { dataFailure, writeAtomically } from '../images/atomic-write.ts';
import { journalLine, readJournalLines } from './journal-line.ts';

/** A file of the machine a document belongs to, as it was when it was last read or written by us. */
export const zKnownFile = z.object({
  path: z.string(),
  bytes: z.number(),
  modifiedMs: z.number(),
});
export type KnownFile = z.infer<typeof zKnownFile>;

/** Where the document came from and goes to. */
export const zFiles = z.object({
  project: zKnownFile.nullable(), // saved there
  inputs: z.array(z.string()), // paths of pictures that were opened; never written over unasked
});
export type DocumentFiles = z.infer<typeof zFiles>;

const journalVersion = 1;

/** What a journal says, line by line: first `begin`, then changes and saves as they happened. */
const zEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('begin'),
    version: z.literal(journalVersion),
    files: zFiles,
    hasUnsaved: z.boolean(), // these records are in no file
    records: z.array(zDocumentRecord),
  }),
  z.object({ type: z.literal('change'), patch: zDocumentPatch }),
  z.object({ type: z.literal('saved'), files: zFiles }), // all before is in a file
]);
export type JournalEntry = z.infer<typeof zEntry>;

/** Writes down what happens to one open document. What was acknowledged is on the disk: it survives the process, and the machine as far
 * as its disk keeps its word. */
export class Journal implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #next: Promise<void> | undefined; // will write what waits
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** Begins a journal, in the place of one that may be there: until the new one is whole, the old one stays.
   * @throws AppError `disk-full`, `output-not-writable`, … */
  static async begin(path: string, begin: Omit<Extract<JournalEntry, { type: 'begin' }>, 'type' | 'version'>) {
    const line = journalLine({ type: 'begin', version: journalVersion, ...begin } satisfies JournalEntry);
    await writeAtomically(path, [new TextEncoder().encode(line)]);
    return new Journal(path, await open(path, 'a'));
  }

  /** Goes on with a journal that was read. @param wholeBytes length of what was whole; the rest is cut off */
  static async resume(path: string, wholeBytes: number): Promise<Journal> {
    const file = await open(path, 'r+');
    await file.truncate(wholeBytes);
    await file.close();
    return new Journal(path, await open(path, 'a'));
  }

  /** Resolves when the entry is on the disk. Entries that come while another is written go to the disk together.
   * @throws AppError `data-full`, `data-not-writable` */
  append(entry: Exclude<JournalEntry, { type: 'begin' }>): Promise<void> {
    this.#waiting.push(journalLine(entry));
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      return this.#flush();
    });
    this.#last = this.#next.catch(() => undefined); // whoever appended hears of it
    return this.#next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    const lines = this.#waiting.splice(0).join('');
    const { size } = await this.#file.stat();
    try {
      await this.#file.writeFile(lines);
      await this.#file.datasync();
    } catch (cause) {
      await this.#file.truncate(size).catch(() => undefined); // half a line would hide those that follow
      throw dataFailure(dirname(this.#path), cause);
    }
  }
}

/** What a journal holds. */
export interface ReadJournal {
  readonly records: DocumentRecord[]; // as they were at the end
  readonly files: DocumentFiles;
  readonly hasUnsaved: boolean;
  readonly changes: number; // gestures since the last save
  readonly isCut: boolean; // its last line was not whole
  readonly wholeBytes: number;
}

/** Reads a journal up to the first line that is not whole or does not fit the ones before. Undefined when not even its beginning does. */
export async function readJournal(path: string): Promise<ReadJournal | undefined> {
  const { lines, isCut } = readJournalLines(await readFile(path, 'utf8'));
  const begin = zEntry.safeParse(lines[0]?.value).data;
  if (begin?.type !== 'begin' || documentProblem(begin.records) !== undefined) return undefined;
  let state: Replay = {
    ...begin,
    records: new Map(begin.records.map((record) => [record.id, record])),
    ...{ changes: 0, wholeBytes: lines[0]!.end },
  };
  for (const { value, end } of lines.slice(1)) {
    const next = replay(state, value);
    if (!next) return { ...state, records: [...state.records.values()], isCut: true };
    state = { ...next, wholeBytes: end };
  }
  return { ...state, records: [...state.records.values()], isCut };
}

interface Replay extends Pick<ReadJournal, 'files' | 'hasUnsaved' | 'changes' | 'wholeBytes'> {
  readonly records: Map<string, DocumentRecord>;
}

/** The state after one more entry; undefined when it makes no document of it. */
function replay(state: Replay, value: unknown): Replay | undefined {
  const entry = zEntry.safeParse(value).data;
  if (entry?.type === 'saved') return { ...state, files: entry.files, hasUnsaved: false, changes: 0 };
  if (entry?.type !== 'change') return undefined;
  const records = new Map(state.records);
  try {
    applyPatch(records, entry.patch);
  } catch {
    return undefined;
  }
  if (!records.has(projectId)) return undefined;
  return { ...state, records, hasUnsaved: true, changes: state.changes + 1 };
}
