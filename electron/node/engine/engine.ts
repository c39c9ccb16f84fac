import type { EditRequest } from '#common/contract/edit-request.ts';
import type { JobId, JobMessage } from '#common/contract/job-message.ts';
import type { Log } from '../log/log.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import { runEditJob } from './edit-job.ts';
import { describeFailure } from './failure.ts';
import { JobQueue } from './job-queue.ts';
import { OpenedModels } from './opened-models.ts';
import type { OpenModel } from './opened-models.ts';

export interface EngineConfig {
  readonly library: Pick<ModelLibrary, 'find'>;
  readonly openModel: OpenModel;
  readonly version: string; // of the program, for the recipe in written files
  readonly log: Log;
}

/** Told everything that happens to a job: queued first, then one of finished, cancelled and failed last. */
export type Tell = (message: JobMessage) => void;

/** Turns edit requests into pictures, one job at a time. Files in, files out; nothing else is shared with the caller. */
export class Engine implements AsyncDisposable {
  readonly #config: EngineConfig;
  readonly #queue = new JobQueue();
  readonly #models: OpenedModels;

  constructor(config: EngineConfig) {
    this.#config = config;
    this.#models = new OpenedModels(config.openModel);
  }

  /** Puts an edit last in the queue. Messages come after this has returned. */
  edit(request: EditRequest, tell: Tell): JobId {
    queueMicrotask(() => tell({ type: 'queued' }));
    return this.#queue.add((signal) => this.#run(request, tell, signal));
  }

  /** Ends a job, waiting or running. It says `cancelled` at once; a running one may take a moment more to let go of the model. */
  cancel(job: JobId): void {
    this.#queue.cancel(job);
  }

  /** Puts a waiting job at a place in the queue, 0 being next. */
  move(job: JobId, place: number): void {
    this.#queue.move(job, place);
  }

  get waiting(): readonly JobId[] {
    return this.#queue.waiting;
  }

  /** Resolves when no job runs or waits: after `cancelled` was said, when the job has let go of everything. */
  whenIdle(): Promise<void> {
    return this.#queue.whenIdle();
  }

  async #run(request: EditRequest, tell: Tell, signal: AbortSignal): Promise<void> {
    const { log } = this.#config;
    const say = untilTheLast(tell);
    const onAbort = (): void => say({ type: 'cancelled' });
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const onWriting = (): void => signal.removeEventListener('abort', onAbort); // from here on it will be finished
      say(await runEditJob(request, { ...this.#config, models: this.#models, signal, say, onWriting }));
    } catch (error) {
      if (signal.aborted) return say({ type: 'cancelled' });
      log.error({ error, request }, 'an edit failed');
      say({ type: 'failed', ...describeFailure(error) });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queue.cancelAll();
    await this.#queue.whenIdle();
    await this.#models[Symbol.asyncDispose]();
  }
}

/** Passes messages on up to the one that ends a job. */
function untilTheLast(tell: Tell): Tell {
  let isOver = false;
  return (message) => {
    if (isOver) return;
    isOver = message.type === 'finished' || message.type === 'cancelled' || message.type === 'failed';
    tell(message);
  };
}
