import { expect, test } from 'vitest';
import { renderFrame } from '../../../native-models/scenes/frame.ts';
import { judge } from '../../../native-models/scenes/judge.ts';
import { makeGroup } from '../../../native-models/scenes/pairs.ts';
import { FIRST_SEED } from '../../../native-models/scenes/splits.ts';
import type { EditType } from '../../../native-models/scenes/templates.ts';
import { WORLD } from '../../../native-models/scenes/world.ts';

const EDIT_TYPES = Object.keys(WORLD.slots.edits) as EditType[];

// The first look at a background and style renders its 144 tiles.
const PATIENCE = 60_000; // milliseconds

const groups = EDIT_TYPES.flatMap((type) =>
  [0, 1].map((i) => makeGroup(FIRST_SEED['test-iid'] + i, { split: 'test-iid', pairs: 2, type })),
);

test(
  'accepts the true target',
  () => {
    for (const { source, pairs } of groups)
      for (const { target } of pairs) expect(judge(renderFrame(target), target, source).strict).toBe(true);
  },
  PATIENCE,
);

test(
  'gives the unchanged source no point for any edit',
  () => {
    for (const { source, pairs } of groups)
      for (const { target, prompt } of pairs)
        expect(judge(renderFrame(source), target, source).strict, prompt).toBe(false);
  },
  PATIENCE,
);

test('gives a wiped scene no point for a removal that leaves something', () => {
  for (const { source, pairs } of groups) {
    for (const { type, target } of pairs) {
      if (type !== 'remove' || target.objects.every((object) => object === null)) continue;
      expect(judge(renderFrame({ ...source, objects: [null, null, null] }), target, source).strict).toBe(false);
    }
  }
});

test('does not take a blob of the right colour for an object', () => {
  const [group] = groups.filter(({ pairs }) => pairs[0]?.type === 'add');
  const pair = group?.pairs[0];
  if (!group || !pair) throw new Error('no pair that adds an object');
  const blurred = renderFrame(pair.target).map((_, i, frame) => blur(frame, i));
  expect(judge(blurred, pair.target, group.source).strict).toBe(false);
});

/** Mean over a 17 x 17 window, edges clamped. */
function blur(frame: Uint8Array, i: number): number {
  const [x, y, c] = [Math.floor(i / 3) % 128, Math.floor(i / 384), i % 3];
  let sum = 0;
  for (let dy = -8; dy <= 8; dy++)
    for (let dx = -8; dx <= 8; dx++) {
      const [px, py] = [Math.max(0, Math.min(127, x + dx)), Math.max(0, Math.min(127, y + dy))];
      sum += frame[(py * 128 + px) * 3 + c] as number;
    }
  return Math.round(sum / 289);
}
