import { expect, test } from 'vitest';
import type { Version, VersionId } from '#common/document/records.ts';
import { historyRows } from '../../../renderer/components/results/history-rows.ts';

/** Versions by name, each with the one it was made of. */
const versions = (...made: readonly (readonly [name: string, of: string | null])[]): Version[] =>
  made.map(([id, parent], createdAt) => ({ id, parent, createdAt }) as unknown as Version & { id: VersionId });

const lines = (all: readonly Version[]): string[] =>
  historyRows(all).map(({ version, depth, isOf }) => `${'>'.repeat(depth)}${version.id} ${isOf}`);

test('keeps a chain in one column, however long it is', () => {
  const names = Array.from({ length: 40 }, (_, index) => `edit ${index}`);
  const rows = historyRows(versions(...names.map((name, index) => [name, names[index - 1] ?? null] as const)));
  expect(rows.map(({ version }) => version.id)).toEqual(names);
  expect(new Set(rows.map(({ depth }) => depth))).toEqual(new Set([0]));
});

test('moves those that were made of the same one step to the right, with what was made of them', () => {
  const all = versions(['red', null], ['blue', null], ['red car', 'red'], ['red dog', 'red'], ['at night', 'red car']);
  expect(lines(all)).toEqual([
    'red picture',
    '>red car earlier',
    '>at night above',
    '>red dog earlier',
    'blue picture',
  ]);
});

test('stops moving where names would have no room', () => {
  const forks = Array.from({ length: 20 }, (_, index) => [
    [`a${index}`, index === 0 ? null : `a${index - 1}`] as const,
    [`b${index}`, index === 0 ? null : `a${index - 1}`] as const,
  ]);
  const rows = historyRows(versions(...forks.flat()));
  expect(Math.max(...rows.map(({ depth }) => depth))).toBe(6);
});
