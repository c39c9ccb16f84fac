import { expect, test } from 'vitest';
import { choose, chooseAll, nothingChosen } from '../../../renderer/state/item-selection.ts';
import type { Choosing, ItemSelection } from '../../../renderer/state/item-selection.ts';

const shown = [5, 3, 8, 1, 9];
const after = (...steps: readonly (readonly [number, Choosing])[]): ItemSelection =>
  steps.reduce((selection, [index, how]) => choose(selection, index, how, shown), nothingChosen);
const chosen = (selection: ItemSelection): number[] => [...selection.chosen];

test('a click chooses one alone, and with Ctrl takes one in or out', () => {
  expect(chosen(after([3, 'only'], [8, 'only']))).toEqual([8]);
  expect(chosen(after([3, 'only'], [9, 'toggle'], [3, 'toggle'], [5, 'toggle']))).toEqual([9, 5]);
});

test('a range reaches from where it began, in the order that is seen, and can be made smaller again', () => {
  expect(chosen(after([3, 'only'], [1, 'range']))).toEqual([3, 8, 1]);
  expect(chosen(after([3, 'only'], [1, 'range'], [8, 'range']))).toEqual([3, 8]);
  expect(chosen(after([1, 'only'], [5, 'range']))).toEqual([5, 3, 8, 1]);
  expect(after([1, 'only'], [5, 'range']).active).toBe(5);
});

test('a range whose beginning is not shown any more begins anew', () => {
  expect(chosen(choose(after([77, 'only']), 8, 'range', shown))).toEqual([8]);
});

test('going somewhere chooses nothing, and everything can be chosen', () => {
  const gone = after([3, 'only'], [9, 'go']);
  expect([chosen(gone), gone.active]).toEqual([[3], 9]);
  expect(chooseAll(nothingChosen, shown)).toMatchObject({ chosen: new Set(shown), active: 5 });
});
