import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { renderDirectly, renderFrame } from '../../../native-models/scenes/frame.ts';
import { caption } from '../../../native-models/scenes/language.ts';
import { conditionFrame, makeGroup, type Group } from '../../../native-models/scenes/pairs.ts';
import { drawPlaces, FREE_PLACES, isFreePlace } from '../../../native-models/scenes/places.ts';
import { createRandom } from '../../../native-models/scenes/random.ts';
import {
  FRAME,
  placeOf,
  sceneText,
  SLOT_ORIGINS,
  TILE,
  TOKEN,
  usedSlots,
  withObject,
  type Place,
  type Scene,
  type SceneObject,
} from '../../../native-models/scenes/scene.ts';
import { FIRST_SEED, hasHeldOut, sceneClass, SPLITS, type Split } from '../../../native-models/scenes/splits.ts';

const groups = (split: Split, count: number, options: Partial<Parameters<typeof makeGroup>[1]> = {}): Group[] =>
  Array.from({ length: count }, (_, i) =>
    makeGroup(FIRST_SEED[split] + i, { split, pairs: 4, layout: 'free', ...options }),
  );

const ball: SceneObject = { kind: 'ball', color: 'red' };
const tree: SceneObject = { kind: 'tree', color: 'blue' };

function freeScene(...objects: readonly (readonly [SceneObject, Place])[]): Scene {
  const empty: Scene = {
    background: 'field',
    style: 'photo',
    objects: [null, null, null],
    places: [null, null, null],
  };
  return objects.reduce((scene, [object, place], slot) => withObject(scene, slot, object, place), empty);
}

test('every place keeps the whole tile in the picture and on the token grid, the slots among them', () => {
  expect(FREE_PLACES).toHaveLength(88);
  for (const [x, y] of FREE_PLACES) {
    expect([x % TOKEN, y % TOKEN]).toEqual([0, 0]);
    expect(Math.max(x, y) + TILE).toBeLessThanOrEqual(FRAME);
  }
  expect(FREE_PLACES).toEqual(expect.arrayContaining(SLOT_ORIGINS as Place[]));
});

test('drawn places never overlap and reach the whole ground', () => {
  const random = createRandom(1);
  const seen = new Set<string>();
  for (let i = 0; i < 1200; i++) {
    const places = drawPlaces(1 + (i % 3), random);
    places.forEach((place, at) => {
      seen.add(place.join());
      const scene = freeScene(...places.filter((_, other) => other !== at).map((one) => [ball, one] as const));
      expect(isFreePlace(scene, place)).toBe(true);
    });
  }
  expect(seen.size).toBe(FREE_PLACES.length);
});

test('a place that touches an object is free, one that overlaps it is not', () => {
  const scene = freeScene([ball, [40, 48]]);
  expect([88, 80].map((x) => isFreePlace(scene, [x, 48]))).toEqual([true, false]);
  expect([FRAME, 96, 88].map((y) => isFreePlace(scene, [40, y]))).toEqual([true, true, false]);
});

test('renders free scenes like a direct rendering, and the same bytes on every machine', () => {
  const frames = groups('train', 12).map((group) => {
    const frame = renderFrame(group.source);
    expect(frame).toEqual(renderDirectly(group.source));
    return frame;
  });
  const hash = createHash('sha256');
  for (const frame of [...frames, ...groups('train', 12).map(conditionFrame)]) hash.update(frame);
  expect(hash.digest('hex')).toBe('d96f2e6ca5a9bae6cbff41637b34f993506edc14cc6e0f30f99c0d821a91b46b');
});

test('keeps everything outside a tile identical when its object goes', () => {
  for (const { source } of groups('val', 12)) {
    for (const slot of usedSlots(source)) {
      const [left, top] = placeOf(source, slot);
      const [before, after] = [source, withObject(source, slot, null)].map((scene) => renderFrame(scene));
      const outside = before!.findIndex((value, i) => {
        const [x, y] = [Math.floor(i / 3) % FRAME, Math.floor(i / 3 / FRAME)];
        const inside = x >= left && x < left + TILE && y >= top && y < top + TILE;
        return !inside && value !== after![i];
      });
      expect(outside).toBe(-1);
    }
  }
});

test('scenes that look the same have the same text, whichever slots hold their objects', () => {
  const here = freeScene([ball, [8, 32]], [tree, [72, 64]]);
  expect(sceneText(freeScene([tree, [72, 64]], [ball, [8, 32]]))).toBe(sceneText(here));
  expect(sceneText(freeScene([tree, [72, 56]], [ball, [8, 32]]))).not.toBe(sceneText(here));

  const aligned: Scene = { background: 'field', style: 'photo', objects: [ball, null, tree] };
  const same = freeScene([tree, SLOT_ORIGINS[2]!], [ball, SLOT_ORIGINS[0]!]);
  expect(renderFrame(same)).toEqual(renderFrame(aligned));
  expect(sceneText(same)).toBe(sceneText(aligned));
});

test('keeps the source scenes of training, validation and test apart, and new combinations out of training', () => {
  for (const split of SPLITS) {
    const expected = split === 'train' || split === 'val' ? split : 'test';
    const options = split === 'test-comp' ? { pairs: 1 } : {};
    for (const { source, pairs } of groups(split, 60, options)) {
      if (usedSlots(source).length > 0) expect(sceneClass(source), sceneText(source)).toBe(expected);
      expect(hasHeldOut(source)).toBe(false);
      for (const { target } of pairs) expect(hasHeldOut(target)).toBe(split === 'test-comp');
    }
  }
});

test('an added object goes to the place of the named slot, which is free', () => {
  const words = [/left/, /middle|center|front/, /right/];
  for (const { source, pairs } of groups('val', 30, { type: 'add', pairs: 2 })) {
    for (const { prompt, target } of pairs) {
      const slot = usedSlots(target).find((one) => !source.objects[one])!;
      const home = SLOT_ORIGINS.findIndex((place) => place.join() === placeOf(target, slot).join());
      expect(home).toBeGreaterThanOrEqual(0);
      expect(isFreePlace(source, SLOT_ORIGINS[home]!)).toBe(true);
      const named = words.findIndex((word) => word.test(prompt));
      if (named >= 0) expect(named, prompt).toBe(home);
    }
  }
});

test('a description names objects from left to right, the farther one first', () => {
  const scene = freeScene([ball, [48, 72]], [tree, [0, 72]], [{ kind: 'cone', color: 'pink' }, [48, 24]]);
  expect(caption(scene, createRandom(0))).toMatch(/^a blue tree, a pink cone and a red ball in /);
});
