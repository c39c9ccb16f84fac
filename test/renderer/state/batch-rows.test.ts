import { expect, test } from 'vitest';
import type { ItemReport } from '#common/contract/batch.ts';
import { countByFilter, rowsInView, shownItems, tilesOf } from '../../../renderer/state/batch-rows.ts';

const item = (index: number, state: ItemReport['state'], more: Partial<ItemReport> = {}): ItemReport => ({
  ...{ index, state, input: `p${index}.png`, output: `p${index}.png`, attempts: 1 },
  ...more,
});
const items = [
  item(1, 'done', { ms: 900 }),
  item(2, 'running'),
  item(3, 'failed', { input: 'a10.png' }),
  item(4, 'waiting', { input: 'a9.png' }),
  item(5, 'done', { ms: 1200 }),
  item(6, 'skipped'),
];
const indexes = (shown: readonly ItemReport[]) => shown.map(({ index }) => index);

test('what is being made counts among what waits', () => {
  expect(countByFilter(items)).toEqual({ all: 6, waiting: 2, done: 2, failed: 1, skipped: 1 });
  expect(indexes(shownItems(items, 'waiting', { by: 'order', isDown: false }))).toEqual([2, 4]);
});

test('items are sorted either way, and ties keep the order of the batch', () => {
  const sorted = (by: 'order' | 'name' | 'state' | 'time', isDown = false) =>
    indexes(shownItems(items, 'all', { by, isDown }));
  expect(sorted('order', true)).toEqual([6, 5, 4, 3, 2, 1]);
  const places = new Map([
    [2, 2],
    [4, 1],
  ]);
  expect(indexes(shownItems(items, 'all', { by: 'order', isDown: false }, places))).toEqual([1, 3, 5, 6, 4, 2]);
  expect(sorted('name')).toEqual([4, 3, 1, 2, 5, 6]); // a9 before a10
  expect(sorted('state')).toEqual([2, 3, 4, 6, 1, 5]);
  expect(sorted('state', true)).toEqual([1, 5, 6, 4, 3, 2]);
  expect(sorted('time', true).slice(0, 2)).toEqual([5, 1]);
});

test('rows that can be seen are there, with a few beyond, however long the list is', () => {
  expect(rowsInView(0, 500, 50, 5000)).toEqual([0, 16]);
  expect(rowsInView(100_000, 500, 50, 5000)).toEqual([1994, 2016]);
  expect(rowsInView(249_500, 500, 50, 5000)).toEqual([4984, 5000]);
  expect(rowsInView(5000, 500, 50, 3)).toEqual([3, 3]); // the list became short under the scroll bar
});

test('on the contact sheet every variant has a place of its own', () => {
  const made = item(7, 'done', { outputs: ['a.png', 'a-2.png', 'a-3.png'] });
  const tiles = tilesOf([items[0], made, items[3]]);
  expect(tiles.map(({ key }) => key)).toEqual(['1-0', '7-0', '7-1', '7-2', '4-0']);
});
