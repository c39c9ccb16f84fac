import { expect, test } from 'vitest';
import type { DeskMessage } from '#common/contract/batch-service.ts';
import { whenBusy } from '../../../electron/utility/busy.ts';

const counts = { done: 0, skipped: 0, failed: 0 };
const rest = { ...counts, step: 0, of: 2, etaMs: null, tokensPerSecond: null };
const progress = (...running: number[]): DeskMessage => ({
  type: 'progress',
  ...rest,
  running: running.map((index) => ({ index, step: 1, of: 64 })),
});

test('a batch is busy from its first row to its end, whatever that is', () => {
  const told: boolean[] = [];
  const hear = whenBusy((isBusy) => told.push(isBusy));
  for (const message of [progress(), progress(0), progress(0, 1), { type: 'resumed' } as const]) hear(message);
  expect(told).toEqual([true]);
  hear(progress());
  expect(told).toEqual([true, false]);
  hear(progress(1));
  hear({ type: 'failed', code: 'disk-full', message: '', data: {} });
  hear(progress(1));
  hear({ type: 'cancelled', in: 2, ...counts });
  expect(told).toEqual([true, false, true, false, true, false]);
});
