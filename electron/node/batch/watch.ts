import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
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

  /** @param settleMs how long a file has to stay as it is */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** Looks at files once. @param now ms @returns those that are settled */
  async settled(folder: string, files: readonly string[], now: number): Promise<Set<string>> {
    const settled = new Set<string>();
    for (const file of files) {
      const found = await stat(join(folder, file)).catch(() => undefined);
      if (!found) {
        this.#looks.delete(file);
        continue;
      }
      const before = this.#looks.get(file);
      const isSame = before?.bytes === found.size && before.changedMs === found.mtimeMs;
      const since = isSame ? before.since : now;
      this.#looks.set(file, { bytes: found.size, changedMs: found.mtimeMs, since });
      if (now - since >= this.#settleMs) settled.add(file);
    }
    return settled;
  }
}

export interface WatchOptions extends ListOptions {
  readonly settleMs: number;
  readonly everyMs: number; // between looks
  readonly signal: AbortSignal;
}

/** Settled files of a folder, whenever there are some that were not given before. Ends when the signal is aborted. */
export async function* settledFiles(folder: string, options: WatchOptions): AsyncGenerator<Set<string>> {
  const { settleMs, everyMs, signal } = options;
  const settling = new Settling(settleMs);
  const given = new Set<string>();
  while (!signal.aborted) {
    const { files } = await listPictures(folder, options);
    const fresh = files.filter((file) => !given.has(file));
    const settled = await settling.settled(folder, fresh, performance.now());
    for (const file of settled) given.add(file);
    if (settled.size > 0) yield settled;
    await setTimeout(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
