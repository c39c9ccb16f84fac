import { expect, test } from 'vitest';
import { whenWords } from '../../../renderer/components/files/when-words.ts';

const at = (text: string): number => new Date(text).getTime(); // of this machine's own clock, as people read it
const now = at('2026-03-02T09:05');

test.each([
  ['the time of a file used today', '2026-03-02T00:10', /^Today, 12:10\sAM$/],
  ['the time of one used late yesterday, however few hours ago', '2026-03-01T23:58', /^Yesterday, 11:58\sPM$/],
  ['the day of one used this year', '2026-01-31T12:00', /^Jan 31$/],
  ['the year too of an older one', '2025-12-31T12:00', /^Dec 31, 2025$/],
])('says %s', (_, used, words) => {
  expect(whenWords(at(used), now)).toMatch(words);
});
