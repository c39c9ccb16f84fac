import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { edgeMap } from '../../../native-models/scenes/canny.ts';
import { renderDepth, renderDirectly, renderFrame, renderSegmentation } from '../../../native-models/scenes/frame.ts';
import { createRandom } from '../../../native-models/scenes/random.ts';
import {
  BACKGROUNDS,
  COLORS,
  FRAME,
  KINDS,
  SLOT_ORIGINS,
  STYLES,
  TILE,
  TOKEN,
  withObject,
  type Scene,
} from '../../../native-models/scenes/scene.ts';

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function sceneNumber(n: number): Scene {
  const random = createRandom(n);
  const object = () => ({ kind: random.pick(KINDS), color: random.pick(COLORS) });
  const background = BACKGROUNDS[n % 6] as Scene['background'];
  const style = STYLES[n % 3] as Scene['style'];
  return { background, style, objects: [object(), random.chance(0.5) ? object() : null, object()] };
}

const PINNED: readonly string[] = [
  '73121ff31741708cd3f2d27e8a78d4875b4add20a0bf3226f423d474372399aa',
  'c782c5c40b9aa396a9f1556a0d22bb1dd8d91764869e898096e40da9d5ce08e7',
  'a65b09d2191a165b3260e572dda631a535ab3712dcfda407e32002072c572339',
  '68c2e2281af50da6a0d1a6bc2fd0478e0cd31a4ddb7ae17ea5c2aa56fcc15854',
  '7e9f5a31bd9188a80069dcb7c0de7cc27bb5af7e04c50d5bd7312a80818a46fc',
  '579061f2529b67239889453cc5ee38aedd226d5b15f46799f19947bc38abeb40',
  '5bf45f7cafdb3132e8cba2e6e0d62b0a2aa45ba2e11008bac285a07ac99ce5aa',
  '1f81b33f0703c50ab8e901a05beb6cac4e8f957a9dbdac5ebada09e24066c16e',
  '40c6b8290bb98e318121bdcf02d04c07bf845b7cb2deecf734d8a0897ad722a1',
  'dfed27c5d018ab1417c075052651ec84e123f0be6121b89e61243214a4a46b4a',
];

test('renders the same bytes on every machine', () => {
  const frames = Array.from({ length: 10 }, (_, n) => sha(renderFrame(sceneNumber(n))));
  expect(frames).toEqual(PINNED);
});

test('renders the same maps on every machine', () => {
  const scene = sceneNumber(3);
  const maps = [edgeMap(renderFrame({ ...scene, style: 'photo' })), renderDepth(scene), renderSegmentation(scene)];
  expect(maps.map(sha)).toEqual([
    'a6d0fcdb10ad2edade6c326e195a872a5bc1de0ee57e19b5f019fc9addb78581',
    '8affdac75383b71a5f8813a008e6f46f5a73850e1e1d8340b9c7fb5cf775efdc',
    '21b424f576b9d78461a5ed059aad0b89004b56ef3eab0305960f2e6d6126d6be',
  ]);
});

test('copies tiles that equal a direct rendering of the whole scene', () => {
  for (let n = 0; n < 18; n++) expect(sha(renderFrame(sceneNumber(n)))).toBe(sha(renderDirectly(sceneNumber(n))));
});

test('keeps everything outside a slot identical when its object changes', () => {
  for (let n = 0; n < 18; n++) {
    const scene = sceneNumber(n);
    const slot = n % 3;
    const before = renderFrame(scene);
    const after = renderFrame(withObject(scene, slot, null));
    expect(differencesOutside(before, after, slot)).toBe(0);
  }
});

function differencesOutside(a: Uint8Array, b: Uint8Array, slot: number): number {
  const [left, top] = SLOT_ORIGINS[slot] as readonly [number, number];
  let count = 0;
  for (let i = 0; i < a.length; i++) {
    const x = Math.floor(i / 3) % FRAME;
    const y = Math.floor(i / 3 / FRAME);
    const inside = x >= left && x < left + TILE && y >= top && y < top + TILE;
    if (!inside && a[i] !== b[i]) count++;
  }
  return count;
}

test('puts every slot on the token grid, inside the picture, apart from the others', () => {
  for (const [x, y] of SLOT_ORIGINS) {
    expect([x % TOKEN, y % TOKEN, TILE % TOKEN]).toEqual([0, 0, 0]);
    expect(Math.max(x, y) + TILE).toBeLessThanOrEqual(FRAME);
  }
  SLOT_ORIGINS.forEach(([ax, ay], i) =>
    SLOT_ORIGINS.slice(i + 1).forEach(([bx, by]) => {
      expect(Math.abs(ax - bx) >= TILE || Math.abs(ay - by) >= TILE).toBe(true);
    }),
  );
});

test('draws every kind with its own silhouette', () => {
  const masks = KINDS.map((kind) =>
    renderSegmentation({ background: 'field', style: 'photo', objects: [null, { kind, color: 'red' }, null] }),
  );
  for (let a = 0; a < masks.length; a++)
    for (let b = a + 1; b < masks.length; b++) expect(silhouetteDistance(a, b, masks)).toBeGreaterThan(80);
});

/** Pixels covered by exactly one of two kinds. */
function silhouetteDistance(a: number, b: number, masks: readonly Uint8Array[]): number {
  const floorOrSky = renderSegmentation({ background: 'field', style: 'photo', objects: [null, null, null] });
  let count = 0;
  for (let i = 0; i < floorOrSky.length; i += 3) {
    const covered = (mask: Uint8Array): boolean => [0, 1, 2].some((c) => mask[i + c] !== floorOrSky[i + c]);
    if (covered(masks[a] as Uint8Array) !== covered(masks[b] as Uint8Array)) count++;
  }
  return count;
}
