import type { BatchMessage, ItemReport, SkipReason } from '#common/contract/batch.ts';
import { describeFailure } from '../engine/failure.ts';
import { variantFiles } from '../engine/output-files.ts';
import { Changes } from './changes.ts';
import { Gate } from './gate.ts';
import type { DecodedItem, ItemWork, PreparedItem } from './item-work.ts';
import { JournalFailure, Ledger } from './ledger.ts';
import type { LedgerConfig } from './ledger.ts';
import { Pace } from './pace.ts';

export interface RunnerConfig extends LedgerConfig {
  readonly variants: number;
  readonly work: ItemWork;
  readonly signal: AbortSignal;
  readonly say: (message: BatchMessage) => void;
  /** Names of the devices the work is done on: one item decodes on each. Default: one that nobody asks for. */
  readonly devices?: readonly string[] | undefined;
  /** Items handed over at once, where somebody else makes them; instead of devices. */
  readonly handedOver?: number | undefined;
  /** What a failure says about everything that waits: then the run ends, and the item waits. */
  readonly stopReason?: (error: unknown) => Promise<Error | undefined>;
  readonly expectedMs?: number | undefined; // per item, as measured before
  readonly now?: () => number; // ms
}

const attemptsEach = 2;

/** Failures that may be the device's, not the picture's. */
const deviceFailures: readonly string[] = ['device-unavailable', 'out-of-memory'];

interface Started {
  readonly index: number;
  readonly prepared: Promise<PreparedItem>;
}

interface Taken extends Started {
  readonly at: number; // ms, when its turn came; what was read ahead cost nobody time
}

type Decoded = DecodedItem & { readonly key: string };

/** Works through the items of a batch in lanes, one for each device: a lane decodes one item at a time, with the reading of the next and
 * the writing of the last beside it. All lanes take from one list and write one journal. */
export class BatchRunner {
  readonly pace: Pace;
  readonly #config: RunnerConfig;
  readonly #now: () => number;
  readonly #ledger: Ledger;
  readonly #lanes: number;
  readonly #gate = new Gate();
  readonly #changes = new Changes(); // of what waits and what is under way
  #waiting: number[] = [];
  readonly #ahead = new Map<number, Started>(); // prepared while others decode
  readonly #underWay = new Set<number>(); // taken from those that wait, and neither settled nor waiting again
  readonly #cells = new Map<number, { index: number; step: number; of: number }>(); // of items that decode
  readonly #lost = new Set<number>(); // lanes whose device failed
  readonly #handedBack = new Set<number>(); // items whose device failed with them
  #resting = 0; // lanes that are paused
  #isBroken = false; // nothing more is to begin

  constructor(config: RunnerConfig) {
    this.#config = config;
    this.#now = config.now ?? (() => performance.now());
    this.#ledger = new Ledger(config);
    this.#lanes = config.handedOver ?? config.devices?.length ?? 1;
    this.pace = new Pace(this.#now, config.expectedMs);
  }

  /** Items that wait, in the order they will be made. */
  get waiting(): readonly number[] {
    return this.#waiting;
  }

  /** Running items are finished; no other begins until `resume`. */
  pause(): void {
    if (this.#gate.isClosed) return;
    this.#gate.close();
    this.#config.say({ type: 'paused' });
  }

  resume(): void {
    if (!this.#gate.isClosed) return;
    this.#gate.open();
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
    const known = new Set([...this.#waiting, ...this.#underWay]);
    this.#waiting.push(...indexes.filter((index) => !known.has(index)));
    this.#changes.tell();
  }

  /** Makes everything that waits. Failures of items are theirs alone, and those of a device cost the device as long as there is another;
   * only a journal that cannot be written, a reason to stop, or the signal ends the run early.
   * @throws AppError `disk-full`, `output-not-writable` of the journal; the reason to stop; the signal's reason */
  async run(): Promise<void> {
    const { signal } = this.#config;
    this.#lost.clear(); // it may work again
    this.#isBroken = false;
    this.pace.start();
    try {
      await this.#recover();
      const lanes = Array.from({ length: this.#lanes }, (_, lane) => this.#lane(lane));
      const ends = await Promise.allSettled(lanes); // nothing is left running behind
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      signal.throwIfAborted();
    } catch (error) {
      this.#putBack();
      throw error instanceof JournalFailure ? error.cause : error;
    } finally {
      this.pace.stop();
    }
  }

  /** Makes an item that was settled once more, in place of its picture. Whoever asks runs the batch again if it has ended.
   * @param seed left out: the recipe's @throws AppError as `run` does */
  async again(index: number, seed?: number): Promise<void> {
    if (this.#config.state.item(index).state === 'waiting') return;
    await this.#ledger.note({ entry: 'again', index, seed });
    this.enqueue([index]);
    this.#say(index);
  }

  /** Leaves out an item that waits. @throws AppError as `run` does */
  async leaveOut(index: number): Promise<void> {
    if (!this.#waiting.includes(index)) return;
    this.#waiting = this.#waiting.filter((other) => other !== index);
    this.#ahead.delete(index);
    await this.#skip(index, 'left-out');
  }

  /** Notes whether the person likes what was made. @param variant which of several @throws AppError as `run` does */
  async accept(index: number, accepted: boolean, variant?: number): Promise<void> {
    await this.#ledger.note({ entry: 'accepted', index, accepted, variant });
    this.#say(index);
  }

  /** One item after the other, as long as some wait or may have to wait again. */
  async #lane(lane: number): Promise<void> {
    let writing: Promise<void> = Promise.resolve();
    try {
      for (let next = await this.#next(lane); next; next = await this.#next(lane)) {
        const { index } = next;
        const decoded = await this.#decode(next, lane);
        if (!decoded) this.#leave(index);
        await writing; // at most one picture waits to be written
        if (decoded) writing = this.#write(next, decoded).finally(() => this.#leave(index));
        writing.catch(() => undefined); // told where it is awaited
      }
    } catch (error) {
      this.#isBroken = true;
      this.#changes.tell();
      throw error;
    } finally {
      await writing;
    }
  }

  /** @returns undefined when nothing waits and nothing that is under way can wait again, or nothing more is to begin */
  async #next(lane: number): Promise<Taken | undefined> {
    for (;;) {
      if (this.#gate.isClosed) await this.#rest();
      if (this.#config.signal.aborted || this.#isBroken || this.#lost.has(lane)) return undefined;
      const index = this.#waiting.shift();
      if (index !== undefined) return this.#take(index);
      if (this.#underWay.size === 0) return undefined;
      await this.#changes.next();
    }
  }

  /** Time in which nothing is to be done counts for nothing. */
  async #rest(): Promise<void> {
    if (++this.#resting === this.#lanes - this.#lost.size) this.pace.stop();
    await this.#gate.passed(this.#config.signal);
    this.#resting--;
    this.pace.start();
  }

  #take(index: number): Taken {
    this.#underWay.add(index);
    const started = this.#ahead.get(index) ?? this.#start(index);
    this.#ahead.delete(index);
    return { ...started, at: this.#now() };
  }

  /** An item is settled, or waits again. */
  #leave(index: number): void {
    this.#underWay.delete(index);
    this.#changes.tell();
  }

  #start(index: number): Started {
    const { state, work, signal } = this.#config;
    const prepared = work.prepare(state.item(index), signal);
    prepared.catch(() => undefined); // told where it is awaited
    return { index, prepared };
  }

  /** What was under way when the run broke waits again. */
  #putBack(): void {
    const left = [...this.#underWay].filter((index) => this.#config.state.item(index).state === 'waiting');
    this.#underWay.clear();
    this.#waiting.unshift(...left.filter((index) => !this.#waiting.includes(index)));
    for (const index of left) this.#say(index);
  }

  /** Reads what is needed next while the devices are busy: an item for each. */
  #prepareAhead(): void {
    const soon = this.#waiting.slice(0, this.#config.devices?.length ?? 1);
    for (const index of this.#ahead.keys()) if (!soon.includes(index)) this.#ahead.delete(index);
    for (const index of soon) if (!this.#ahead.has(index)) this.#ahead.set(index, this.#start(index));
  }

  /** @returns undefined when there is nothing to write: done before, failed, handed back or cancelled */
  async #decode({ index, prepared }: Started, lane: number): Promise<Decoded | undefined> {
    const { signal, state } = this.#config;
    this.#say(index, 'running');
    let isOnDevice = false;
    try {
      const ready = await prepared;
      if (await this.#ledger.isMade(state.item(index), ready.key)) {
        await this.#skip(index, 'done-before');
        return undefined;
      }
      this.#prepareAhead();
      isOnDevice = true;
      const onStep = (step: number, of: number): void => this.#stepped({ index, step, of });
      const decoded = await this.pace.busy(() => ready.decode(signal, onStep, lane));
      this.pace.tokens += decoded.tokens;
      return { ...decoded, key: ready.key };
    } catch (error) {
      if (isOnDevice && this.#isLost(index, error)) this.#retire(lane, index, error);
      else await this.#fail(index, error);
      return undefined;
    } finally {
      this.#cells.delete(index);
    }
  }

  async #write({ index, at }: Taken, { key, tokens, device, encode }: Decoded): Promise<void> {
    const outputs = variantFiles(this.#config.state.item(index).output, this.#config.variants);
    try {
      const { width, height, notices, write } = await encode();
      await this.#ledger.noteWriting(index, key, outputs);
      await write();
      const told = notices.length > 0 && { notices: [...notices] };
      const result = { width, height, tokens, device, ms: this.#now() - at, ...told };
      await this.#ledger.note({ entry: 'done', index, key, outputs, ...result });
    } catch (error) {
      return await this.#fail(index, error);
    }
    this.pace.made(index);
    this.#settled(index);
  }

  async #fail(index: number, error: unknown): Promise<void> {
    const { signal, state } = this.#config;
    if (error instanceof JournalFailure) throw error;
    this.pace.left(index);
    const reason = signal.aborted ? undefined : await this.#config.stopReason?.(error);
    if (signal.aborted || reason) {
      this.#waiting.unshift(index);
      this.#say(index);
      if (reason) throw reason;
      return;
    }
    const isLast = state.item(index).attempts + 1 >= attemptsEach;
    await this.#ledger.note({ entry: 'failed', index, failure: describeFailure(error), isLast });
    if (isLast) return this.#settled(index);
    this.#waiting.push(index);
    this.#say(index);
  }

  /** Whether a failure is to cost the device rather than the item: once for an item, and never the last device. */
  #isLost(index: number, error: unknown): boolean {
    const { signal, devices = [] } = this.#config;
    if (signal.aborted || devices.length - this.#lost.size < 2 || this.#handedBack.has(index)) return false;
    return deviceFailures.includes(describeFailure(error).code);
  }

  /** Nothing more is made on a device; what it was at is next for the others. */
  #retire(lane: number, index: number, error: unknown): void {
    const { devices = [], say } = this.#config;
    this.#lost.add(lane);
    this.#handedBack.add(index);
    this.pace.left(index);
    this.#waiting.unshift(index);
    const left = devices.filter((_, other) => !this.#lost.has(other));
    say({ type: 'device-lost', device: devices[lane] ?? '', left, failure: describeFailure(error) });
    this.#say(index);
  }

  async #skip(index: number, reason: SkipReason): Promise<void> {
    await this.#ledger.note({ entry: 'skipped', index, reason });
    this.#settled(index);
  }

  #settled(index: number): void {
    this.#say(index);
    this.#progress();
  }

  #stepped(cells: { index: number; step: number; of: number }): void {
    this.pace.advance(cells.index, cells.step / cells.of);
    this.#cells.set(cells.index, cells);
    this.#progress();
  }

  async #recover(): Promise<void> {
    for (const index of await this.#ledger.recover()) {
      this.#waiting = this.#waiting.filter((other) => other !== index);
      this.#say(index);
    }
  }

  #say(index: number, state?: ItemReport['state']): void {
    this.#config.say({ type: 'item', ...this.#config.state.item(index), ...(state && { state }) });
  }

  #progress(): void {
    const { done, skipped, failed, in: of } = this.#config.state.counts;
    const step = done + skipped + failed;
    const { tokensPerSecond } = this.pace;
    const running = [...this.#cells.values()];
    const etaMs = this.pace.etaMs(of - step);
    this.#config.say({ type: 'progress', step, of, done, skipped, failed, running, etaMs, tokensPerSecond });
  }
}
