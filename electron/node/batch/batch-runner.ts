import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchMessage, Counts, ItemReport, SkipReason } from '#common/contract/batch.ts';
import { describeFailure } from '../engine/failure.ts';
import { variantFiles } from '../engine/output-files.ts';
import type { BatchState } from './batch-state.ts';
import type { DecodedItem, ItemWork, PreparedItem } from './item-work.ts';
import type { FileIdentity, Journal, JournalEntry } from './journal.ts';
import { Pace } from './pace.ts';

export interface RunnerConfig {
  readonly outputFolder: string;
  readonly variants: number;
  readonly journal: Pick<Journal, 'append'>;
  readonly state: BatchState;
  readonly work: ItemWork;
  readonly signal: AbortSignal;
  readonly say: (message: BatchMessage) => void;
  readonly lanes?: number | undefined; // items decoding at once; default 1
  readonly expectedMs?: number | undefined; // per item, as measured before
  readonly now?: () => number; // ms
}

const attemptsEach = 2;

interface Started {
  readonly index: number;
  readonly prepared: Promise<PreparedItem>;
  readonly at: number; // ms
}

/** Works through the items of a batch, one decode at a time, with the reading of the next and the writing of the last beside it.
 * What the journal does not have did not happen: everything is written there first, and the state follows it. */
export class BatchRunner {
  readonly #config: RunnerConfig;
  readonly #now: () => number;
  readonly pace: Pace;
  #waiting: number[] = [];
  #ahead: Started | undefined; // being prepared while another decodes
  #running: { index: number; step: number; of: number } | undefined;
  #paused: { readonly until: Promise<void>; readonly release: () => void } | undefined;

  constructor(config: RunnerConfig) {
    this.#config = config;
    this.#now = config.now ?? (() => performance.now());
    this.pace = new Pace(this.#now, config.expectedMs);
  }

  /** Items that wait, in the order they will be made. */
  get waiting(): readonly number[] {
    return this.#waiting;
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** The running item is finished; no other begins until `resume`. */
  pause(): void {
    if (this.#paused) return;
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    this.#paused = { until, release };
    this.#config.say({ type: 'paused' });
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused.release();
    this.#paused = undefined;
    this.#config.say({ type: 'resumed' });
  }

  /** Puts a waiting item at a place in the waiting list, 0 being next. */
  move(index: number, place: number): void {
    if (!this.#waiting.includes(index)) return;
    this.#waiting = this.#waiting.filter((other) => other !== index);
    this.#waiting.splice(place, 0, index);
  }

  /** Puts items last that the state has as waiting. */
  enqueue(indexes: readonly number[]): void {
    this.#waiting.push(...indexes.filter((index) => !this.#waiting.includes(index)));
  }

  /** Makes everything that waits. Failures of items are theirs alone; only a journal that cannot be written, or the signal, ends the run early.
   * @throws AppError `disk-full`, `output-not-writable` of the journal; the signal's reason */
  async run(): Promise<void> {
    const { signal, lanes = 1 } = this.#config;
    this.pace.start();
    try {
      await this.#recoverAll();
      const ends = await Promise.allSettled(Array.from({ length: lanes }, () => this.#lane())); // nothing is left running behind
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      signal.throwIfAborted();
    } catch (error) {
      throw error instanceof JournalFailure ? error.cause : error;
    } finally {
      this.pace.stop();
    }
  }

  /** One item after the other, as long as some wait. */
  async #lane(): Promise<void> {
    let writing: Promise<void> = Promise.resolve();
    try {
      for (let next = await this.#next(); next; next = await this.#next()) {
        const decoded = await this.#decode(next);
        await writing; // at most one picture waits to be written
        if (decoded) writing = this.#write(next, decoded);
        writing.catch(() => undefined); // told where it is awaited
        if (this.#waiting.length === 0) await writing; // it may fail and wait again
      }
    } finally {
      await writing;
    }
  }

  /** Makes an item that was settled once more, in place of its picture. Whoever asks runs the batch again if it has ended.
   * @param seed left out: the recipe's @throws AppError as `run` does */
  async again(index: number, seed?: number): Promise<void> {
    const { state } = this.#config.state.item(index);
    if (state === 'waiting' || index === this.#running?.index) return;
    await this.#note({ entry: 'again', index, seed });
    this.enqueue([index]);
    this.#say(index);
  }

  /** Notes whether the person likes what was made. */
  async accept(index: number, accepted: boolean): Promise<void> {
    await this.#note({ entry: 'accepted', index, accepted });
    this.#say(index);
  }

  async #next(): Promise<Started | undefined> {
    if (this.#paused) await this.#rest(this.#paused.until);
    if (this.#config.signal.aborted) return undefined;
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead && ahead.index === this.#waiting[0]) {
      this.#waiting.shift();
      return ahead;
    }
    const index = this.#waiting.shift();
    return index === undefined ? undefined : this.#start(index);
  }

  /** Time in which nothing is to be done counts for nothing. */
  async #rest(until: Promise<void>): Promise<void> {
    this.pace.stop();
    await Promise.race([until, aborted(this.#config.signal)]);
    this.pace.start();
  }

  #start(index: number): Started {
    const { state, work, signal } = this.#config;
    const prepared = work.prepare(state.item(index), signal);
    prepared.catch(() => undefined); // told where it is awaited
    return { index, prepared, at: this.#now() };
  }

  /** @returns undefined when there is nothing to write: done before, failed, or cancelled */
  async #decode({ index, prepared }: Started): Promise<(DecodedItem & { readonly key: string }) | undefined> {
    const { signal, state } = this.#config;
    this.#say(index, 'running');
    try {
      const ready = await prepared;
      if (await this.#isMade(state.item(index), ready.key)) {
        await this.#skip(index, 'done-before');
        return undefined;
      }
      const [following] = this.#waiting;
      if (following !== undefined && this.#ahead === undefined) this.#ahead = this.#start(following);
      const onStep = (step: number, of: number): void => this.#progress({ index, step, of });
      const decoded = await this.pace.busy(() => ready.decode(signal, onStep));
      this.pace.tokens += decoded.tokens;
      return { ...decoded, key: ready.key };
    } catch (error) {
      await this.#fail(index, error);
      return undefined;
    } finally {
      this.#running = undefined;
    }
  }

  async #write({ index, at }: Started, { key, tokens, encode }: DecodedItem & { readonly key: string }): Promise<void> {
    const outputs = variantFiles(this.#config.state.item(index).output, this.#config.variants);
    try {
      const { width, height, notices, write } = await encode();
      const before = await Promise.all(outputs.map((path) => this.#identity(path)));
      await this.#note({ entry: 'writing', index, key, outputs, before });
      await write();
      const result = {
        width,
        height,
        tokens,
        ms: this.#now() - at,
        ...(notices.length > 0 && { notices: [...notices] }),
      };
      await this.#note({ entry: 'done', index, key, outputs, ...result });
    } catch (error) {
      return await this.#fail(index, error);
    }
    this.#settled(index);
  }

  async #fail(index: number, error: unknown): Promise<void> {
    const { signal, state } = this.#config;
    if (error instanceof JournalFailure) throw error;
    if (signal.aborted) {
      this.#waiting.unshift(index);
      return this.#say(index);
    }
    const isLast = state.item(index).attempts + 1 >= attemptsEach;
    await this.#note({ entry: 'failed', index, failure: describeFailure(error), isLast });
    if (isLast) return this.#settled(index);
    this.#waiting.push(index);
    this.#say(index);
  }

  async #skip(index: number, reason: SkipReason): Promise<void> {
    await this.#note({ entry: 'skipped', index, reason });
    this.#settled(index);
  }

  #settled(index: number): void {
    this.pace.settled++;
    this.#say(index);
    this.#progress();
  }

  async #isMade({ input }: ItemReport, key: string): Promise<boolean> {
    const outputs = this.#config.state.madeOf(input, key);
    if (!outputs) return false;
    const found = await Promise.all(outputs.map((path) => this.#identity(path)));
    return found.every((identity) => identity !== null);
  }

  /** Finds out what became of items that were being written when the program ended: a file is there whole or not at all, so another
   * file under every name means that the item is done. */
  async #recoverAll(): Promise<void> {
    for (const { index, state } of this.#config.state.items) {
      const writing = this.#config.state.writingOf(index);
      if (state !== 'waiting' || !writing) continue;
      const { outputs, before, key } = writing;
      const now = await Promise.all(outputs.map((path) => this.#identity(path)));
      const isWritten = now.every((identity, place) => identity !== null && !isSame(identity, before[place] ?? null));
      if (!isWritten) continue;
      await this.#note({ entry: 'done', index, key, outputs });
      this.#waiting = this.#waiting.filter((other) => other !== index);
      this.#say(index);
    }
  }

  async #identity(path: string): Promise<FileIdentity | null> {
    const found = await stat(join(this.#config.outputFolder, path)).catch(() => undefined);
    return found ? { ino: String(found.ino), bytes: found.size, changedMs: found.mtimeMs } : null;
  }

  async #note(entry: JournalEntry): Promise<void> {
    try {
      await this.#config.journal.append(entry);
    } catch (cause) {
      throw new JournalFailure(cause);
    }
    this.#config.state.apply(entry);
  }

  #say(index: number, state?: ItemReport['state']): void {
    this.#config.say({ type: 'item', ...this.#config.state.item(index), ...(state && { state }) });
  }

  #progress(running?: { index: number; step: number; of: number }): void {
    this.#running = running;
    const { done, skipped, failed, in: of } = this.#config.state.counts;
    const step = done + skipped + failed;
    this.#config.say({
      ...{ type: 'progress', step, of, done, skipped, failed },
      ...(running && { item: running }),
      etaMs: this.pace.etaMs(of - step, running ? running.step / running.of : 0),
      tokensPerSecond: this.pace.tokensPerSecond,
    });
  }
}

/** The journal cannot be written: nothing may go on, since nothing would be known of it. */
class JournalFailure extends Error {
  constructor(override readonly cause: unknown) {
    super('the journal cannot be written');
  }
}

const isSame = (a: FileIdentity, b: FileIdentity | null): boolean =>
  b !== null && a.ino === b.ino && a.bytes === b.bytes && a.changedMs === b.changedMs;

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** In = done + skipped + failed. @throws Error when an item is unaccounted for, which is a bug */
export function checkCounts({ in: all, done, skipped, failed }: Counts): void {
  if (all !== done + skipped + failed) {
    throw new Error(`${all} pictures went in, but ${done} done + ${skipped} skipped + ${failed} failed came out`);
  }
}
