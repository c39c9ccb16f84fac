import { expect, test } from 'vitest';
import { LongWork } from '../../../renderer/state/long-work.svelte.ts';

test('work says what it is and how far, one at a time, and is gone when it ends', async () => {
  const work = new LongWork();
  let finish = (): void => undefined;
  const done = work.run('Merging layers', async ({ onShare }) => {
    onShare(0.5);
    await new Promise<void>((resolve) => (finish = resolve));
    return 'merged';
  });
  expect([work.title, work.share, work.isBusy]).toEqual(['Merging layers', 0.5, true]);
  await expect(work.run('Other', () => Promise.resolve())).rejects.toThrow('Layers are being worked on');
  finish();
  expect(await done).toBe('merged');
  expect([work.title, work.isBusy]).toEqual([undefined, false]);
});

test('work that is given up hears of it', async () => {
  const work = new LongWork();
  const done = work.run(
    'Merging layers',
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  work.giveUp();
  await expect(done).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect(work.isBusy).toBe(false);
});
