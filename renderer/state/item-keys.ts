import { choosingOf } from './item-selection.ts';
import type { Choosing } from './item-selection.ts';

/** What can be done with the chosen items. */
export type ItemAction = 'accept' | 'another' | 'leaveOut' | 'sooner' | 'later';

interface Place {
  readonly row: number; // -1: none is active
  readonly count: number;
  readonly across: number; // items side by side
  readonly page: number; // items
}

interface Handlers {
  readonly choose: (row: number, how: Choosing) => void;
  readonly chooseAll: () => void;
  readonly open: () => void;
  readonly act: (action: ItemAction) => void;
}

/** Keys of a list of items: arrows and their like choose, with Shift up to there, with Ctrl they only go; Space takes one in or out,
 * Enter opens, letters act. @returns whether the key meant anything */
export function rowKeys(event: KeyboardEvent, place: Place, handlers: Handlers): boolean {
  const { key, altKey, ctrlKey, metaKey } = event;
  const row = altKey ? undefined : rowFor(key, place);
  if (row !== undefined) handlers.choose(row, choosingOf(event, 'go'));
  else if (ctrlKey || metaKey) return ctrlKeys(key, place, handlers);
  else if (key === ' ') handlers.choose(place.row, 'toggle');
  else if (key === 'Enter') handlers.open();
  else {
    const action = (altKey ? movingKeys : actionKeys)[key];
    if (!action) return false;
    handlers.act(action);
  }
  return true;
}

function ctrlKeys(key: string, { row }: Place, { choose, chooseAll }: Handlers): boolean {
  if (key === 'a') chooseAll();
  else if (key === ' ') choose(row, 'toggle');
  else return false;
  return true;
}

const movingKeys: Readonly<Record<string, ItemAction>> = { ArrowUp: 'sooner', ArrowDown: 'later' };
const actionKeys: Readonly<Record<string, ItemAction>> = { a: 'accept', r: 'another', Delete: 'leaveOut' };

function rowFor(key: string, { row, count, across, page }: Place): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return row < 0 ? 0 : row + across;
    case 'ArrowUp':
      return row - across;
    case 'ArrowRight':
      return across > 1 ? row + 1 : undefined;
    case 'ArrowLeft':
      return across > 1 ? row - 1 : undefined;
    case 'PageDown':
      return row + page;
    case 'PageUp':
      return row - page;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
