import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '#common/contract/errors.ts';
import { listPictures } from './listing.ts';
import type { ListOptions } from './listing.ts';

/** A file as it was when it was last looked at. */
interface Look {
  readonly bytes: number;
  readonly changedMs: number;
  readonly since: number; // ms, when it first looked like this
}

/** Tells which files of a folder are whole: those that have not changed for a while. Files are looked at again and again rather than
 * listened to, because network folders and some disks tell of no changes. */
export class Settling {
  readonly #settleMs: number;
  readonly #looks = new Map<string, Look>();
  readonly #given = new Map<string, Look>(); // as they were when they were given

  /** @param settleMs how long a file has to stay as it is */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** Looks at files once. One that was given before is given again only when it has changed since, and settled anew.
   * @param now ms @returns those that are settled */
  async settled(folder: string, files: readonly string[], now: number): Promise<Set<string>> {
    const settled = new Set<string>();
    for (const file of files) {
      const found = await stat(join(folder, file)).catch(() => undefined);
      if (!found) {
        this.#looks.delete(file);
        this.#given.delete(file);
        continue;
      }
      const seen = { bytes: found.size, changedMs: found.mtimeMs };
      const before = this.#looks.get(file);
      const look = { ...seen, since: before && isSame(before, seen) ? before.since : now };
      this.#looks.set(file, look);
      const given = this.#given.get(file);
      if (now - look.since < this.#settleMs || (given && isSame(given, seen))) continue;
      this.#given.set(file, look);
      settled.add(file);
    }
    return settled;
  }

  wasGiven(file: string): boolean {
    return this.#given.has(file);
  }
}

type Seen = Pick<Look, 'bytes' | 'changedMs'>;

const isSame = (a: Seen, b: Seen): boolean => a.bytes === b.bytes && a.changedMs === b.changedMs;

export interface WatchOptions extends ListOptions {
  readonly settleMs: number;
  readonly everyMs: number; // between looks
  readonly signal: AbortSignal;
  /** Files that are looked at again though they were given: they may change. */
  readonly mayChange: (file: string) => boolean;
  /** Told when the folder cannot be read, once until it can be read again: network folders go and come. */
  readonly onUnreadable: (error: AppError) => void;
}

/** Settled files of a folder, whenever there are some that were not given before as they are. Ends when the signal is aborted. */
export async function* settledFiles(folder: string, options: WatchOptions): AsyncGenerator<Set<string>> {
  const { settleMs, everyMs, signal, mayChange, onUnreadable } = options;
  const settling = new Settling(settleMs);
  let isReadable = true;
  while (!signal.aborted) {
    const files = await listPictures(folder, options).then(
      (listing) => listing.files,
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        if (isReadable) onUnreadable(error);
        return undefined;
      },
    );
    isReadable = files !== undefined;
    const fresh = files?.filter((file) => !settling.wasGiven(file) || mayChange(file)) ?? [];
    const settled = await settling.settled(folder, fresh, performance.now());
    if (settled.size > 0) yield settled;
    await setTimeout(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
