import { expect, test } from 'vitest';
import { decodeTile } from '#common/document/tile-codec.ts';
import type { Samples } from '#common/raster/raster.ts';
import { SampleBudget } from '../../../renderer/compositor/sample-budget.ts';
import { isStrokeKey, strokeKey, Strokes } from '../../../renderer/compositor/strokes.ts';
import { TileStore } from '../../../renderer/compositor/tile-store.ts';

const pause = () => Promise.resolve();
const image = { extent: { width: 300, height: 10 }, channels: 4, depth: 8, tiles: ['left', null] } as const;
const red = { kind: 'colour', colour: [255, 0, 0] } as const;
const plan = { image, hardness: 1, opacity: 1, paint: red, within: null };

function create() {
  const loads: string[] = [];
  const store: TileStore = new TileStore(
    (key): Promise<Samples> => {
      if (isStrokeKey(key)) return strokes.tile(key);
      loads.push(key);
      return Promise.resolve(new Uint8Array(256 * 10 * 4).fill(9));
    },
    new SampleBudget(2 ** 24),
  );
  const strokes: Strokes = new Strokes(store);
  return { store, strokes, loads };
}
const redAt = (samples: Samples, x: number, width = 256): number => samples[(5 * width + x) * 4]!;

test('a stroke is seen as far as it has come, on what was there before', async () => {
  const { store, strokes, loads } = create();
  strokes.begin(1, plan);
  strokes.extend(1, [{ x: 20, y: 5, radius: 4 }]);
  const first = await store.get(strokeKey(1, 0, 0));
  expect([redAt(first, 20), redAt(first, 60)]).toEqual([255, 9]);
  strokes.extend(1, [
    { x: 20, y: 5, radius: 4 },
    { x: 280, y: 5, radius: 4 },
  ]);
  expect(redAt(await store.get(strokeKey(1, 0, 1)), 60)).toBe(255);
  expect(store.peek(strokeKey(1, 0, 0))).toBeUndefined(); // nobody shows it any more
  const beyond = await store.get(strokeKey(1, 1, 1));
  expect([redAt(beyond, 20, 44), beyond[(5 * 44 + 20) * 4 + 3], beyond[43 * 4 + 3]]).toEqual([255, 255, 0]);
  expect(loads).toEqual(['left']);
});

test('what it changed is finished as tiles of a document; what became empty is none', async () => {
  const { strokes } = create();
  strokes.begin(1, plan);
  strokes.extend(1, [{ x: 20, y: 5, radius: 4 }]);
  const [[index, bytes]] = (await strokes.finish(1, { grows: false }, pause)).tiles as [[number, Uint8Array]];
  expect([index, redAt(decodeTile(bytes).data, 20)]).toEqual([0, 255]);

  strokes.begin(2, {
    ...plan,
    image: { ...image, channels: 1, tiles: [null, null] },
    paint: { kind: 'strength', value: 0 },
  });
  strokes.extend(2, [{ x: 20, y: 5, radius: 4 }]);
  expect(await strokes.finish(2, { grows: false }, pause)).toEqual({ tiles: [[0, null]], beyond: [] });
});

test('a stroke may lie on one that is not finished', async () => {
  const { store, strokes } = create();
  strokes.begin(1, plan);
  strokes.extend(1, [{ x: 20, y: 5, radius: 4 }]);
  strokes.begin(2, { ...plan, image: { ...image, tiles: [strokeKey(1, 0, 0), null] }, paint: { kind: 'erase' } });
  strokes.extend(2, [{ x: 22.5, y: 5.5, radius: 1 }]);
  const both = await store.get(strokeKey(2, 0, 0));
  expect([redAt(both, 18), both[(5 * 256 + 22) * 4 + 3], both[(5 * 256 + 18) * 4 + 3]]).toEqual([255, 0, 255]);
  strokes.end(2);
  expect(store.peek(strokeKey(2, 0, 0))).toBeUndefined();
});

test('tiles that were filled are packed once, whatever was there; those at the edges are of another size', async () => {
  const { strokes } = create();
  const large = { ...image, extent: { width: 700, height: 300 }, tiles: [null, null, null, null, null, null] };
  strokes.begin(3, { ...plan, image: large });
  strokes.extend(3, [{ x: 0, y: 0, radius: 100_000 }]);
  const { tiles } = await strokes.finish(3, { grows: true }, pause);
  expect(tiles.map(([index]) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(tiles[1]![1]).toBe(tiles[0]![1]);
  expect(new Set(tiles.map(([, bytes]) => bytes)).size).toBe(4);
  for (const [index, bytes] of tiles) {
    const { data, width, height } = decodeTile(bytes!);
    expect([width, height]).toEqual([index % 3 < 2 ? 256 : 188, index < 3 ? 256 : 44]);
    expect(data.every((value, i) => value === [255, 0, 0, 255][i % 4])).toBe(true);
  }
});
