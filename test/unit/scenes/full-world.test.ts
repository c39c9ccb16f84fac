import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { edgeMap } from '../../../native-models/scenes/canny.ts';
import { EdgeTiles } from '../../../native-models/scenes/edge-tiles.ts';
import {
  cut,
  renderDepth,
  renderDirectly,
  renderFrame,
  renderSegmentation,
  tile,
} from '../../../native-models/scenes/frame.ts';
import { drawPlaces } from '../../../native-models/scenes/places.ts';
import { createRandom, type Random } from '../../../native-models/scenes/random.ts';
import {
  ALL_STYLES,
  BACKGROUNDS,
  FRAME,
  placeOf,
  SHIFTS,
  TILE,
  TOKEN,
  type Background,
  type Scene,
  type SceneObject,
} from '../../../native-models/scenes/scene.ts';
import { objectsOf, WORLD } from '../../../native-models/scenes/world.ts';

const OBJECTS = objectsOf(WORLD.full);
const EMPTY = [null, null, null] as const;

/** A scene with three objects that can have everything. */
function sceneNumber(n: number): Scene {
  const random = createRandom(n);
  const object = (): SceneObject => random.pick(OBJECTS);
  return { ...worldNumber(n, random), objects: [object(), object(), object()], places: placesOf(random) };
}

const worldNumber = (n: number, random: Random) => ({
  background: BACKGROUNDS[n % 6] as Background,
  style: ALL_STYLES[Math.floor(n / 6) % 6] ?? 'photo',
  shift: random.pick(SHIFTS),
});

function placesOf(random: Random): NonNullable<Scene['places']> {
  const [a, b, c] = drawPlaces(3, random);
  return [a ?? null, b ?? null, c ?? null];
}

/** Comparing bytes is much faster than `toEqual`, which matters for pictures. */
const areSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

test('renders scenes of the full world like a direct rendering', () => {
  for (let n = 0; n < 72; n++) {
    expect(areSame(renderFrame(sceneNumber(n)), renderDirectly(sceneNumber(n))), `scene ${n}`).toBe(true);
  }
});

const PINNED: readonly string[] = [
  '7f6406cc11d6d5a5ccfa7fddb8a6b112993e75893c2fb4d03694a8c0ecb9c534',
  'ba46b507ebae06e501bf14709483465e126181874b72b2698d6f95b99d98a049',
  '8f75b54dd7e2d59374a0ba1a7bc41a2f4384304371685e0c93d2bfb3eb727647',
  'eac4ad9c84e25e8422fc337a49963c6a273975d09e705f300f12ca6d51fc1ac6',
  '85614f26a4d8119b8cdff4fe93ca34122433b1eaa3b22f7754bbe7a58896f83e',
  '35bbfd3a36dc58071f5563c1cd64dfb0c93e2ba3851e0c7bdc686b86a562b274',
  'a30c7e987b6be18c0b76dbdaf649b683696df8f8cf16bf0d92f9dd2076e44554',
  '791d52e5b463c8ee6760169e532363716e5cd1fe91db9373c22c4c33bd4afd73',
  '84a9979aec3e775a1e6925d8c5c0b908fc6c057075db326b06e7426a8a10e479',
  '9caf758c27005b85227b2081b87efcf238d47f9253b0cd3fa25569378982e632',
];

test('renders the same bytes of the full world on every machine', () => {
  const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const frames = Array.from({ length: 10 }, (_, n) => sha(renderFrame(sceneNumber(7 * n))));
  expect(frames).toEqual(PINNED);
});

test('shows the same tile at a place of the world, whatever shift shows it', () => {
  for (let n = 0; n < 36; n++) {
    const random = createRandom(500 + n);
    const world = worldNumber(n, random);
    const object = random.pick(OBJECTS);
    const [x, y] = [random.pick([-24, 0, 24, 56, 80, 104]), random.pick([24, 56, 80])];
    const expected = tile(world.background, world.style, [x, y], object);
    const shifts = SHIFTS.filter((shift) => x - shift * TOKEN >= 0 && x - shift * TOKEN <= FRAME - TILE);
    for (const shift of shifts) {
      const place = [x - shift * TOKEN, y] as const;
      const shown = renderFrame({ ...world, shift, objects: [object, null, null], places: [place, null, null] });
      expect(
        areSame(cut(shown, place), expected),
        `${world.background} ${world.style} ${x} ${y} shifted ${shift}`,
      ).toBe(true);
    }
  }
});

test('a shift moves the backdrop to the left by whole tokens, in every style', () => {
  for (const background of BACKGROUNDS) {
    for (const style of ALL_STYLES) {
      const near = renderFrame({ background, style, shift: 1, objects: EMPTY });
      const far = renderFrame({ background, style, shift: 3, objects: EMPTY });
      expect(areSame(columns(near, 2 * TOKEN), columns(far, 0)), `${background} ${style}`).toBe(true);
      expect(areSame(near, far)).toBe(false);
    }
  }
});

/** All but two tokens of a picture's width, from a column on. */
function columns(frame: Uint8Array, from: number): Uint8Array {
  return frame.filter((_, i) => {
    const x = Math.floor(i / 3) % FRAME;
    return x >= from && x < from + FRAME - 2 * TOKEN;
  });
}

test('maps show no shift, and what they show stands where the picture has it', () => {
  const scene = sceneNumber(3);
  for (const map of [renderDepth, renderSegmentation]) {
    expect(areSame(map({ ...scene, shift: 3 }), map({ ...scene, shift: 0 }))).toBe(true);
    const without = map({ ...scene, objects: [scene.objects[0], null, scene.objects[2]] });
    expect(placesOfChange(map(scene), without)).toEqual([placeOf(scene, 1)]);
  }
});

/** Places of a scene's tiles are apart: those of the tiles that hold all changed pixels. */
function placesOfChange(a: Uint8Array, b: Uint8Array): unknown[] {
  const scene = sceneNumber(3);
  const changed = [...a.keys()].filter((i) => a[i] !== b[i]).map((i) => Math.floor(i / 3));
  const holds = ([left, top]: readonly [number, number]): boolean =>
    changed.some((pixel) => {
      const [x, y] = [pixel % FRAME, Math.floor(pixel / FRAME)];
      return x >= left && x < left + TILE && y >= top && y < top + TILE;
    });
  return [0, 1, 2].map((slot) => placeOf(scene, slot)).filter(holds);
}

test('edges of a tile are those of the whole picture', () => {
  for (let n = 0; n < 36; n++) {
    const random = createRandom(900 + n);
    const { background, shift } = worldNumber(n, random);
    const [place] = drawPlaces(1, random) as [readonly [number, number]];
    const object = random.pick(OBJECTS);
    const photo = { background, shift, style: 'photo' } as const;
    const whole = edgeMap(renderFrame({ ...photo, objects: [object, null, null], places: [place, null, null] }));
    const tilePhoto = tile(background, 'photo', [place[0] + shift * TOKEN, place[1]], object);
    const edges = new EdgeTiles(renderFrame({ ...photo, objects: EMPTY })).of(tilePhoto, place);
    expect(areSame(edges, cut(whole, place)), `scene ${n}`).toBe(true);
  }
});
