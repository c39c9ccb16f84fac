import { expect, test } from 'vitest';
import { fuzzyFilter, fuzzyScore } from '../../../renderer/state/fuzzy.ts';

const labels = [
  'Open picture…',
  'Save picture as…',
  'Undo',
  'Show before',
  'Show side panel',
  'Stop edit',
  'Settings…',
];
const find = (query: string) => fuzzyFilter(labels, query, (label) => label);

test.each([
  ['undo', 'Undo'],
  ['pic as', 'Save picture as…'],
  ['side', 'Show side panel'],
  ['set', 'Settings…'],
  ['ST', 'Stop edit'],
])('%s finds %s first', (query, label) => {
  expect(find(query)[0]).toBe(label);
});

test('everything answers an empty query, in its order', () => {
  expect(find('  ')).toEqual(labels);
});

test('letters that are not there in that order answer nothing', () => {
  expect(fuzzyScore('Undo', 'odnu')).toBeUndefined();
  expect(find('xyz')).toEqual([]);
});
