import { resolve } from 'node:path';
import { Job } from 'bullmq';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ItemReport } from '#common/contract/batch.ts';
import { zBatchOptions } from '#common/contract/batch.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import { queueWork, runWorker } from '#node/batch/batch-queue.ts';
import type { ItemJob } from '#node/batch/batch-queue.ts';
import type { ItemWork } from '#node/batch/item-work.ts';
import { connectQueue } from '#node/batch/queue-connection.ts';
import { freePort, noRedis, startRedis, stopRedis } from '../helpers/redis.ts';

if (noRedis) console.warn(`skipped: ${noRedis}`);
vi.setConfig({ testTimeout: 120_000 });

async function withServer(more: readonly string[] = []) {
  const port = await freePort();
  let redis = await startRedis(port, more);
  onTestFinished(async () => await stopRedis(redis)); // the last thing: whoever uses it has to let go of it first
  const stop = (): Promise<void> => stopRedis(redis);
  const startAgain = async (): Promise<void> => void (redis = await startRedis(port, more));
  return { port, address: `redis://127.0.0.1:${port}`, stop, startAgain };
}

const never = new AbortController().signal;
const work: ItemWork = {
  keyOf: ({ input }) => Promise.resolve(`key of ${input}`),
  prepare: () => Promise.reject(new Error('the queue makes them')),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const item = (index: number): ItemReport => ({
  ...{ index, input: `p${index}.png`, output: `p${index}.png`, state: 'waiting', attempts: 0 },
});
const jobOf = ({ index, input, output }: ItemReport): ItemJob => ({
  ...{ input: resolve('in'), output: resolve('out'), recipe: parseRecipe({ version: 1, instruction: 'x' }) },
  ...{ options: zBatchOptions.parse({}), item: { index, input, output } },
});

/** Hands items over; what is said on the way is heard. */
async function handOver(address: string, count: number, signal = never) {
  const told: string[] = [];
  const queued = await queueWork(address, work, jobOf, (text) => told.push(text));
  onTestFinished(async () => await queued[Symbol.asyncDispose]());
  const results = Array.from({ length: count }, async (_, place) => {
    const prepared = await queued.prepare(item(place + 1), signal);
    return await (await prepared.decode(signal, () => undefined, 0)).encode();
  });
  return { told, results: Promise.all(results) };
}

/** A worker that says a size for every item. @returns inputs it made */
function startWorker(address: string): string[] {
  const made: string[] = [];
  const abort = new AbortController();
  const working = runWorker({
    ...{ address, silentMs: 5000, signal: abort.signal, tell: () => undefined, onSettled: () => undefined },
    make: ({ item: { input, index } }) => {
      made.push(input);
      return Promise.resolve({ tokens: 1, width: index, height: 1, notices: [] });
    },
  });
  onTestFinished(async () => {
    abort.abort();
    await working;
  });
  return made;
}

describe.skipIf(noRedis)('a queue that fails for a while', () => {
  test('a server that is started anew, and has lost everything, is handed it once more', async () => {
    const { address, stop, startAgain } = await withServer();
    const { told, results } = await handOver(address, 3);
    await vi.waitFor(async () => expect(await waitingJobs(address)).toBe(3), { timeout: 20_000 });
    await stop();
    await startAgain();
    const made = startWorker(address);
    expect((await results).map(({ width }) => width)).toEqual([1, 2, 3]);
    expect(made.sort()).toEqual(['p1.png', 'p2.png', 'p3.png']);
    expect(told).toEqual([
      expect.stringMatching(/^The queue at 127\.0\.0\.1:\d+ does not answer any more\. Nothing is lost/),
      expect.stringMatching(/answers again/),
    ]);
  });

  test('what a server loses right after it was handed over is handed over once more', async () => {
    const { address } = await withServer();
    const admin = new Redis(address);
    onTestFinished(() => admin.disconnect());
    const wait = Job.prototype.waitUntilFinished;
    const waits = vi.spyOn(Job.prototype, 'waitUntilFinished');
    onTestFinished(() => waits.mockRestore());
    waits.mockImplementationOnce(async function (this: Job, events, ttl) {
      await admin.flushall();
      return (await wait.call(this, events, ttl)) as unknown;
    });
    const { results } = await handOver(address, 1);
    await vi.waitFor(() => expect(waits).toHaveBeenCalledTimes(2), { timeout: 20_000 });
    startWorker(address);
    expect(await results).toMatchObject([{ width: 1 }]);
  });

  test('a server whose memory is full is asked again until it has room', async () => {
    const { address } = await withServer();
    const admin = new Redis(address);
    onTestFinished(() => admin.disconnect());
    await admin.config('SET', 'maxmemory', '1');
    const { told, results } = await handOver(address, 1);
    await vi.waitFor(() => expect(told).toEqual([expect.stringContaining('its memory is full')]), { timeout: 20_000 });
    await admin.config('SET', 'maxmemory', '0');
    startWorker(address);
    expect(await results).toMatchObject([{ width: 1 }]);
  });

  test('a batch can be cancelled while the server is away', async () => {
    const { address, stop } = await withServer();
    const abort = new AbortController();
    const { told, results } = await handOver(address, 2, abort.signal);
    await vi.waitFor(async () => expect(await waitingJobs(address)).toBe(2), { timeout: 20_000 });
    await stop();
    await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 20_000 });
    abort.abort(new Error('stop'));
    await expect(results).rejects.toThrow('stop');
  });

  test('a password that is wanted, or wrong, is said as such', async () => {
    const { port, address } = await withServer(['--requirepass', 'secret']);
    const reason = (text: string) => ({ code: 'queue-unreachable', data: { reason: expect.stringContaining(text) } });
    await expect(connectQueue(address)).rejects.toMatchObject(reason('it wants a password'));
    await expect(connectQueue(`redis://:guess@127.0.0.1:${port}`)).rejects.toMatchObject(reason('does not take'));
    const redis = await connectQueue(`redis://:secret@127.0.0.1:${port}`);
    expect(await redis.ping()).toBe('PONG');
    redis.disconnect();
  });

  test.each([
    ['host', 'no address'],
    ['http://127.0.0.1', 'no address'],
    ['redis://127.0.0.1:1', 'nothing answers there'],
  ])('%s: %s', async (address, words) => {
    await expect(connectQueue(address)).rejects.toMatchObject({
      ...{ code: 'queue-unreachable', data: { reason: expect.stringContaining(words) } },
    });
  });
});

async function waitingJobs(address: string): Promise<number> {
  const redis = new Redis(address);
  try {
    return await redis.llen('bull:editar-batch:wait');
  } finally {
    redis.disconnect();
  }
}
