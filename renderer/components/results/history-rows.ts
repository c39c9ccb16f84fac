import type { Version } from '#common/document/records.ts';
import { versionTrees } from '#common/document/version-tree.ts';
import type { VersionNode } from '#common/document/version-tree.ts';

export interface HistoryRow {
  readonly version: Version;
  readonly depth: number; // steps to the right
  /** Of the row above; of one farther up, beside others; or of the picture as it was opened. */
  readonly isOf: 'above' | 'earlier' | 'picture';
}

const mostDepth = 6; // beyond it there is no room for names

/** Versions below those they were made of. A chain stays in one column however long it is: only where several were made of one do
 * these stand one step to the right. */
export function historyRows(versions: readonly Version[]): HistoryRow[] {
  const roots = versionTrees(versions);
  return roots.flatMap((root) => rowsOf(root, 0, 'picture'));
}

function rowsOf({ version, children }: VersionNode, depth: number, isOf: HistoryRow['isOf']): HistoryRow[] {
  const isFork = children.length > 1;
  const below = Math.min(mostDepth, depth + (isFork ? 1 : 0));
  const rest = children.flatMap((child) => rowsOf(child, below, isFork ? 'earlier' : 'above'));
  return [{ version, depth, isOf }, ...rest];
}
