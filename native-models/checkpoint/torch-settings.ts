import {
  isTuple,
  PickleFloat,
  PickleList,
  PickleNamespace,
  type PickleDict,
  type PickleValue,
} from './pickle-values.ts';
import type { Checkpoint } from './checkpoint.ts';

const maxDepth = 6;
const maxVisited = 10_000;
const maxText = 4096; // characters
const maxKey = 200; // characters

type Setting = Checkpoint['settings'][string];

/** The plain values at the top of a PyTorch file and in its `args`, by dotted path; list items by index. What is deeper,
 * longer or more than anyone would read is left out, so a pickle that refers to itself costs nothing. */
export function settingsOf(top: PickleDict): Checkpoint['settings'] {
  const settings = Object.create(null) as Record<string, Setting>;
  let visited = 0;
  const visit = (path: string, value: PickleValue, depth: number): void => {
    if (++visited > maxVisited) return;
    const plain = plainValue(value);
    if (plain !== undefined) settings[path] = plain;
    else if (depth < maxDepth) for (const [key, item] of items(value)) visit(`${path}.${key}`, item, depth + 1);
  };
  for (const [key, value] of top) {
    if (isKey(key) && typeof key === 'string' && (key === 'args' || plainValue(value) !== undefined))
      visit(key, value, 0);
  }
  return settings;
}

function plainValue(value: PickleValue): Setting | undefined {
  if (value instanceof PickleFloat) return value.value;
  if (typeof value === 'string') return value.length <= maxText ? value : undefined;
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** At most as many items as may be visited: a list of millions is not walked to its end. */
function* items(value: PickleValue): Generator<[string | number, PickleValue]> {
  const list = value instanceof PickleList ? value.items : value;
  if (isTuple(list)) yield* list.slice(0, maxVisited).entries();
  const fields = value instanceof PickleNamespace ? value.fields : value;
  if (!(fields instanceof Map)) return;
  for (const [key, item] of fields) if (isKey(key)) yield [key, item];
}

const isKey = (key: PickleValue): key is string | number =>
  typeof key === 'number' || (typeof key === 'string' && key.length <= maxKey);
