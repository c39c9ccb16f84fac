/** What a key does with the chosen item. */
export type ItemAction = 'accept' | 'another' | 'sooner' | 'later';

interface Place {
  readonly row: number; // -1: none is chosen
  readonly count: number;
  readonly across: number; // items side by side
  readonly page: number; // items
}

interface Handlers {
  readonly choose: (row: number) => void;
  readonly open: () => void;
  readonly act: (action: ItemAction) => void;
}

/** Keys of a list of items: arrows and their like choose, Enter opens, letters act. @returns whether the key meant anything */
export function rowKeys(event: KeyboardEvent, place: Place, handlers: Handlers): boolean {
  const { key, altKey, ctrlKey, metaKey } = event;
  if (ctrlKey || metaKey) return false;
  const action = (altKey ? movingKeys : actionKeys)[key];
  if (action) handlers.act(action);
  const row = altKey ? undefined : rowFor(key, place);
  if (row !== undefined) handlers.choose(row);
  if (key === 'Enter') handlers.open();
  return action !== undefined || row !== undefined || key === 'Enter';
}

const movingKeys: Readonly<Record<string, ItemAction>> = { ArrowUp: 'sooner', ArrowDown: 'later' };
const actionKeys: Readonly<Record<string, ItemAction>> = { a: 'accept', r: 'another' };

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
