import { createHash } from 'node:crypto';
import type { Job, Queue, QueueEvents, Worker } from 'bullmq';
import { z } from 'zod';
import { zBatchItem, zBatchOptions, zFailure } from '#common/contract/batch.ts';
import type { ItemReport } from '#common/contract/batch.ts';
import { zDeviceName } from '#common/contract/edit-request.ts';
import { RemoteError } from '#common/contract/errors.ts';
import { zRecipe } from '#common/contract/recipe.ts';
import { describeFailure } from '../engine/failure.ts';
import type { ItemWork } from './item-work.ts';
import { connectQueue, untilTaken } from './queue-connection.ts';
import type { TellQueue } from './queue-connection.ts';

/** Queue of every batch on one server; batches tell themselves apart by what is in their jobs. */
const queueName = 'editar-batch';
const attempts = 2;
const lookEveryMs = 5000; // a server that was started anew tells of nothing that was done before
const keepDone = { age: 7 * 24 * 3600 }; // seconds; a batch that is resumed finds what was made meanwhile

export const zQueuedItem = zBatchItem.extend({ seed: z.int().optional() });

/** What a worker has to know to make one item. Folders are shared and lie under the same paths on every machine. */
const zItemJob = z.object({
  input: z.string(), // folder
  output: z.string(), // folder
  recipe: zRecipe,
  options: zBatchOptions,
  model: z.string().optional(),
  device: zDeviceName.optional(),
  item: zQueuedItem,
});
export type ItemJob = z.infer<typeof zItemJob>;

const zItemResult = z.object({
  tokens: z.int(),
  width: z.int(),
  height: z.int(),
  notices: z.array(z.string()),
  device: z.string().optional(), // that made it
});
export type ItemResult = z.infer<typeof zItemResult>;

/** Lets workers make the items: decoding means handing an item over and waiting for it. The same work is one job however often it is
 * handed over, so a batch that was killed and resumed finds what was made meanwhile.
 * @param work tells the names of work @param tell hears of outages @throws AppError `queue-unreachable` */
export async function queueWork(
  address: string,
  work: ItemWork,
  jobOf: (item: ItemReport) => ItemJob,
  tell: TellQueue,
): Promise<ItemWork> {
  const { Queue: QueueClass, QueueEvents: EventsClass } = await import('bullmq');
  const [connection, listening] = [await connectQueue(address, tell), await connectQueue(address)];
  const queue: Queue = new QueueClass(queueName, { connection });
  const events: QueueEvents = new EventsClass(queueName, { connection: listening });
  queue.on('error', () => undefined); // outages are told by the connection, in words
  events.on('error', () => undefined);
  events.setMaxListeners(0); // one per item that is under way
  await events.waitUntilReady();
  return {
    keyOf: (item, signal) => work.keyOf(item, signal),
    prepare: async (item, signal) => {
      const key = await work.keyOf(item, signal);
      const decode = async (stop: AbortSignal) => {
        const data = jobOf(item);
        const hand = (): Promise<Job> => untilTaken(address, () => handOver(queue, key, data), { tell, signal: stop });
        const { tokens, device, ...result } = await finished(hand, events, stop);
        return { tokens, device, encode: () => Promise.resolve({ ...result, write: () => Promise.resolve() }) };
      };
      return { key, decode };
    },
    [Symbol.asyncDispose]: async () => {
      if (connection.status === 'ready' && listening.status === 'ready') {
        await events.close();
        await queue.close();
      } // without their server they would wait for ever
      for (const redis of [connection, listening]) redis.disconnect();
      await work[Symbol.asyncDispose]();
    },
  };
}

/** A job that failed for good in an earlier batch gets another chance; retries and dead letters are the queue's. */
async function handOver(queue: Queue, key: string, data: ItemJob): Promise<Job> {
  const { output, item } = data;
  const jobId = createHash('sha256').update([key, output, item.output].join('\n')).digest('hex');
  const settings = { attempts, backoff: { type: 'fixed', delay: 500 }, removeOnComplete: keepDone };
  const job = await queue.add('item', data, { jobId, ...settings });
  const isDead = (await job.getState()) === 'failed';
  if (isDead && item.seed === undefined) await job.retry('failed').catch(() => undefined); // somebody else may have
  return job;
}

/** Waits for an item. Now and then it is looked for: a server that lost it, as one without a disk does when it is started anew, is handed it
 * once more. @param hand hands it over, which does nothing where it is there */
async function finished(hand: () => Promise<Job>, events: QueueEvents, signal: AbortSignal): Promise<ItemResult> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  try {
    const wait = async (): Promise<unknown> => {
      for (let job = await hand(); ;) {
        const result: unknown = await job.waitUntilFinished(events, lookEveryMs).catch(unlessOpen);
        if (result !== open) return result;
        if ((await job.getState()) === 'unknown') job = await hand();
      }
    };
    const waiting = wait();
    waiting.catch(() => undefined); // told where it is awaited, unless it was cancelled
    return zItemResult.parse(await Promise.race([waiting, aborted]));
  } catch (error) {
    signal.throwIfAborted();
    throw failureFrom(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const open = Symbol('open');

/** A wait that ended because of the time it took, or because the server has lost the job, says nothing of the item. @throws every other
 * error */
function unlessOpen(error: unknown): typeof open {
  if (/timed out before finishing|Missing key for job/.test(String(error))) return open;
  throw error;
}

/** Queues keep failures as text: ours is JSON. */
function failureFrom(error: unknown): unknown {
  try {
    return new RemoteError(zFailure.parse(JSON.parse((error as Error).message)));
  } catch {
    return error;
  }
}

export interface WorkerConfig {
  readonly address: string;
  /** A worker that is silent for so long is taken for dead, and its item given to another. */
  readonly silentMs: number;
  readonly make: (job: ItemJob) => Promise<ItemResult>;
  readonly signal: AbortSignal;
  readonly onSettled: (job: ItemJob, failure?: ReturnType<typeof describeFailure>) => void;
  readonly tell: TellQueue;
}

/** Makes items of the queue, one at a time, until the signal is aborted; the one under way is finished first.
 * @throws AppError `queue-unreachable` */
export async function runWorker({ address, silentMs, make, signal, onSettled, tell }: WorkerConfig): Promise<void> {
  const { Worker: WorkerClass } = await import('bullmq');
  const connection = await connectQueue(address, tell);
  const process = async (job: Job): Promise<ItemResult> => {
    const data = zItemJob.parse(job.data);
    try {
      const result = await make(data);
      onSettled(data);
      return result;
    } catch (error) {
      const failure = describeFailure(error);
      onSettled(data, failure);
      throw new Error(JSON.stringify(failure), { cause: error });
    }
  };
  const timing = { lockDuration: silentMs, stalledInterval: silentMs, maxStalledCount: 10 };
  const worker: Worker = new WorkerClass(queueName, process, { connection, concurrency: 1, ...timing });
  worker.on('error', () => undefined); // it connects again by itself
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await worker.close(connection.status !== 'ready'); // without its server it would wait for ever
  connection.disconnect();
}
