/** Counts what is running so that a native object is released only after its last run. */
export class RunTracker {
  #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(readonly what: string) {}

  /** Starts work unless closed; a call after disposal is a bug. */
  track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error(`${this.what} is used after it was disposed of`);
    const promise = work();
    const settled = promise.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return promise;
  }

  /** Refuses new work and waits for what runs. Answers whether this was the first call, the one to release things. */
  async close(): Promise<boolean> {
    const first = !this.#closed;
    this.#closed = true;
    await Promise.all(this.#running);
    return first;
  }
}
