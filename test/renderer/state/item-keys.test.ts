import { expect, test } from 'vitest';
import { rowKeys } from '../../../renderer/state/item-keys.ts';

function press(key: string, place: Partial<Parameters<typeof rowKeys>[1]> = {}, modifiers: KeyboardEventInit = {}) {
  const did: unknown[] = [];
  const handled = rowKeys(
    new KeyboardEvent('keydown', { key, ...modifiers }),
    { row: 4, count: 10, across: 1, page: 3, ...place },
    {
      choose: (row, how) => did.push(how === 'only' ? row : [row, how]),
      chooseAll: () => did.push('all'),
      open: () => did.push('open'),
      act: (action) => did.push(action),
    },
  );
  return handled ? did : undefined;
}

test('arrows, pages and ends choose rows', () => {
  expect([press('ArrowDown'), press('ArrowUp'), press('PageDown'), press('Home'), press('End')]).toEqual([
    ...[[5], [3], [7], [0], [9]],
  ]);
  expect(press('ArrowDown', { row: -1 })).toEqual([0]);
});

test('with Shift they choose up to there, with Ctrl they only go; Space takes one in or out', () => {
  expect(press('ArrowDown', {}, { shiftKey: true })).toEqual([[5, 'range']]);
  expect(press('End', {}, { ctrlKey: true, shiftKey: true })).toEqual([[9, 'range']]);
  expect(press('ArrowDown', {}, { ctrlKey: true })).toEqual([[5, 'go']]);
  expect([press(' '), press(' ', {}, { metaKey: true })]).toEqual([[[4, 'toggle']], [[4, 'toggle']]]);
  expect(press('a', {}, { ctrlKey: true })).toEqual(['all']);
});

test('side by side, arrows go in both directions; in a list left and right are somebody else’s', () => {
  expect([press('ArrowDown', { across: 3 }), press('ArrowLeft', { across: 3 })]).toEqual([[7], [3]]);
  expect(press('ArrowLeft')).toBeUndefined();
});

test('letters act, Alt moves what waits, and keys of commands are left alone', () => {
  expect([press('a'), press('r'), press('Delete'), press('Enter')]).toEqual([
    ['accept'],
    ['another'],
    ['leaveOut'],
    ['open'],
  ]);
  expect(press('ArrowUp', {}, { altKey: true })).toEqual(['sooner']);
  expect(press('r', {}, { ctrlKey: true })).toBeUndefined();
  expect(press('x')).toBeUndefined();
});
