import { expect, test } from 'vitest';
import type { JobMessage } from '#common/contract/job-message.ts';
import { progressOf } from '#node/engine/progress.ts';

test('reports the first and the last step, and between them ten a second', () => {
  const run = { committed: 0, totalSteps: 100, etaMs: undefined as number | undefined };
  const said: JobMessage[] = [];
  let now = 0;
  const report = progressOf(
    (message) => said.push(message),
    () => now,
  );
  for (; run.committed < 100; now += 7) {
    run.committed++;
    run.etaMs = (100 - run.committed) * 7.3;
    report(run);
  }
  const steps = said.map((message) => message.type === 'progress' && message.step);
  expect(steps).toEqual([1, 16, 31, 46, 61, 76, 91, 100]);
  expect(said[1]).toEqual({ type: 'progress', step: 16, of: 100, etaMs: 613 });
});

test('says that there is no estimate yet', () => {
  const said: JobMessage[] = [];
  progressOf((message) => said.push(message))({ committed: 1, totalSteps: 9, etaMs: undefined });
  expect(said).toEqual([{ type: 'progress', step: 1, of: 9, etaMs: null }]);
});
