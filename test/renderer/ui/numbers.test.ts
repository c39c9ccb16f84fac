import { expect, test } from 'vitest';
import { numberText, snap, typedNumber } from '../../../renderer/components/ui/numbers.ts';

const cfg = { min: 0, max: 10, step: 0.1 };

test.each([
  [3.14159, 3.1],
  [-1, 0],
  [99, 10],
  [0.30000000000000004, 0.3],
])('%d is set to %d', (value, expected) => {
  expect(snap(value, cfg)).toBe(expected);
});

test.each([
  ['3,5', 3.5],
  [' 7 ', 7],
  ['1e9', 10],
  ['', undefined],
  ['three', undefined],
])('"%s" typed is %s', (text, expected) => {
  expect(typedNumber(text, cfg)).toBe(expected);
});

test('a number is shown with the decimals of its step', () => {
  expect([numberText(3, cfg), numberText(3, { min: 0, max: 9, step: 1 })]).toEqual(['3.0', '3']);
});
