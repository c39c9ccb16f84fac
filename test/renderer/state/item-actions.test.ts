import { expect, test } from 'vitest';
import type { ItemReport } from '#common/contract/batch.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { actionable, actOn, dropTarget, moveTarget } from '../../../renderer/state/item-actions.ts';
import type { ItemAction } from '../../../renderer/state/item-keys.ts';

const item = (index: number, state: ItemReport['state'], more: Partial<ItemReport> = {}): ItemReport => ({
  ...{ index, state, input: `p${index}.png`, output: `p${index}.png`, attempts: 1 },
  ...more,
});
const items = [
  item(1, 'done'),
  item(2, 'done', { accepted: true }),
  item(3, 'failed'),
  item(4, 'skipped', { reason: 'left-out' }),
  item(5, 'skipped', { reason: 'exists' }),
  item(6, 'running'),
  item(7, 'waiting'),
];
const places = new Map([[7, 2]]);

async function did(action: ItemAction, chosen = items, variant: number | null = null): Promise<unknown[]> {
  const calls: unknown[] = [];
  const batch = new Proxy({} as EngineServices['batch'], {
    get:
      (_, name) =>
      (...args: unknown[]) => {
        calls.push([name, ...args]);
        return Promise.resolve();
      },
  });
  await actOn(actionable(chosen, places), action, batch, { variant, order: [8, 7, 9] });
  return calls;
}

test('an action is for those of the chosen ones that it can be done with', async () => {
  expect(await did('accept')).toEqual([['accept', [1, 2], true, null]]);
  expect(await did('another')).toEqual([
    ['again', [1, 2], expect.any(Number)],
    ['again', [3, 4], null],
  ]);
  expect(await did('leaveOut')).toEqual([['leaveOut', [7]]]);
  expect(await did('sooner')).toEqual([['moveBefore', [7], 8]]);
  expect(await did('accept', [items[5]])).toEqual([]);
});

test('accepting what is accepted takes it back, but another variant is picked instead', async () => {
  const picked = item(1, 'done', { accepted: true, picked: 2, outputs: ['a', 'b', 'c'] });
  expect(await did('accept', [items[1]])).toEqual([['accept', [2], false, null]]);
  expect(await did('accept', [picked], 2)).toEqual([['accept', [1], false, 2]]);
  expect(await did('accept', [picked], 0)).toEqual([['accept', [1], true, 0]]);
});

test('several go together, and keep their order', () => {
  const waiting = [1, 2, 3, 4, 5];
  expect(moveTarget(waiting, [3, 4], 'first')).toBe(1);
  expect(moveTarget(waiting, [3, 4], 'sooner')).toBe(2);
  expect(moveTarget(waiting, [3, 4], 'later')).toBeNull(); // behind 5: the last
  expect(moveTarget(waiting, [2], 'later')).toBe(4);
  expect(moveTarget(waiting, [1], 'sooner')).toBe(2); // where it is
  expect(moveTarget(waiting, [1], 'last')).toBeNull();
  expect(dropTarget(waiting, [1, 2], { over: 4, isBelow: false })).toBe(4);
  expect(dropTarget(waiting, [1, 2], { over: 4, isBelow: true })).toBe(5);
  expect(dropTarget(waiting, [3, 4], { over: 3, isBelow: false })).toBe(5); // on themselves: where they are
  expect(dropTarget(waiting, [1], { over: 5, isBelow: true })).toBeNull();
});
