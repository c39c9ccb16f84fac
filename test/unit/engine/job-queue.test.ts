import { expect, test } from 'vitest';
import { JobQueue } from '#node/engine/job-queue.ts';

/** A job that notes its name when it starts and runs until `end` is called or it is aborted. */
function heldJob(name: string, log: string[]) {
  let end = (): void => undefined;
  const work = (signal: AbortSignal): Promise<void> => {
    log.push(signal.aborted ? `${name} aborted` : name);
    return new Promise<void>((resolve, reject) => {
      end = resolve;
      const give = (): void => reject(signal.reason as Error);
      if (signal.aborted) give();
      signal.addEventListener('abort', give);
    });
  };
  return { work, end: () => end() };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('runs one job at a time, in order', async () => {
  const log: string[] = [];
  const queue = new JobQueue();
  const [a, b] = ['a', 'b'].map((name) => heldJob(name, log));
  queue.add(a.work);
  const second = queue.add(b.work);
  await settle();
  expect(log).toEqual(['a']);
  expect(queue.waiting).toEqual([second]);
  a.end();
  await settle();
  expect(log).toEqual(['a', 'b']);
  b.end();
  await queue.whenIdle();
  expect(queue.running).toBeUndefined();
});

test('starts no job before the code that added it has returned', async () => {
  const log: string[] = [];
  const queue = new JobQueue();
  const a = heldJob('a', log);
  queue.add(a.work);
  expect(log).toEqual([]);
  await settle();
  expect(log).toEqual(['a']);
  a.end();
});

test('moves a waiting job to the front', async () => {
  const log: string[] = [];
  const queue = new JobQueue();
  const jobs = ['a', 'b', 'c'].map((name) => heldJob(name, log));
  const ids = jobs.map(({ work }) => queue.add(work));
  await settle();
  queue.moveBefore(ids[2], ids[1]);
  expect(queue.waiting).toEqual([ids[2], ids[1]]);
  for (const one of [0, 2, 1]) {
    jobs[one].end();
    await settle();
  }
  expect(log).toEqual(['a', 'c', 'b']);
});

test('aborts a running job and goes on with the next', async () => {
  const log: string[] = [];
  const queue = new JobQueue();
  const jobs = ['a', 'b'].map((name) => heldJob(name, log));
  const ids = jobs.map(({ work }) => queue.add(work));
  await settle();
  queue.cancel(ids[0]);
  await settle();
  expect(log).toEqual(['a', 'b']);
  jobs[1].end();
});

test('tells a waiting job at once that it was cancelled', async () => {
  const log: string[] = [];
  const queue = new JobQueue();
  const jobs = ['a', 'b'].map((name) => heldJob(name, log));
  const ids = jobs.map(({ work }) => queue.add(work));
  await settle();
  queue.cancel(ids[1]);
  expect(log).toEqual(['a', 'b aborted']);
  expect(queue.waiting).toEqual([]);
  jobs[0].end();
  await queue.whenIdle();
});

test('runs a job that was added after the first was cancelled before it started', async () => {
  const log: string[] = [];
  const queue = new JobQueue();
  const jobs = ['a', 'b'].map((name) => heldJob(name, log));
  queue.cancel(queue.add(jobs[0].work));
  const second = queue.add(jobs[1].work);
  await settle();
  expect(log).toEqual(['a aborted', 'b']);
  expect(queue.running).toBe(second);
  jobs[1].end();
  await queue.whenIdle();
  expect(queue.running).toBeUndefined();
});

test('goes on after a job that failed', async () => {
  const queue = new JobQueue();
  const log: string[] = [];
  queue.add(() => Promise.reject(new Error('broken')));
  queue.add(() => Promise.resolve(void log.push('next')));
  await queue.whenIdle();
  expect(log).toEqual(['next']);
});
