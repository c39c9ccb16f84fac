import { expect, test } from 'vitest';
import { questionTypes, testItems, type TestItem } from '../../../native-models/scenes/eval-questions.ts';
import { renderFrame, type Frame } from '../../../native-models/scenes/frame.ts';
import { judgeAnswer, type Judgement } from '../../../native-models/scenes/judge-answer.ts';
import { conditionFrame } from '../../../native-models/scenes/pairs.ts';
import { isFreePlace } from '../../../native-models/scenes/places.ts';
import { placeOf, TOKEN, usedSlots, withObject, type Place, type Scene } from '../../../native-models/scenes/scene.ts';

// Tiles are rendered place by place.
const PATIENCE = 240_000; // milliseconds

const items = questionTypes('val').flatMap((type) => [...testItems('val', type, 3, 'free')]);
const ofType = (type: string): TestItem[] => items.filter((item) => item.type === type);

const CORNERS: readonly Place[] = [
  [0, 24],
  [80, 24],
  [0, 80],
  [80, 80],
];

/** Judged as if the tokenizer lost nothing. */
function judged(picture: Frame, { pair, source }: TestItem): Judgement {
  return judgeAnswer(picture, { pair, source, roundTrip: renderFrame(pair.target) });
}

test(
  'on free scenes, too, the condition scores 0 on every item and the true target is right',
  () => {
    for (const item of items) {
      const copied = judged(conditionFrame(item.group), item);
      expect([copied.strict, copied.applied], item.pair.prompt).toEqual([false, false]);
      expect(judged(renderFrame(item.pair.target), item).strict, item.pair.prompt).toBe(true);
    }
  },
  PATIENCE,
);

test(
  'an object that stands one token aside is no success',
  () => {
    const moved = [...ofType('replace'), ...ofType('recolor'), ...ofType('depth')].flatMap((item) => {
      const aside = movedAside(item.pair.target);
      return aside ? [judged(renderFrame(aside), item).strict] : [];
    });
    expect(moved.length).toBeGreaterThan(6);
    expect(moved).not.toContain(true);
  },
  PATIENCE,
);

function movedAside(scene: Scene): Scene | undefined {
  for (const slot of usedSlots(scene)) {
    const others = withObject(scene, slot, null);
    const [x, y] = placeOf(scene, slot);
    const aside: Place = [x === 0 ? TOKEN : x - TOKEN, y];
    if (isFreePlace(others, aside)) return withObject(others, slot, scene.objects[slot] ?? null, aside);
  }
  return undefined;
}

test(
  'one object too many is no success, nor is the scene without its objects',
  () => {
    for (const item of [...ofType('remove'), ...ofType('segmentation')]) {
      const { target } = item.pair;
      const free = ([x, y]: Place): boolean => isFreePlace(target, [x, y]) && isFreePlace(item.source, [x, y]);
      const place = CORNERS.find(free);
      const slot = target.objects.indexOf(null);
      if (place && slot >= 0) {
        const crowded = withObject(target, slot, { kind: 'house', color: 'red' }, place);
        expect(judged(renderFrame(crowded), item).strict).toBe(false);
      }
      if (usedSlots(target).length === 0) continue;
      expect(judged(renderFrame({ ...target, objects: [null, null, null] }), item).strict).toBe(false);
    }
  },
  PATIENCE,
);
