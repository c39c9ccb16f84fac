import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { questionTypes, testItems } from '../../../native-models/scenes/eval-questions.ts';
import { MAP_TASKS, PROMPT_PREFIX, vocabulary, type MapTask } from '../../../native-models/scenes/language.ts';
import { makeGroup, type Group, type GroupOptions } from '../../../native-models/scenes/pairs.ts';
import { FREE_PLACES, isFreePlace, LAYOUTS, type Layout } from '../../../native-models/scenes/places.ts';
import {
  looksAlike,
  placeOf,
  POSE_OF,
  sceneText,
  usedSlots,
  withObject,
  type Scene,
} from '../../../native-models/scenes/scene.ts';
import { FIRST_SEED, hasHeldOut, sceneClass, SPLITS, type Split } from '../../../native-models/scenes/splits.ts';
import { EDIT_TYPES, type EditType } from '../../../native-models/scenes/templates.ts';
import { objectsOf, posesOf, WORLD } from '../../../native-models/scenes/world.ts';
import { answersTo, isCaptionOf } from '../../helpers/scene-reader.ts';

const LEVELS = LAYOUTS.filter((layout) => layout !== 'slots' && layout !== 'free');

const groups = (layout: Layout, split: Split, count: number, options: Partial<GroupOptions> = {}): Group[] =>
  Array.from({ length: count }, (_, i) =>
    makeGroup(FIRST_SEED[split] + i, { split, pairs: split === 'test-comp' ? 1 : 6, layout, ...options }),
  );
const scenesOf = ({ source, pairs }: Group): Scene[] => [source, ...pairs.map(({ target }) => target)];
const isMap = (type: string): type is MapTask => MAP_TASKS.some((task) => task === type);

test.each([
  ['slots', '5b4b180f141cc65d4e1872f1e034d8cb0d221b58c38338218da9d71d1a829c5e'],
  ['free', 'd71ea69c3bbcfd710dbfe7bcf88188c6ccf6b02cd9181b3e678b810f17e8b17a'],
] as const)('the groups of %s stay what they were before there were other levels', (layout, pinned) => {
  const hash = createHash('sha256');
  for (const split of SPLITS) {
    for (const group of groups(layout, split, 400, { pairs: split === 'test-comp' ? 1 : 4 }))
      hash.update(JSON.stringify(group));
  }
  expect(hash.digest('hex')).toBe(pinned);
});

test('each level has everything that the one before has', () => {
  LAYOUTS.slice(1).forEach((layout, i) => {
    const [less, more] = [WORLD[LAYOUTS[i] as Layout], WORLD[layout]];
    for (const list of ['kinds', 'colors', 'styles', 'sizes', 'materials', 'shifts'] as const)
      expect(more[list], layout).toEqual(expect.arrayContaining([...less[list]]));
    expect(Object.keys(more.edits)).toEqual(expect.arrayContaining(Object.keys(less.edits)));
  });
});

test('adding and replacing have the largest shares everywhere, a new type 5 to 12 % of the sentences', () => {
  for (const layout of LEVELS) {
    const types = groups(layout, 'train', 1500, { task: 'edit', pairs: 8 }).flatMap(({ pairs }) =>
      pairs.map(({ type }) => type),
    );
    const share = (type: string): number => types.filter((other) => other === type).length / types.length;
    for (const type of EDIT_TYPES.slice(6).filter((one) => WORLD[layout].edits[one])) {
      expect(share(type), `${layout} ${type}`).toBeGreaterThan(0.05);
      expect(share(type), `${layout} ${type}`).toBeLessThan(0.12);
    }
    const largest = [...EDIT_TYPES].sort((a, b) => share(b) - share(a)).slice(0, 3);
    expect(largest, layout).toEqual(expect.arrayContaining(['add', 'replace']));
  }
});

test('lists every object of a level once', () => {
  expect(LAYOUTS.map((layout) => objectsOf(WORLD[layout]).length)).toEqual([48, 48, 96, 96, 528, 1080]);
  const objects = objectsOf(WORLD.full).map((object) => JSON.stringify(object));
  expect(new Set(objects).size).toBe(objects.length);
});

test.each(LEVELS)('makes the same group of %s from the same seed', (layout) => {
  expect(groups(layout, 'val', 50)).toEqual(groups(layout, 'val', 50));
});

test.each(LAYOUTS)(
  'every sentence of %s has one right answer, which follows from the source and the words',
  (layout) => {
    for (const split of ['train', 'val', 'test-iid', 'test-para', 'test-comp'] as const) {
      for (const { source, pairs } of groups(layout, split, split === 'train' ? 1200 : 300, { task: 'edit' })) {
        for (const { prompt, target } of pairs) {
          const said = `${prompt} — ${sceneText(source)}`;
          expect(answersTo(prompt, source), said).toEqual([sceneText(target)]);
          expect(sceneText(target), said).not.toBe(sceneText(source));
        }
      }
    }
  },
);

test.each(LAYOUTS)('captions of %s say what may be seen, and targets are as the map shows them', (layout) => {
  for (const task of MAP_TASKS) {
    for (const { source, pairs } of groups(layout, 'val', 150, { task })) {
      for (const { prompt, target } of pairs) {
        expect(isCaptionOf(prompt.slice(PROMPT_PREFIX[task].length), target), prompt).toBe(true);
        expect(target.shift).toBe(task === 'canny' ? source.shift : undefined);
        target.objects.forEach((object, slot) => {
          const { kind, size, pose, material } = source.objects[slot] ?? {};
          expect([object?.kind, object?.size, object?.pose]).toEqual([kind, size, pose]);
          if (task === 'canny') expect(object?.material).toBe(material);
        });
      }
    }
  }
});

test.each(LEVELS)('scenes of %s hold nothing but what the level has, and defaults are left out', (layout) => {
  const world = WORLD[layout];
  for (const scene of groups(layout, 'train', 400).flatMap(scenesOf)) {
    expect(Object.values(scene)).not.toContain(undefined);
    expect(scene.shift).not.toBe(0);
    expect(world.shifts).toContain(scene.shift ?? 0);
    expect(world.styles).toContain(scene.style);
    for (const object of scene.objects) {
      if (!object) continue;
      expect(Object.values(object)).not.toContain(undefined);
      expect(world.kinds).toContain(object.kind);
      expect(world.colors).toContain(object.color);
      expect(world.sizes).toContain(object.size);
      expect(world.materials).toContain(object.material);
      expect(posesOf(world, object.kind)).toContain(object.pose);
    }
  }
});

test.each(LEVELS)('objects of %s stand wholly in the picture, apart, and no two look alike', (layout) => {
  for (const scene of groups(layout, 'train', 400).flatMap(scenesOf)) {
    for (const slot of usedSlots(scene)) {
      const others = withObject(scene, slot, null);
      const place = placeOf(scene, slot);
      expect(FREE_PLACES).toContainEqual(place);
      expect(isFreePlace(others, place), sceneText(scene)).toBe(true);
      expect(others.objects.some((other) => other && looksAlike(other, scene.objects[slot]))).toBe(false);
    }
  }
});

test('the levels show everything that they have', () => {
  const scenes = groups('full', 'train', 3000).map(({ source }) => source);
  const objects = scenes.flatMap((scene) => scene.objects.flatMap((object) => object ?? []));
  const counts = [
    ...[scenes.map(({ style }) => style), scenes.map(({ shift }) => shift), objects.map(({ kind }) => kind)],
    ...[objects.map(({ color }) => color), objects.map(({ size }) => size), objects.map(({ material }) => material)],
  ].map((values) => new Set<unknown>(values).size);
  expect(counts).toEqual([6, 7, 10, 10, 2, 3]);
  const posed = new Set(objects.filter(({ pose }) => pose).map(({ kind }) => kind));
  expect([...posed].sort()).toEqual(Object.keys(POSE_OF).sort());
});

test.each(LEVELS)('the splits of %s have no source scene in common', (layout) => {
  for (const split of SPLITS) {
    const expected = split === 'train' || split === 'val' ? split : 'test';
    for (const { source, pairs } of groups(layout, split, 200)) {
      if (usedSlots(source).length > 0) expect(sceneClass(source), sceneText(source)).toBe(expected);
      expect(hasHeldOut(source)).toBe(false);
      for (const { target } of pairs) expect(hasHeldOut(target)).toBe(split === 'test-comp');
    }
  }
});

test('every sentence of every level is in the vocabulary', () => {
  const words = new Set(vocabulary());
  for (const layout of LAYOUTS) {
    for (const { prompt } of SPLITS.flatMap((split) => groups(layout, split, 120)).flatMap(({ pairs }) => pairs)) {
      const unknown = (prompt.toLowerCase().match(/[^\s.,:]+/g) ?? []).filter((word) => !words.has(word));
      expect(unknown, prompt).toEqual([]);
    }
  }
});

test('a level is asked for the edits that it has, and test items keep their seeds', () => {
  expect(questionTypes('test-iid')).toEqual(questionTypes('test-iid', 'free'));
  expect(questionTypes('test-para', 'varied')).toEqual(EDIT_TYPES.slice(0, 9));
  expect(questionTypes('test-iid', 'full')).toEqual([...EDIT_TYPES, ...MAP_TASKS]);
  const seeds = questionTypes('test-iid', 'full').map(
    (type) => [...testItems('test-iid', type, 2, 'full')][1]!.group.seed,
  );
  const first = FIRST_SEED['test-iid'];
  expect(seeds.slice(0, 10).map((seed) => (seed - first - 1) / 10_000)).toEqual([0, 1, 2, 3, 4, 5, 9, 10, 11, 12]);
  expect(seeds.slice(10).map((seed) => (seed - FIRST_SEED['test-trans'] - 1) / 10_000)).toEqual([6, 7, 8]);
});

test('refuses an edit that a level does not have', () => {
  const move = (layout: Layout): Group =>
    makeGroup(1, { split: 'train', pairs: 1, layout, type: 'move' satisfies EditType });
  expect(() => move('varied')).toThrow('no edit of type move in the scenes of varied');
  expect(isMap(move('full').pairs[0]!.type)).toBe(false);
});
