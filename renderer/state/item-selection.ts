/** Which items are chosen. The active one is shown in full and is where keys go on from; a range reaches from the anchor to it. */
export interface ItemSelection {
  readonly chosen: ReadonlySet<number>; // indexes
  readonly active: number | undefined;
  readonly anchor: number | undefined;
}

export const nothingChosen: ItemSelection = { chosen: new Set(), active: undefined, anchor: undefined };

/** How a click or a key chooses: that item alone, that one too or no more, everything up to it, or only going there. */
export type Choosing = 'only' | 'toggle' | 'range' | 'go';

/** @param shown indexes in the order they are shown */
export function choose(
  { chosen, active, anchor = active }: ItemSelection,
  index: number,
  how: Choosing,
  shown: readonly number[],
): ItemSelection {
  switch (how) {
    case 'only':
      return { chosen: new Set([index]), active: index, anchor: index };
    case 'go':
      return { chosen, active: index, anchor };
    case 'toggle':
      return { chosen: toggled(chosen, index), active: index, anchor: index };
    case 'range':
      return { chosen: new Set(between(shown, anchor ?? index, index)), active: index, anchor: anchor ?? index };
  }
}

export const chooseAll = ({ active, anchor }: ItemSelection, shown: readonly number[]): ItemSelection => ({
  chosen: new Set(shown),
  active: active ?? shown[0],
  anchor,
});

/** What modifier keys of a click or an arrow ask for. */
export const choosingOf = ({ shiftKey, ctrlKey, metaKey }: MouseEvent | KeyboardEvent, plain: Choosing): Choosing => {
  if (shiftKey) return 'range';
  return ctrlKey || metaKey ? plain : 'only';
};

function toggled(chosen: ReadonlySet<number>, index: number): Set<number> {
  const next = new Set(chosen);
  if (!next.delete(index)) next.add(index);
  return next;
}

function between(shown: readonly number[], a: number, b: number): number[] {
  const [from, to] = [shown.indexOf(a), shown.indexOf(b)].sort((x, y) => x - y) as [number, number];
  return from < 0 ? [b] : shown.slice(from, to + 1); // one of them is not shown any more
}
