import { randomUUID } from 'node:crypto';
import type { JobId } from '#common/contract/job-message.ts';

/** Work of one job. It ends early, by rejecting with the signal's reason, when the signal is aborted. */
export type Work = (signal: AbortSignal) => Promise<void>;

interface Job {
  readonly id: JobId;
  readonly work: Work;
  readonly abort: AbortController;
}

/** The reason jobs are aborted with. */
export class Cancelled extends Error {
  override readonly name = 'AbortError'; // as the platform names it
  constructor() {
    super('the job was cancelled');
  }
}

/** Runs one job at a time, the others wait in an order that can be changed. A job's own errors are its own business: they never
 * stop the queue. */
export class JobQueue {
  #running: Job | undefined;
  #waiting: Job[] = [];
  #draining: Promise<void> | undefined;

  /** Ids of waiting jobs, next one first. */
  get waiting(): readonly JobId[] {
    return this.#waiting.map(({ id }) => id);
  }

  get running(): JobId | undefined {
    return this.#running?.id;
  }

  /** Puts a job last. It starts after the caller's own code has returned, so that the caller can note the id first. */
  add(work: Work): JobId {
    const job = { id: randomUUID(), work, abort: new AbortController() };
    this.#waiting.push(job);
    this.#draining ??= Promise.resolve().then(() => this.#drain());
    return job.id;
  }

  /** Puts a waiting job at a place in the waiting list, 0 being next. */
  move(id: JobId, place: number): void {
    const job = this.#waiting.find((waiting) => waiting.id === id);
    if (!job) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
    this.#waiting.splice(place, 0, job);
  }

  /** Aborts a job. A waiting one gets its turn at once, with an aborted signal, to say that it was cancelled. */
  cancel(id: JobId): void {
    if (this.#running?.id === id) this.#running.abort.abort(new Cancelled());
    const job = this.#waiting.find((waiting) => waiting.id === id);
    if (!job) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
    job.abort.abort(new Cancelled());
    void job.work(job.abort.signal).catch(() => undefined);
  }

  cancelAll(): void {
    for (const id of [this.running, ...this.waiting]) if (id) this.cancel(id);
  }

  /** Resolves when nothing runs or waits. */
  async whenIdle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while ((this.#running = this.#waiting.shift())) {
      const { work, abort } = this.#running;
      await work(abort.signal).catch(() => undefined);
    }
    this.#draining = undefined;
  }
}
