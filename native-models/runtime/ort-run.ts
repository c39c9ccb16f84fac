import type { Handle, OrtApi } from './ort-api.ts';
import type { RunOptions } from './session.ts';

/** Makes native run options for one run, stops the run when the signal fires, and releases them afterwards.
 * Rejects with the signal's reason when it fired before the end, whatever the run made of it. */
export async function withRunOptions(
  api: OrtApi,
  { signal, config = {} }: RunOptions,
  run: (options: Handle) => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const options = api.create('createRunOptions');
  const terminate = (): void => api.call('runOptionsSetTerminate', options);
  try {
    api.call('runOptionsSetRunLogSeverityLevel', options, 4);
    for (const [key, value] of Object.entries(config)) api.call('addRunConfigEntry', options, key, value);
    signal?.addEventListener('abort', terminate, { once: true });
    await run(options);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', terminate);
    api.release('releaseRunOptions', options);
  }
  signal?.throwIfAborted();
}

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
