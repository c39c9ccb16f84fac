import type { ItemReport } from '#common/contract/batch.ts';
import type { EngineServices } from '#common/contract/services.ts';
import type { ItemAction } from './item-keys.ts';
import { newSeed } from './new-seed.ts';

/** Items by what can be done with them. */
export interface Actionable {
  readonly made: readonly ItemReport[]; // to be accepted, or made with another seed
  readonly unmade: readonly ItemReport[]; // to be tried again: failed, or left out
  readonly waiting: readonly ItemReport[]; // to be moved or left out
}

export function actionable(items: readonly ItemReport[], places: ReadonlyMap<number, number>): Actionable {
  return {
    made: items.filter(({ state }) => state === 'done'),
    unmade: items.filter(({ state, reason }) => state === 'failed' || (state === 'skipped' && reason === 'left-out')),
    waiting: items.filter(({ index }) => places.has(index)),
  };
}

/** Where items that wait go: before another one, or last. */
export type Move = 'first' | 'sooner' | 'later' | 'last';

/** The item that moved ones are put before; null: they become the last.
 * @param waiting indexes in their order @param moved some of them */
export function moveTarget(waiting: readonly number[], moved: readonly number[], to: Move): number | null {
  const others = waiting.filter((index) => !moved.includes(index));
  const firstPlace = waiting.findIndex((index) => moved.includes(index)); // so many others are before them
  const lastPlace = waiting.findLastIndex((index) => moved.includes(index)) - moved.length + 1;
  const place = { first: 0, sooner: Math.max(0, firstPlace - 1), later: lastPlace + 1, last: Infinity }[to];
  return others[place] ?? null;
}

/** The item that moved ones are put before when they are dropped on another; null: they become the last.
 * @param isBelow on its lower half */
export function dropTarget(
  waiting: readonly number[],
  moved: readonly number[],
  { over, isBelow }: { readonly over: number; readonly isBelow: boolean },
): number | null {
  const from = waiting.indexOf(over) + (isBelow ? 1 : 0);
  return waiting.slice(from).find((index) => !moved.includes(index)) ?? null;
}

/** Does what a person asks for with the chosen items it can be done with. @param variant to be accepted, where there are several */
export async function actOn(
  { made, unmade, waiting }: Actionable,
  action: ItemAction,
  batch: EngineServices['batch'],
  { variant, order }: { readonly variant: number | null; readonly order: readonly number[] },
): Promise<void> {
  const indexes = (items: readonly ItemReport[]): number[] => items.map(({ index }) => index);
  switch (action) {
    case 'accept': {
      const isTakenBack = made.every(({ accepted, picked }) => accepted && (variant ?? picked ?? 0) === (picked ?? 0));
      if (made.length > 0) await batch.accept(indexes(made), !isTakenBack, variant);
      return;
    }
    case 'another':
      if (made.length > 0) await batch.again(indexes(made), newSeed());
      if (unmade.length > 0) await batch.again(indexes(unmade), null);
      return;
    case 'leaveOut':
      if (waiting.length > 0) await batch.leaveOut(indexes(waiting));
      return;
    case 'sooner':
    case 'later':
      if (waiting.length > 0) await batch.moveBefore(indexes(waiting), moveTarget(order, indexes(waiting), action));
  }
}
