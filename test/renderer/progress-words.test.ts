import { expect, test } from 'vitest';
import { remaining } from '../../renderer/components/progress-words.ts';

test.each([
  [200, 'about 1 s left'],
  [12_400, 'about 12 s left'],
  [200_000, 'about 3 min left'],
])('0 ms are told as ', (ms, words) => {
  expect(remaining(ms)).toBe(words);
});
