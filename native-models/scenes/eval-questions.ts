import { MAP_TASKS, type MapTask } from './language.ts';
import { makeGroup, type Group, type Pair } from './pairs.ts';
import type { Layout } from './places.ts';
import type { Scene } from './scene.ts';
import { FIRST_SEED, type Split } from './splits.ts';
import { EDIT_TYPES, type EditType } from './templates.ts';
import { WORLD } from './world.ts';

export type QuestionType = EditType | MapTask;

/** One test item before any picture is made. */
export interface TestItem {
  readonly type: QuestionType;
  readonly index: number; // within its type
  readonly group: Group; // has the condition picture
  readonly pair: Pair;
  readonly source: Scene;
  readonly layout: Layout;
}

/** Edits that can bring a combination of kind, colour and background that training never shows. */
const COMPOSING: readonly EditType[] = ['recolor', 'replace', 'add', 'background'];

/** What a split asks for in a level. Maps have test seeds of their own. */
export function questionTypes(split: Split, layout: Layout = 'slots'): readonly QuestionType[] {
  if (split === 'test-trans') return MAP_TASKS;
  if (split === 'test-comp') return COMPOSING;
  const edits = EDIT_TYPES.filter((type) => WORLD[layout].edits[type]);
  return split === 'test-para' ? edits : [...edits, ...MAP_TASKS];
}

/** Whose turn it is among the seeds of a split: later types come last, so that every item keeps its seed. */
const SEED_ORDER: readonly QuestionType[] = [...EDIT_TYPES.slice(0, 6), ...MAP_TASKS, ...EDIT_TYPES.slice(6)];

/** Seeds between the first items of two types: no two items of an evaluation share a scene by construction. */
const MOST_ITEMS = 10_000;

/** The first `count` items of a type, at most MOST_ITEMS, always the same ones: one per seed, so that they are independent. */
export function* testItems(
  split: Split,
  type: QuestionType,
  count: number,
  layout: Layout = 'slots',
): Generator<TestItem> {
  const isMap = MAP_TASKS.some((task) => task === type);
  const from: Split = isMap && split === 'test-iid' ? 'test-trans' : split;
  const first = FIRST_SEED[from] + SEED_ORDER.indexOf(type) * MOST_ITEMS;
  for (let index = 0; index < Math.min(count, MOST_ITEMS); index++) {
    const choice = isMap ? { task: type as MapTask } : { type: type as EditType };
    const group = makeGroup(first + index, { split: from, pairs: 2, layout, ...choice });
    // Both halves of groups: the first pair of a map keeps the colours of its scene.
    yield { type, index, group, pair: group.pairs[index % 2], source: group.source, layout };
  }
}
