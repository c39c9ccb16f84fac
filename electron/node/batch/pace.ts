/** How fast a batch goes, and how long the rest will take. */
export class Pace {
  settled = 0; // items
  tokens = 0; // ids the model chose
  readonly #now: () => number;
  readonly #expectedMs: number | undefined;
  #startedAt: number | undefined; // of the present run
  #earlierMs = 0; // of runs before it
  #busyMs = 0;

  /** @param expectedMs per item, from an earlier batch */
  constructor(now: () => number, expectedMs?: number) {
    this.#now = now;
    this.#expectedMs = expectedMs;
  }

  start(): void {
    this.#startedAt ??= this.#now();
  }

  stop(): void {
    this.#earlierMs = this.totalMs;
    this.#startedAt = undefined;
  }

  /** Counts the time of some work as time in which the model was busy. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#now();
    try {
      return await work();
    } finally {
      this.#busyMs += this.#now() - before;
    }
  }

  get totalMs(): number {
    return this.#earlierMs + (this.#startedAt === undefined ? 0 : this.#now() - this.#startedAt);
  }

  /** Share of the time in which the model worked. */
  get busyShare(): number {
    return this.totalMs === 0 ? 0 : Math.min(1, this.#busyMs / this.totalMs);
  }

  /** Null before the first picture. */
  get tokensPerSecond(): number | null {
    return this.tokens === 0 || this.#busyMs === 0 ? null : (this.tokens / this.#busyMs) * 1000;
  }

  /** Per item; null when none was made and none was expected. */
  get itemMs(): number | null {
    return this.settled > 0 ? this.totalMs / this.settled : (this.#expectedMs ?? null);
  }

  /** @param left items not settled; @param begun share of the running one that is done */
  etaMs(left: number, begun: number): number | null {
    return this.itemMs === null ? null : Math.max(0, left - begun) * this.itemMs;
  }
}
