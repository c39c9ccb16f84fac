import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Counts, ItemReport } from '#common/contract/batch.ts';
import type { BatchState } from './batch-state.ts';
import type { FileIdentity, Journal, JournalEntry } from './journal.ts';

export interface LedgerConfig {
  readonly outputFolder: string;
  readonly journal: Pick<Journal, 'append'>;
  readonly state: BatchState;
}

/** What became of the items. What the journal does not have did not happen: everything is written there first, and the state follows. */
export class Ledger {
  readonly #config: LedgerConfig;

  constructor(config: LedgerConfig) {
    this.#config = config;
  }

  /** @throws JournalFailure */
  async note(entry: JournalEntry): Promise<void> {
    try {
      await this.#config.journal.append(entry);
    } catch (cause) {
      throw new JournalFailure(cause);
    }
    this.#config.state.apply(entry);
  }

  /** Notes that outputs of an item are about to be written, and what lies under their names. @throws JournalFailure */
  async noteWriting(index: number, key: string, outputs: readonly string[]): Promise<void> {
    const before = await Promise.all(outputs.map((path) => this.#identity(path)));
    await this.note({ entry: 'writing', index, key, outputs: [...outputs], before });
  }

  /** Whether the same work was done before and its files are still there. */
  async isMade({ input }: ItemReport, key: string): Promise<boolean> {
    const outputs = this.#config.state.madeOf(input, key);
    if (!outputs) return false;
    const found = await Promise.all(outputs.map((path) => this.#identity(path)));
    return found.every((identity) => identity !== null);
  }

  /** Finds out what became of items that were being written when the program ended: a file is there whole or not at all, so another
   * file under every name means that the item is done. @returns their indexes @throws JournalFailure */
  async recover(): Promise<number[]> {
    const recovered: number[] = [];
    for (const { index, state } of this.#config.state.items) {
      const writing = this.#config.state.writingOf(index);
      if (state !== 'waiting' || !writing) continue;
      const { outputs, before, key } = writing;
      const now = await Promise.all(outputs.map((path) => this.#identity(path)));
      const isWritten = now.every((identity, place) => identity !== null && !isSame(identity, before[place] ?? null));
      if (!isWritten) continue;
      await this.note({ entry: 'done', index, key, outputs });
      recovered.push(index);
    }
    return recovered;
  }

  async #identity(path: string): Promise<FileIdentity | null> {
    const found = await stat(join(this.#config.outputFolder, path)).catch(() => undefined);
    return found ? { ino: String(found.ino), bytes: found.size, changedMs: found.mtimeMs } : null;
  }
}

/** The journal cannot be written: nothing may go on, since nothing would be known of it. */
export class JournalFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('the journal cannot be written');
  }
}

const isSame = (a: FileIdentity, b: FileIdentity | null): boolean =>
  b !== null && a.ino === b.ino && a.bytes === b.bytes && a.changedMs === b.changedMs;

/** In = done + skipped + failed. @throws Error when an item is unaccounted for, which is a bug */
export function checkCounts({ in: all, done, skipped, failed }: Counts): void {
  if (all !== done + skipped + failed) {
    throw new Error(`${all} pictures went in, but ${done} done + ${skipped} skipped + ${failed} failed came out`);
  }
}
