import { mkdir, open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { skipReasons, zBatchItem, zBatchOptions, zCounts, zFailure } from '#common/contract/batch.ts';
import { zRecipe } from '#common/contract/recipe.ts';
import { AppError } from '#common/contract/errors.ts';
import { writeFailure } from '../images/atomic-write.ts';

/** How a file looks from outside: when it is written anew, something of this changes. */
const zIdentity = z.object({ ino: z.string(), bytes: z.number(), changedMs: z.number() });
export type FileIdentity = z.infer<typeof zIdentity>;

const zIndex = z.int().positive();

/** One line of a journal: something that is so from now on. */
export const zJournalEntry = z.discriminatedUnion('entry', [
  z.object({
    entry: z.literal('started'),
    version: z.literal(1),
    at: z.string(),
    input: z.string(), // folder
    recipe: zRecipe,
    recipeHash: z.string(),
    options: zBatchOptions,
  }),
  z.object({ entry: z.literal('item'), ...zBatchItem.shape }),
  z.object({
    entry: z.literal('writing'), // from here on the outputs may be there
    index: zIndex,
    key: z.string(), // of the work: recipe and content of the inputs
    outputs: z.array(z.string()),
    before: z.array(zIdentity.nullable()), // what lay under those names
  }),
  z.object({
    entry: z.literal('done'),
    index: zIndex,
    key: z.string(),
    outputs: z.array(z.string()),
    width: z.int().optional(),
    height: z.int().optional(),
    tokens: z.int().optional(),
    device: z.string().optional(),
    ms: z.number().optional(),
    notices: z.array(z.string()).optional(),
  }),
  z.object({ entry: z.literal('skipped'), index: zIndex, reason: z.enum(skipReasons) }),
  z.object({ entry: z.literal('failed'), index: zIndex, failure: zFailure, isLast: z.boolean() }),
  z.object({ entry: z.literal('again'), index: zIndex, seed: z.int().optional() }), // the person wants it made once more; left out: with the recipe's seed
  z.object({
    entry: z.literal('accepted'),
    index: zIndex,
    accepted: z.boolean(),
    variant: z.int().nonnegative().optional(), // of several
  }),
  z.object({ entry: z.literal('ended'), at: z.string(), ...zCounts.shape }),
]);
export type JournalEntry = z.infer<typeof zJournalEntry>;

/** An append-only file of lines, each flushed to the disk before anything builds on it. */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** Opens a journal, new or old. A line that was cut off, by a crash while it was written, is removed: what it was about to tell never
   * counted. @throws AppError `journal-damaged`, `output-not-writable`, `disk-full` */
  static async open(path: string): Promise<{ journal: Journal; entries: JournalEntry[] }> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const { entries, wholeBytes } = await readJournal(path);
      const file = await open(path, 'a');
      await file.truncate(wholeBytes);
      return { journal: new Journal(path, file), entries };
    } catch (cause) {
      throw writeFailure(path, cause);
    }
  }

  /** Resolves when the entries are on the disk, all of them or, after a crash, a beginning of them. */
  append(...entries: readonly JournalEntry[]): Promise<void> {
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const written = this.#last.then(() => this.#write(text));
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#file.appendFile(text);
      await this.#file.datasync();
    } catch (cause) {
      throw writeFailure(this.path, cause);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#file.close();
  }
}

/** What a journal tells, without touching it; nothing where there is none. @throws AppError `journal-damaged` */
export const readEntries = async (path: string): Promise<JournalEntry[]> => (await readJournal(path)).entries;

interface ReadJournal {
  readonly entries: JournalEntry[];
  readonly wholeBytes: number; // up to the end of the last whole line
}

/** @throws AppError `journal-damaged` when a whole line is not an entry */
async function readJournal(path: string): Promise<ReadJournal> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return Buffer.alloc(0);
    throw cause;
  });
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
  return { entries: lines.map((line, place) => parseLine(line, place + 1, path)), wholeBytes };
}

function parseLine(text: string, line: number, path: string): JournalEntry {
  try {
    return zJournalEntry.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('journal-damaged', { path, line }, { cause });
  }
}
