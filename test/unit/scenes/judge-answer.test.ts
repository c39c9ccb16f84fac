import { expect, test } from 'vitest';
import { questionTypes, testItems, type TestItem } from '../../../native-models/scenes/eval-questions.ts';
import { renderFrame, type Frame } from '../../../native-models/scenes/frame.ts';
import { judgeAnswer, type Judgement } from '../../../native-models/scenes/judge-answer.ts';
import { conditionFrame } from '../../../native-models/scenes/pairs.ts';
import { createRandom } from '../../../native-models/scenes/random.ts';
import { KINDS, withObject, type Scene, type SceneObject } from '../../../native-models/scenes/scene.ts';

// The first look at a background and style renders its 144 tiles.
const PATIENCE = 240_000; // milliseconds
const PER_TYPE = 23;

const items = questionTypes('val').flatMap((type) => [...testItems('val', type, PER_TYPE)]);
const ofType = (type: string): TestItem[] => items.filter((item) => item.type === type);
const first = (type: string): TestItem => ofType(type)[0] as TestItem;

/** What a tokenizer does to a picture, roughly: up to 4 levels of noise. */
function noisy(frame: Frame): Frame {
  const random = createRandom(7);
  return frame.map((value) => Math.max(0, Math.min(255, value + random.below(9) - 4)));
}

function judged(picture: Frame, { pair, source }: TestItem): Judgement {
  return judgeAnswer(picture, { pair, source, roundTrip: noisy(renderFrame(pair.target)) });
}

test(
  `returning the condition scores exactly 0 on each of ${items.length} items of every type`,
  () => {
    expect(items.length).toBeGreaterThanOrEqual(200);
    const fooled = items.filter((item) => {
      const { strict, applied } = judged(conditionFrame(item.group), item);
      return strict || applied;
    });
    expect(fooled.map(({ type, pair }) => `${type}: ${pair.prompt}`)).toEqual([]);
  },
  PATIENCE,
);

test(
  'the noisy true target is a full success on every item',
  () => {
    const failed = items
      .filter((_, i) => i % 4 === 0)
      .filter((item) => !judged(noisy(renderFrame(item.pair.target)), item).strict);
    expect(failed.map(({ type, pair }) => `${type}: ${pair.prompt}`)).toEqual([]);
  },
  PATIENCE,
);

test(
  'wiping the scene scores 0 on every removal that leaves an object',
  () => {
    const leaving = ofType('remove').filter(({ pair }) => pair.target.objects.some((object) => object !== null));
    expect(leaving.length).toBeGreaterThan(10);
    for (const item of leaving) {
      expect(judged(renderFrame({ ...item.source, objects: [null, null, null] }), item).strict).toBe(false);
    }
  },
  PATIENCE,
);

test('the right object in another slot is no success', () => {
  const item = ofType('add').find(({ source }) => source.objects.filter((object) => object === null).length >= 2);
  if (!item) throw new Error('no addition with two free slots');
  const slot = changedSlot(item);
  const other = item.source.objects.findIndex((object, index) => object === null && index !== slot);
  const misplaced = withObject(item.source, other, item.pair.target.objects[slot] as SceneObject);
  expect(judged(renderFrame(misplaced), item)).toMatchObject({ applied: false, kind: false, strict: false });
});

test('another kind in the right colour is no success, and not the right kind', () => {
  const item = first('replace');
  expect(judged(renderFrame(withOtherKind(item)), item)).toMatchObject({ applied: false, kind: false, strict: false });
});

test('the right kind in another colour counts as the kind only', () => {
  const item = first('replace');
  const slot = changedSlot(item);
  const wanted = item.pair.target.objects[slot] as SceneObject;
  const wrong = withObject(item.pair.target, slot, { ...wanted, color: wanted.color === 'blue' ? 'yellow' : 'blue' });
  expect(judged(renderFrame(wrong), item)).toMatchObject({ applied: false, kind: true, strict: false });
});

test('changing another object as well is applied, but no success', () => {
  const item = ofType('recolor').find(({ source }) => source.objects.every((object) => object !== null));
  if (!item) throw new Error('no full scene to recolour');
  const other = (changedSlot(item) + 1) % 3;
  const object = item.pair.target.objects[other] as SceneObject;
  const wrong = withObject(item.pair.target, other, { ...object, color: object.color === 'red' ? 'green' : 'red' });
  const { applied, strict, strayCells } = judged(renderFrame(wrong), item);
  expect({ applied, strict }).toEqual({ applied: true, strict: false });
  expect(strayCells).toBeGreaterThan(0);
});

test('one broken cell of the background is seen although every object is right', () => {
  const item = first('recolor');
  const answer = noisy(renderFrame(item.pair.target));
  for (let y = 0; y < 8; y++) for (let i = 0; i < 24; i++) answer[y * 384 + i] = 128 + 100 * ((y + i) % 2);
  expect(judged(answer, item)).toMatchObject({ applied: true, recognised: true, strayCells: 1, strict: false });
});

test('an object that is blurred into a blob of its colour is no success', () => {
  const fooled = [...ofType('add'), ...ofType('replace')].filter((item) => {
    const answer = renderFrame(item.pair.target);
    return judged(blurred(answer, renderFrame(item.source)), item).strict;
  });
  expect(fooled.map(({ pair }) => pair.prompt)).toEqual([]);
});

test('an object of which a third is missing is no success', () => {
  const fooled = ofType('add').filter((item) => {
    const [answer, before] = [renderFrame(item.pair.target), renderFrame(item.source)];
    const changed = [...answer.keys()].filter((i) => answer[i] !== before[i]);
    for (const i of changed.slice(0, changed.length / 3)) answer[i] = before[i] as number;
    return judged(answer, item).strict;
  });
  expect(fooled.map(({ pair }) => pair.prompt)).toEqual([]);
});

test('the new background without the objects is applied, but no success', () => {
  const item = ofType('background').find(({ source }) => source.objects.some((object) => object !== null));
  if (!item) throw new Error('no scene with objects');
  const empty = renderFrame({ ...item.pair.target, objects: [null, null, null] });
  expect(judged(empty, item)).toMatchObject({ applied: true, strict: false });
});

test('the items of a split are always the same', () => {
  const prompts = (): string[] => [...testItems('val', 'add', 5)].map(({ pair }) => pair.prompt);
  expect(prompts()).toEqual(prompts());
  expect(new Set(prompts()).size).toBe(5);
});

function changedSlot({ source, pair }: TestItem): number {
  return pair.target.objects.findIndex(
    (object, slot) => object?.kind !== source.objects[slot]?.kind || object?.color !== source.objects[slot]?.color,
  );
}

function withOtherKind(item: TestItem): Scene {
  const slot = changedSlot(item);
  const wanted = item.pair.target.objects[slot] as SceneObject;
  const kinds: readonly SceneObject['kind'][] = KINDS;
  const kind = kinds[(kinds.indexOf(wanted.kind) + 1) % kinds.length] as SceneObject['kind'];
  return withObject(item.pair.target, slot, { kind, color: wanted.color });
}

/** The picture with every pixel that differs from `sharp` replaced by the mean of 9 × 9 pixels. */
function blurred(frame: Frame, sharp: Frame): Frame {
  return frame.map((value, i) => (sharp[i] === value ? value : mean(frame, Math.floor(i / 3), i % 3)));
}

function mean(frame: Frame, pixel: number, c: number): number {
  let [sum, count] = [0, 0];
  for (let y = Math.floor(pixel / 128) - 4; y <= Math.floor(pixel / 128) + 4; y++) {
    for (let x = (pixel % 128) - 4; x <= (pixel % 128) + 4; x++) {
      if (x < 0 || x > 127 || y < 0 || y > 127) continue;
      sum += frame[(y * 128 + x) * 3 + c] as number;
      count++;
    }
  }
  return Math.round(sum / count);
}
