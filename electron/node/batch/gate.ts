/** Lets tasks through while it is open. */
export class Gate {
  #open: (() => void) | undefined;
  #opened: Promise<void> | undefined;

  get isClosed(): boolean {
    return this.#opened !== undefined;
  }

  close(): void {
    this.#opened ??= new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open?.();
    this.#opened = undefined;
  }

  /** Resolves when it is open, or the signal is aborted. */
  async passed(signal: AbortSignal): Promise<void> {
    if (this.#opened) await Promise.race([this.#opened, aborted(signal)]);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
