import { expect, test } from 'vitest';
import type { Version, VersionId } from '#common/document/records.ts';
import { addVersion } from '#common/document/version-commands.ts';
import { lineage, versionTrees } from '#common/document/version-tree.ts';
import type { VersionNode } from '#common/document/version-tree.ts';
import { smallDocument } from './documents.ts';

function versionsOf(edges: readonly [title: string, parent: string | null][]): Version[] {
  const store = smallDocument();
  const ids = new Map<string | null, VersionId>();
  for (const [createdAt, [title, parent]] of edges.entries()) {
    const made = { recipe: {}, ids: [], seed: 0, model: 'mini', title, createdAt, parent: ids.get(parent) ?? null };
    ids.set(title, addVersion(store, made));
  }
  return [...ids.values()].map((id) => store.require(id));
}

const outline = ({ version, children }: VersionNode): object => ({ [version.title]: children.map(outline) });

test('versions stand under what they were made from, oldest first', () => {
  const versions = versionsOf([
    ['red', null],
    ['blue', null],
    ['red car', 'red'],
    ['red dog', 'red'],
    ['red dog at night', 'red dog'],
  ]);
  const expected = [{ red: [{ 'red car': [] }, { 'red dog': [{ 'red dog at night': [] }] }] }, { blue: [] }];
  expect(versionTrees(versions.toReversed()).map(outline)).toEqual(expected);
  expect(lineage(versions, versions[4]!.id).map(({ title }) => title)).toEqual(['red', 'red dog', 'red dog at night']);
});

test('a version whose parent is not shown stands alone', () => {
  const [, child] = versionsOf([
    ['red', null],
    ['red car', 'red'],
  ]);
  expect(versionTrees([child!]).map(outline)).toEqual([{ 'red car': [] }]);
  expect(lineage([child!], child!.id)).toEqual([child]);
});
