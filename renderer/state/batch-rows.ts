import type { ItemReport } from '#common/contract/batch.ts';

/** Which items are looked at. */
export const batchFilters = ['all', 'waiting', 'done', 'failed', 'skipped'] as const;
export type BatchFilter = (typeof batchFilters)[number];

export const batchSorts = ['order', 'name', 'state', 'time'] as const;
/** By what they are sorted, from the first to the last or the other way round. */
export interface BatchSort {
  readonly by: (typeof batchSorts)[number];
  readonly isDown: boolean;
}

/** What is running waits no longer, but it is not made either. */
const filterOf = ({ state }: ItemReport): BatchFilter => (state === 'running' ? 'waiting' : state);

export function countByFilter(items: readonly ItemReport[]): Record<BatchFilter, number> {
  const counts = { all: items.length, waiting: 0, done: 0, failed: 0, skipped: 0 };
  for (const item of items) counts[filterOf(item)]++;
  return counts;
}

/** Items in the order they are shown. Ties keep the order of the batch; what waits comes in the order in which it will be made.
 * @param places of waiting items, 1 being next */
export function shownItems(
  items: readonly ItemReport[],
  filter: BatchFilter,
  sort: BatchSort,
  places: ReadonlyMap<number, number> = new Map(),
): ItemReport[] {
  const chosen = filter === 'all' ? [...items] : items.filter((item) => filterOf(item) === filter);
  const sign = sort.isDown ? -1 : 1;
  const place = ({ index }: ItemReport): number => places.get(index) ?? 0;
  const inOrder = (a: ItemReport, b: ItemReport): number => place(a) - place(b) || a.index - b.index;
  if (sort.by === 'order') return chosen.sort((a, b) => sign * inOrder(a, b));
  const compare = comparisons[sort.by];
  return chosen.sort((a, b) => sign * compare(a, b) || inOrder(a, b));
}

const ranks = { running: 0, failed: 1, waiting: 2, skipped: 3, done: 4 } as const;
const names = new Intl.Collator('en', { numeric: true });

const comparisons: Readonly<Record<Exclude<BatchSort['by'], 'order'>, (a: ItemReport, b: ItemReport) => number>> = {
  name: (a, b) => names.compare(a.input, b.input),
  state: (a, b) => ranks[a.state] - ranks[b.state],
  time: (a, b) => (a.ms ?? -1) - (b.ms ?? -1),
};

/** Rows that have to be there so that none is missing in what is looked at. @returns the first, and the one after the last */
export function rowsInView(scrollTop: number, height: number, rowHeight: number, count: number): [number, number] {
  const beyond = 6; // rows, so that a quick scroll does not show gaps
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - beyond);
  return [Math.min(first, count), Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + beyond)];
}

/** A picture of a contact sheet: what was made of an item, each variant for itself. */
export interface Tile {
  readonly item: ItemReport;
  readonly variant: number;
  readonly key: string; // names it among all
}

export const isOneOfSeveral = ({ state, outputs = [] }: ItemReport): boolean => state === 'done' && outputs.length > 1;

export function tilesOf(items: readonly ItemReport[]): Tile[] {
  return items.flatMap((item) => {
    const variants = isOneOfSeveral(item) ? (item.outputs?.length ?? 1) : 1;
    return Array.from({ length: variants }, (_, variant) => ({ item, variant, key: `${item.index}-${variant}` }));
  });
}
