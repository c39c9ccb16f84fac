import { Eta } from './eta.ts';

/** How fast a batch goes, and how long the rest will take. */
export class Pace {
  tokens = 0; // ids the model chose
  readonly #now: () => number;
  readonly #eta: Eta;
  #startedAt: number | undefined; // of the present run
  #earlierMs = 0; // of runs before it
  #busy = 0; // models at work
  #busySince = 0;
  #busyMs = 0; // in which at least one model worked

  /** @param expectedMs per item, from earlier batches */
  constructor(now: () => number, expectedMs?: number) {
    this.#now = now;
    this.#eta = new Eta(expectedMs);
  }

  start(): void {
    this.#startedAt ??= this.#now();
  }

  stop(): void {
    this.#earlierMs = this.totalMs;
    this.#startedAt = undefined;
  }

  /** Counts the time of some work as time in which a model was busy. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy++ === 0) this.#busySince = this.#now();
    this.#eta.begin(this.totalMs);
    try {
      return await work();
    } finally {
      if (--this.#busy === 0) this.#busyMs += this.#now() - this.#busySince;
    }
  }

  /** @param share of the item that is made, 0 … 1 */
  advance(index: number, share: number): void {
    this.#eta.advance(index, share, this.totalMs);
  }

  made(index: number): void {
    this.#eta.finish(index, this.totalMs);
  }

  /** It was not made, or not yet. */
  left(index: number): void {
    this.#eta.drop(index);
  }

  get totalMs(): number {
    return this.#earlierMs + (this.#startedAt === undefined ? 0 : this.#now() - this.#startedAt);
  }

  /** Share of the time in which a model worked. */
  get busyShare(): number {
    return this.totalMs === 0 ? 0 : Math.min(1, this.#busyMs / this.totalMs);
  }

  /** Of all devices together; null before the first picture. */
  get tokensPerSecond(): number | null {
    return this.tokens === 0 || this.#busyMs === 0 ? null : (this.tokens / this.#busyMs) * 1000;
  }

  /** Per item; null when none was made and none was expected. */
  get itemMs(): number | null {
    return this.#eta.pictureMs;
  }

  /** @param left items that are not settled, those begun among them */
  etaMs(left: number): number | null {
    return this.#eta.etaMs(left);
  }
}
