import type { Version, VersionId } from './records.ts';

/** A version and what was made from it, oldest first. */
export interface VersionNode {
  readonly version: Version;
  readonly children: readonly VersionNode[];
}

/** The versions as trees, oldest first. One whose parent is not among them is a root. */
export function versionTrees(versions: readonly Version[]): VersionNode[] {
  const known = new Set(versions.map(({ id }) => id));
  const byParent = new Map<VersionId | null, Version[]>();
  for (const version of inOrder(versions)) {
    const parent = version.parent && known.has(version.parent) ? version.parent : null;
    byParent.set(parent, [...(byParent.get(parent) ?? []), version]);
  }
  const nodes = (parent: VersionId | null): VersionNode[] =>
    (byParent.get(parent) ?? []).map((version) => ({ version, children: nodes(version.id) }));
  return nodes(null);
}

/** How a version came to be: itself last, before it what it was made from. */
export function lineage(versions: readonly Version[], id: VersionId): Version[] {
  const byId = new Map(versions.map((version) => [version.id, version]));
  const path: Version[] = [];
  for (let next = byId.get(id); next && !path.includes(next); next = next.parent ? byId.get(next.parent) : undefined) {
    path.unshift(next);
  }
  return path;
}

const inOrder = (versions: readonly Version[]): Version[] =>
  [...versions].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
