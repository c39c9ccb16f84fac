import { expect, test } from 'vitest';
import { seconds, size } from '../../../electron/cli/words.ts';

test.each([
  [90, '0.1 s'],
  [9_400, '9.4 s'],
  [12_600, '13 s'],
  [59_999, '60 s'],
  [61_000, '1 min 1 s'],
  [3_725_000, '62 min 5 s'],
])('%d ms are %s', (ms, words) => expect(seconds(ms)).toBe(words));

test.each([
  [0, '0 kB'],
  [10, '1 kB'],
  [2_130_000, '2.1 MB'],
  [9_410_000_000, '9.41 GB'],
])('%d bytes are %s', (bytes, words) => expect(size(bytes)).toBe(words));
