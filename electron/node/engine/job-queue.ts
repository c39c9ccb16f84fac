import { randomUUID } from 'node:crypto';
import type { JobId } from '#common/contract/job-message.ts';

/** Work of one job. It ends early, by rejecting with the signal's reason, when `signal` is aborted; when `stop` is, it ends as soon
 * as it can with what it has. */
export type Work = (signal: AbortSignal, stop: AbortSignal) => Promise<void>;

interface Job {
  readonly id: JobId;
  readonly work: Work;
  readonly abort: AbortController;
  readonly stop: AbortController;
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
    const job = { id: randomUUID(), work, abort: new AbortController(), stop: new AbortController() };
    this.#waiting.push(job);
    this.#draining ??= Promise.resolve().then(() => this.#drain());
    return job.id;
  }

  /** Puts a waiting job before another that waits; last where there is no other, or it does not wait any more. */
  moveBefore(id: JobId, next: JobId | undefined): void {
    const job = this.#waiting.find((waiting) => waiting.id === id);
    if (!job || id === next) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
    const place = this.#waiting.findIndex((waiting) => waiting.id === next);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, job);
  }

  /** Aborts a job. A waiting one gets its turn at once, with an aborted signal, to say that it was cancelled. */
  cancel(id: JobId): void {
    if (this.#running?.id === id) this.#running.abort.abort(new Cancelled());
    const job = this.#waiting.find((waiting) => waiting.id === id);
    if (!job) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== job);
    job.abort.abort(new Cancelled());
    void job.work(job.abort.signal, job.stop.signal).catch(() => undefined);
  }

  /** Ends a running job with what it has; cancels a waiting one, which has nothing. */
  stop(id: JobId): void {
    if (this.#running?.id === id) this.#running.stop.abort(new Cancelled());
    else this.cancel(id);
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
      const { work, abort, stop } = this.#running;
      await work(abort.signal, stop.signal).catch(() => undefined);
    }
    this.#draining = undefined;
  }
}
