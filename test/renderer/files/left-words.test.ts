import { expect, test } from 'vitest';
import { leftWords } from '../../../renderer/components/files/left-words.ts';

const changedAt = new Date('2026-03-02T09:05').getTime();

test.each([
  ['one change', 1, /^1 change · Today, /],
  ['several changes', 12, /^12 changes · Today, /],
  ['work that was written down anew after its last change, never as no changes', 0, /^Unsaved work · Today, /],
])('tells of %s', (_, changes, words) => {
  expect(leftWords({ changes, changedAt }, changedAt + 60_000)).toMatch(words);
});
