import type { DeviceGuard } from '#models/api';
import type { OrderMessage } from '#common/contract/edit-order.ts';
import type { EditRequest } from '#common/contract/edit-request.ts';
import type { JobId, JobMessage } from '#common/contract/job-message.ts';
import type { Log } from '../log/log.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import { runEditJob } from './edit-job.ts';
import type { JobContext } from './edit-job.ts';
import type { StageContext } from './edit-stages.ts';
import { describeFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import { JobQueue } from './job-queue.ts';
import { OpenedModels } from './opened-models.ts';
import type { OpenModel } from './opened-models.ts';
import { runPaintJob } from './paint-job.ts';
import type { PaintWork } from './paint-job.ts';

export interface EngineConfig {
  readonly library: Pick<ModelLibrary, 'find'>;
  readonly openModel: OpenModel;
  readonly guard?: DeviceGuard | undefined; // remembers devices that stop the process
  readonly version: string; // of the program, for the recipe in written files
  readonly log: Log;
}

/** Told everything that happens to a job: queued first, then one of finished, cancelled and failed last. */
export type Tell = (message: JobMessage) => void;

/** What ends a job whatever it was about. */
type Ending = { readonly type: 'cancelled' } | (Failure & { readonly type: 'failed' });
type Say<Message> = (message: Message | Ending) => void;

/** Turns edits into pictures, one job at a time: from files to files, or from and to wherever the caller keeps pictures. */
export class Engine implements AsyncDisposable {
  readonly #config: EngineConfig;
  readonly #queue = new JobQueue();
  readonly #models: OpenedModels;

  constructor(config: EngineConfig) {
    this.#config = config;
    this.#models = new OpenedModels(config.openModel);
  }

  /** Puts an edit from files to files last in the queue. Messages come after this has returned. */
  edit(request: EditRequest, tell: Tell): JobId {
    return this.#add<JobMessage>(tell, async (context) => {
      context.say(await runEditJob(request, context));
    });
  }

  /** Puts an edit without files last in the queue. Messages come after this has returned. */
  paint(work: PaintWork, tell: (message: OrderMessage) => void): JobId {
    return this.#add<OrderMessage>(tell, (context) => runPaintJob(work, context));
  }

  /** Does work that needs the model, when it is its turn. It is to end, by rejecting, when the signal is aborted.
   * @throws what the work throws, or the signal's reason */
  async inTurn<T>(work: (context: StageContext) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { library, guard, version } = this.#config;
    let onAbort = (): void => undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        const job = this.#queue.add(async (own, stop) => {
          const either = AbortSignal.any([own, signal]);
          await work({ library, guard, version, models: this.#models, signal: either, stop }).then(resolve, reject);
        });
        onAbort = () => this.#queue.cancel(job);
        signal.addEventListener('abort', onAbort);
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends a job, waiting or running. It says `cancelled` at once; a running one may take a moment more to let go of the model. */
  cancel(job: JobId): void {
    this.#queue.cancel(job);
  }

  /** Ends a running job with the rows it has, which take a moment to be made into pictures. A waiting one, and one that writes
   * files, is cancelled. */
  stop(job: JobId): void {
    this.#queue.stop(job);
  }

  /** Puts a waiting job before another that waits, or last. */
  moveBefore(job: JobId, next: JobId | undefined): void {
    this.#queue.moveBefore(job, next);
  }

  get waiting(): readonly JobId[] {
    return this.#queue.waiting;
  }

  /** Resolves when no job runs or waits: after `cancelled` was said, when the job has let go of everything. */
  whenIdle(): Promise<void> {
    return this.#queue.whenIdle();
  }

  /** Has the next job open its model anew: on another device, where one may be used again that was left out. */
  chooseDeviceAnew(): void {
    this.#models.reopenNext();
  }

  #add<Message extends { readonly type: string }>(
    tell: Say<Message | { readonly type: 'queued' }>,
    run: (context: Context<Message>) => Promise<void>,
  ): JobId {
    queueMicrotask(() => tell({ type: 'queued' }));
    return this.#queue.add((signal, stop) => this.#run(untilTheLast(tell), run, signal, stop));
  }

  async #run<Message>(
    say: Say<Message>,
    run: (context: Context<Message>) => Promise<void>,
    signal: AbortSignal,
    stop: AbortSignal,
  ): Promise<void> {
    const { library, guard, version, log } = this.#config;
    const onAbort = (): void => say({ type: 'cancelled' });
    signal.addEventListener('abort', onAbort, { once: true });
    const onWriting = (): void => signal.removeEventListener('abort', onAbort); // from here on it will be finished
    try {
      await run({ library, guard, version, models: this.#models, signal, stop, say, onWriting });
    } catch (error) {
      if (signal.aborted || error === stop.reason) return say({ type: 'cancelled' });
      log.error({ error }, 'an edit failed');
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

type Context<Message> = Omit<JobContext, 'say'> & { readonly say: Say<Message> };

const endings = ['finished', 'cancelled', 'failed'];

/** Passes messages on up to the one that ends a job. */
function untilTheLast<Message extends { readonly type: string }>(tell: (message: Message) => void) {
  let isOver = false;
  return (message: Message): void => {
    if (isOver) return;
    isOver = endings.includes(message.type);
    tell(message);
  };
}
