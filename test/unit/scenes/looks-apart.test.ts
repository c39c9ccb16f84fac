import { expect, test } from 'vitest';
import { tile } from '../../../native-models/scenes/frame.ts';
import {
  ALL_COLORS,
  ALL_KINDS,
  ALL_STYLES,
  POSE_OF,
  TILE,
  type SceneObject,
  type Style,
} from '../../../native-models/scenes/scene.ts';
import { sprite } from '../../../native-models/scenes/sprites.ts';
import { objectsOf, WORLD } from '../../../native-models/scenes/world.ts';

/** Levels by which two looks of an object have to differ on average, over the pixels it covers. */
const LEAST = 6;
const OBJECTS = objectsOf(WORLD.full);
/** In the colours that are most like chalk, ink, the ground or the other colours. */
const PLAIN = OBJECTS.filter(
  ({ color, material, pose }) => ['yellow', 'pink', 'blue', 'white', 'black'].includes(color) && !material && !pose,
);
const isCovered = (object: SceneObject, pixel: number): boolean => (sprite(object).cover[pixel] ?? 0) > 0.5;

/** Mean difference in levels where either object is. */
function distance(style: Style, a: SceneObject, b: SceneObject): number {
  const [one, other] = [a, b].map((object) => tile('night', style, [40, 72], object)) as [Uint8Array, Uint8Array];
  let [sum, count] = [0, 0];
  for (let i = 0; i < TILE * TILE; i++) {
    if (!isCovered(a, i) && !isCovered(b, i)) continue;
    count += 3;
    for (let c = 0; c < 3; c++) sum += Math.abs(one[i * 3 + c]! - other[i * 3 + c]!);
  }
  return sum / count;
}

test.each(ALL_STYLES)('materials and poses can be told apart in the style %s', (style) => {
  for (const object of PLAIN) {
    const metal: SceneObject = { ...object, material: 'metal' };
    const striped: SceneObject = { ...object, material: 'striped' };
    const other = POSE_OF[object.kind];
    const pairs: [SceneObject, SceneObject][] = [
      [object, metal],
      [object, striped],
      [metal, striped],
    ];
    if (other)
      pairs.push(...[object, metal, striped].map((one): [SceneObject, SceneObject] => [one, { ...one, pose: other }]));
    for (const [a, b] of pairs) {
      expect(distance(style, a, b), `${style}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBeGreaterThan(LEAST);
    }
  }
});

test('colours of plain objects can be told apart in photos', () => {
  for (const [i, color] of ALL_COLORS.entries()) {
    for (const other of ALL_COLORS.slice(i + 1)) {
      const [a, b] = [color, other].map((one): SceneObject => ({ kind: 'house', color: one, size: 'small' }));
      expect(distance('photo', a!, b!), `${color} and ${other}`).toBeGreaterThan(LEAST);
    }
  }
});

test('every kind has its own silhouette, big or small, standing or not', () => {
  for (const size of [undefined, 'small'] as const) {
    const shapes = ALL_KINDS.flatMap((kind) =>
      (POSE_OF[kind] ? [undefined, POSE_OF[kind]] : [undefined]).map((pose) => sprite({ kind, size, pose }).cover),
    );
    const kinds = ALL_KINDS.flatMap((kind) => (POSE_OF[kind] ? [kind, kind] : [kind]));
    shapes.forEach((a, i) =>
      shapes.slice(i + 1).forEach((b, j) => {
        const differing = a.filter((cover, pixel) => cover > 0.5 !== (b[pixel] ?? 0) > 0.5).length;
        const [first, second] = [kinds[i], kinds[i + 1 + j]];
        if (first !== second) expect(differing, `${first} and ${second}`).toBeGreaterThan(size ? 30 : 80);
      }),
    );
  }
});

test('no object reaches the border of its tile, which the styles of neighbours look at', () => {
  for (const { kind, size, pose } of OBJECTS.filter(({ color, material }) => color === 'red' && !material)) {
    for (const pixel of sprite({ kind, size, pose }).touched) {
      const [x, y] = [pixel % TILE, Math.floor(pixel / TILE)];
      expect(Math.min(x, y, TILE - 1 - x, TILE - 1 - y), `${size} ${kind} ${pose}`).toBeGreaterThan(0);
    }
  }
});

test('a small object is the big one scaled about the point where it stands', () => {
  const rows = (size?: 'small'): number[] => {
    const { cover } = sprite({ kind: 'ball', size });
    return [...cover.keys()].filter((i) => cover[i]! > 0.5).map((i) => Math.floor(i / TILE));
  };
  const ratio = rows('small').length / rows().length;
  expect(ratio).toBeGreaterThan(0.42);
  expect(ratio).toBeLessThan(0.5);
});
