import { expect, test } from 'vitest';
import { questionTypes, testItems, type TestItem } from '../../../native-models/scenes/eval-questions.ts';
import { renderFrame, tile, type Frame } from '../../../native-models/scenes/frame.ts';
import { judgeAnswer, type Judgement } from '../../../native-models/scenes/judge-answer.ts';
import { judge } from '../../../native-models/scenes/judge.ts';
import { conditionFrame } from '../../../native-models/scenes/pairs.ts';
import { inWorld } from '../../../native-models/scenes/panorama.ts';
import { LAYOUTS, type Layout } from '../../../native-models/scenes/places.ts';
import { createRandom } from '../../../native-models/scenes/random.ts';
import {
  BACKGROUNDS,
  changed,
  FRAME,
  isSamePlace,
  knownSlots,
  placeOf,
  POSE_OF,
  SLOTS,
  TILE,
  usedSlots,
  withObject,
  withShift,
  type Place,
  type Scene,
  type SceneObject,
} from '../../../native-models/scenes/scene.ts';
import { objectsOf, WORLD } from '../../../native-models/scenes/world.ts';

// Every item is compared with all objects of its level, place by place.
const PATIENCE = 240_000; // milliseconds
const LEVELS = LAYOUTS.slice(2);

const itemsOf = (layout: Layout, count: number): TestItem[] =>
  questionTypes('val', layout).flatMap((type) => [...testItems('val', type, count, layout)]);

/** Judged as if the tokenizer lost nothing. */
function judged(picture: Frame, { pair, source, layout }: TestItem): Judgement {
  return judgeAnswer(picture, { pair, source, layout, roundTrip: renderFrame(pair.target) });
}

test.each(LEVELS)(
  'the condition scores exactly 0 on every type of %s, the true target is right',
  (layout) => {
    for (const item of itemsOf(layout, 2)) {
      const copied = judged(conditionFrame(item.group), item);
      expect([copied.strict, copied.applied], item.pair.prompt).toEqual([false, false]);
      expect(judged(renderFrame(item.pair.target), item).strict, item.pair.prompt).toBe(true);
    }
  },
  PATIENCE,
);

test(
  'wiping the scene scores 0 on every removal that leaves an object',
  () => {
    const leaving = [...testItems('val', 'remove', 12, 'full')].filter(({ pair }) => usedSlots(pair.target).length > 0);
    expect(leaving.length).toBeGreaterThan(5);
    for (const item of leaving) {
      expect(judged(renderFrame({ ...item.source, objects: [null, null, null] }), item).strict).toBe(false);
    }
  },
  PATIENCE,
);

test(
  'an object that is both where it was and where it should go has not been moved',
  () => {
    for (const item of testItems('val', 'move', 8, 'full')) {
      const { target } = item.pair;
      const slot = movedSlot(item);
      const unused = target.objects.indexOf(null);
      if (unused < 0) continue;
      const doubled = withObject(target, unused, target.objects[slot] ?? null, placeOf(item.source, slot));
      expect(judged(renderFrame(doubled), item)).toMatchObject({ applied: false, strict: false });
      const gone = withObject(target, slot, null);
      expect(judged(renderFrame(gone), item)).toMatchObject({ applied: false, strict: false });
    }
  },
  PATIENCE,
);

const movedSlot = ({ source, pair }: TestItem): number =>
  SLOTS.findIndex((_, slot) => !isSamePlace(placeOf(source, slot), placeOf(pair.target, slot)));

test(
  'one wrong attribute of one object is no success, whatever was asked for',
  () => {
    let count = 0;
    for (const item of itemsOf('full', 1)) {
      const { target } = item.pair;
      for (const slot of usedSlots(target)) {
        for (const wrong of neighboursOf(target.objects[slot]!)) {
          const picture = renderFrame(withObject(target, slot, wrong));
          expect(judged(picture, item).strict, `${item.pair.prompt}: ${JSON.stringify(wrong)}`).toBe(false);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(60);
  },
  PATIENCE,
);

/** The same object with another size, material, pose or colour. */
function neighboursOf(object: SceneObject): SceneObject[] {
  const { size, material, pose, kind, color } = object;
  return [
    changed(object, { size: size ? undefined : 'small' }),
    changed(object, { material: material === 'metal' ? 'striped' : 'metal' }),
    changed(object, { color: color === 'blue' ? 'orange' : 'blue' }),
    ...(POSE_OF[kind] ? [changed(object, { pose: pose ? undefined : POSE_OF[kind] })] : []),
  ];
}

test(
  'a backdrop that is shifted otherwise is no success',
  () => {
    const marked = itemsOf('shifted', 3).filter(({ pair }) => pair.target.background !== 'studio');
    for (const item of marked) {
      const { target } = item.pair;
      const picture = renderFrame(withShift(target, (target.shift ?? 0) > 0 ? -1 : 3));
      expect(judged(picture, item).strict, item.pair.prompt).toBe(false);
    }
  },
  PATIENCE,
);

test(
  'dropping candidates early decides like comparing every pixel of every candidate',
  () => {
    const random = createRandom(11);
    for (const item of itemsOf('full', 1)) {
      const { source, pair } = item;
      const [right, wrong] = [renderFrame(pair.target), renderFrame(random.chance(0.5) ? source : spoilt(pair.target))];
      for (const share of [0.47, 0.6]) {
        const mixed = right.map(
          (value, i) => value * share + (wrong[i] as number) * (1 - share) + random.below(21) - 10,
        );
        const verdict = judge(mixed, pair.target, source, 'full');
        expect(verdict, pair.prompt).toMatchObject(exhaustive(mixed, pair.target, source));
      }
    }
  },
  PATIENCE,
);

function spoilt(scene: Scene): Scene {
  const spoiltOne = (object: SceneObject | null): SceneObject | null => object && (neighboursOf(object)[1] ?? null);
  const [a, b, c] = scene.objects;
  return withShift({ ...scene, objects: [spoiltOne(a), spoiltOne(b), spoiltOne(c)] }, (scene.shift ?? 0) > 0 ? -2 : 2);
}

/** World and slots by the definition: the least error of all, each over all pixels. */
function exhaustive(picture: Frame, target: Scene, source: Scene): { world: boolean; slots: boolean[] } {
  const left = usedSlots(source).map((slot) => placeOf(source, slot));
  const slots = SLOTS.map((_, slot) => {
    if (!knownSlots(target).includes(slot)) return true;
    const isMoved = source.objects[slot] && !isSamePlace(placeOf(source, slot), placeOf(target, slot));
    const isEmptied = !isMoved || shows(picture, target, placeOf(source, slot), null);
    return isEmptied && shows(picture, target, placeOf(target, slot), target.objects[slot] ?? null);
  });
  const tiles = [...knownSlots(target).map((slot) => placeOf(target, slot)), ...left];
  return { world: showsWorld(picture, target, tiles), slots };
}

const TOO_FAR = (255 * 255) / 100;
const bare = (scene: Scene): Scene => ({ ...scene, objects: [null, null, null] });

function shows(picture: Frame, target: Scene, place: Place, wanted: SceneObject | null): boolean {
  const seen = cutOut(picture, place);
  const ground = cutOut(renderFrame(bare(target)), place);
  const pixelsOf = (object: SceneObject | null): Uint8Array =>
    object ? tile(target.background, target.style, inWorld(place, target.shift), object) : ground;
  const limit = error(seen, pixelsOf(wanted));
  const isNearer = (other: SceneObject | null): boolean => error(seen, pixelsOf(other)) < limit;
  return limit < TOO_FAR && ![null, ...objectsOf(WORLD.full)].some(isNearer);
}

function cutOut(frame: Frame, [x, y]: Place): Uint8Array {
  const rows = Array.from({ length: TILE }, (_, row) => ((y + row) * FRAME + x) * 3);
  return Uint8Array.from(rows.flatMap((start) => [...frame.subarray(start, start + TILE * 3)]));
}

/** Mean squared difference. */
function error(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum / a.length;
}

function showsWorld(picture: Frame, target: Scene, tiles: readonly Place[]): boolean {
  const isOutside = (x: number, y: number): boolean =>
    !tiles.some(([left, top]) => x >= left && x < left + TILE && y >= top && y < top + TILE);
  const indices = [...picture.keys()].filter((i) => isOutside(Math.floor(i / 3) % FRAME, Math.floor(i / 3 / FRAME)));
  const outside = (frame: Frame): Uint8Array => Uint8Array.from(indices, (i) => frame[i] as number);
  const seen = outside(picture);
  const limit = error(seen, outside(renderFrame(bare(target))));
  const worlds = BACKGROUNDS.flatMap((background) =>
    WORLD.full.styles.flatMap((style) =>
      WORLD.full.shifts.map((shift) => withShift({ background, style, objects: [null, null, null] }, shift)),
    ),
  );
  return limit < TOO_FAR && !worlds.some((world) => error(seen, outside(renderFrame(world))) < limit);
}

test(
  'no two objects of a kind look alike in any style, on the ground that hides most',
  () => {
    for (const style of WORLD.full.styles) {
      for (const kind of WORLD.full.kinds) {
        const objects = objectsOf(WORLD.full).filter((object) => object.kind === kind);
        const tiles = objects.map((object) => tile('night', style, [40, 48], object));
        const pairs = objects.flatMap((a, i) =>
          objects.slice(i + 1).flatMap((b, j) => (areAlike(tiles[i]!, tiles[i + 1 + j]!) ? [[a, b]] : [])),
        );
        expect(pairs, style).toEqual([]);
      }
    }
  },
  PATIENCE,
);

/** Whether two tiles differ by less than two levels, root mean square. */
function areAlike(a: Uint8Array, b: Uint8Array): boolean {
  const enough = 4 * a.length;
  let sum = 0;
  for (let i = 0; i < a.length && sum < enough; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum < enough;
}
