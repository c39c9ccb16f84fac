import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BlobId } from '#common/contract/blobs.ts';
import { openPicture } from '#common/document/canvas-commands.ts';
import { documentProblem } from '#common/document/integrity.ts';
import { addLayer, setLayerMask } from '#common/document/layer-commands.ts';
import type { NewImage } from '#common/document/layer-commands.ts';
import { reverseDiff } from '#common/document/diff.ts';
import type { RecordsDiff } from '#common/document/diff.ts';
import { applyPatch, patchOf } from '#common/document/patch.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import type { DocumentStore } from '#common/document/store.ts';
import { cutTile, decodeTile, encodeTile, isBlankTile } from '#common/document/tile-codec.ts';
import { tileBounds, tileCount } from '#common/document/tiles.ts';
import type { Bounds, Extent } from '#common/geometry.ts';
import type { Raster, Samples } from '#common/raster/raster.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import type { Brush } from '#common/raster/stroke.ts';
import { documentStack } from '../../../renderer/canvas/document-stack.ts';
import type { Compositor } from '../../../renderer/compositor/compositor.ts';
import { grownTile, isGrownKey, readGrownKey } from '../../../renderer/compositor/grown-tiles.ts';
import { LayerCompositor } from '../../../renderer/compositor/layer-compositor.ts';
import type { LayerStack } from '../../../renderer/compositor/layer-stack.ts';
import { SampleBudget } from '../../../renderer/compositor/sample-budget.ts';
import { isStrokeKey, Strokes } from '../../../renderer/compositor/strokes.ts';
import { tilesIn } from '../../../renderer/compositor/tile-grid.ts';
import { TileStore } from '../../../renderer/compositor/tile-store.ts';
import type { DocumentState } from '../../../renderer/state/document.svelte.ts';
import type { EngineState } from '../../../renderer/state/engine.svelte.ts';
import { LayerStrokes } from '../../../renderer/state/layer-strokes.svelte.ts';
import type { Problems } from '../../../renderer/state/problems.svelte.ts';
import { noisePicture } from '../../unit/raster/pictures.ts';

const canvas: Extent = { width: 330, height: 290 };
const pause = (): Promise<void> => Promise.resolve();

/** Blobs, and what a compositor knows of strokes, without a worker. */
class Desk {
  readonly blobs = new Map<string, Uint8Array>();
  readonly store: TileStore;
  readonly strokes: Strokes;
  /** Strokes that have ended are finished when this resolves. */
  mayFinish = Promise.resolve();
  #next = 0;

  constructor() {
    this.store = new TileStore((key) => this.#load(key), new SampleBudget(2 ** 28));
    this.strokes = new Strokes(this.store);
  }

  put = (bytes: Uint8Array): Promise<BlobId> => {
    const known = [...this.blobs].find(
      ([, other]) => other.length === bytes.length && other.every((b, i) => b === bytes[i]),
    );
    const id = known?.[0] ?? `${this.#next++}`.padStart(64, '0');
    this.blobs.set(id, bytes);
    return Promise.resolve(id as BlobId);
  };

  async #load(key: string): Promise<Samples> {
    if (isStrokeKey(key)) return await this.strokes.tile(key);
    if (isGrownKey(key)) return await grownTile(key, (inner) => this.store.get(inner));
    return decodeTile(this.blobs.get(key)!).data;
  }

  /** What `LayerStrokes` uses. */
  get compositor(): Compositor {
    let next = 0;
    return {
      beginStroke: (plan: Parameters<Strokes['begin']>[1]) => (this.strokes.begin(next, plan), next++),
      extendStroke: (id: number, points: Parameters<Strokes['extend']>[1]) => this.strokes.extend(id, points),
      endStroke: (id: number) => this.strokes.end(id),
      copy: (from: string, to: string) => this.store.copy(from, to),
      ask: async (kind: string, question: { id: number; end: Parameters<Strokes['finish']>[1]; keys: string[] }) => {
        if (kind !== 'stroke') return await this.#grown(question.keys);
        await this.mayFinish;
        return await this.strokes.finish(question.id, question.end, pause);
      },
    } as unknown as Compositor;
  }

  async #grown(keys: readonly string[]): Promise<(Uint8Array | null)[]> {
    return await Promise.all(
      keys.map(async (key) => {
        const { to, channels, depth } = readGrownKey(key);
        const data = await this.store.get(key);
        return isBlankTile({ data }) ? null : encodeTile({ ...to, channels, depth, data });
      }),
    );
  }

  async image(raster: Raster): Promise<NewImage> {
    const { width, height, depth } = raster;
    const channels = raster.channels as 1 | 4;
    const tiles = Array.from({ length: tileCount(raster) }, async (_, index) => {
      const tile = cutTile({ channels, depth, data: raster.data, stride: width }, tileBounds(raster, index));
      return isBlankTile(tile) ? null : await this.put(encodeTile(tile));
    });
    return { extent: { width, height }, channels, depth, tiles: await Promise.all(tiles) };
  }

  async seen(stack: LayerStack): Promise<Samples[]> {
    const compositor = new LayerCompositor(this.store, new SampleBudget(2 ** 28));
    compositor.setStack(stack);
    return await Promise.all(tilesIn(canvas, { x: 0, y: 0, ...canvas }).map((at) => compositor.compose(at)));
  }
}

/** A document of a ground and a layer, with a mask or without, and what paints on it. */
async function start(desk: Desk, { x, y, width, height }: Bounds, hasMask: boolean, reach?: Bounds) {
  const ground = await desk.image(withAlpha(noisePicture(canvas.width, canvas.height, 4, 8, 1)));
  const store = openPicture({ name: 'photo', image: ground, profile: null, source: null });
  const pixels = noisePicture(width, height, 4, 8, 2);
  const strengths = noisePicture(width, height, 1, 8, 3);
  const place = reach ?? { x, y, width, height };
  const at = { x: x - place.x, y: y - place.y };
  const layer = addLayer(store, {
    name: 'Layer',
    image: await desk.image(laidInto(pixels, place, at, 0)),
    offset: { x: place.x, y: place.y },
  });
  if (hasMask) setLayerMask(store, layer, await desk.image(laidInto(strengths, place, at, 255)));
  const undo: string[] = [];
  const document = {
    isOpen: true,
    store,
    act: (name: string, work: (store: DocumentStore) => void) => (undo.push(name), work(store)),
  } as unknown as DocumentState;
  const engine = { require: () => ({ blobs: desk }) } as unknown as EngineState;
  const problems = { attempt: (work: () => Promise<void>) => work() } as unknown as Problems;
  const strokes = new LayerStrokes(document, engine, problems);
  const { compositor } = desk;
  const begin = (part: 'pixels' | 'mask', paint: Brush['paint']) => {
    const record = store.require(layer);
    const image = store.require(part === 'mask' ? record.mask! : record.image);
    const grows = paint.kind === 'colour' || (paint.kind === 'strength' && paint.value !== 255);
    const target = { layer: record, image, corner: record.offset, selection: null, name: 'Brush stroke', grows };
    return strokes.begin(compositor, target, { hardness: 0.7, opacity: 0.8, paint });
  };
  const seen = () => desk.seen(strokes.laidOver(documentStack(store)));
  const bounds = (): Bounds => ({
    ...store.require(layer).offset,
    ...store.require(store.require(layer).image).extent,
  });
  return { store, strokes, begin, seen, bounds, undo };
}

function withAlpha(raster: Raster): Raster {
  for (let i = 3; i < raster.data.length; i += 4) raster.data[i] = 255;
  return raster;
}

/** A raster on a larger one. */
function laidInto(raster: Raster, { width, height }: Extent, at: { x: number; y: number }, fill: number): Raster {
  const data = new Uint8Array(width * height * raster.channels).fill(fill);
  const row = raster.width * raster.channels;
  for (let y = 0; y < raster.height; y++) {
    data.set(raster.data.subarray(y * row, (y + 1) * row), ((y + at.y) * width + at.x) * raster.channels);
  }
  return { width, height, channels: raster.channels, depth: 8, data };
}

/** Tile and sample where two pictures differ. */
function firstDifference(
  one: readonly Samples[],
  other: readonly Samples[],
): [tile: number, sample: number] | undefined {
  for (const [tile, samples] of one.entries()) {
    const at = samples.findIndex((value, i) => value !== other[tile][i]);
    if (at >= 0) return [tile, at];
  }
  return undefined;
}

const paints = fc.constantFrom<['pixels' | 'mask', Brush['paint']][]>(
  ['pixels', { kind: 'colour', colour: [200, 30, 60] }],
  ['pixels', { kind: 'erase' }],
  ['mask', { kind: 'strength', value: 0 }],
  ['mask', { kind: 'strength', value: 255 }],
);
const spot = fc.record({
  x: fc.integer({ min: -20, max: 350 }),
  y: fc.integer({ min: -20, max: 310 }),
  radius: fc.constantFrom(3, 25, 60),
});
const drawn = fc.record({ paint: paints, points: fc.array(spot, { minLength: 1, maxLength: 3 }), waits: fc.boolean() });
const place = fc.record({
  x: fc.integer({ min: -60, max: 300 }),
  y: fc.integer({ min: -60, max: 280 }),
  width: fc.integer({ min: 1, max: 290 }),
  height: fc.integer({ min: 1, max: 290 }),
});

interface Drawn {
  readonly paint: ['pixels' | 'mask', Brush['paint']];
  readonly points: readonly StrokePoint[];
  readonly waits: boolean; // until it is in the document
}

/** Draws the same on a layer and on one that is as large as the canvas, and looks at both again and again. */
async function drawOnBoth(held: Bounds, hasMask: boolean, all: readonly Drawn[]): Promise<void> {
  const desks = [new Desk(), new Desk()];
  const [left, top] = [Math.min(0, held.x), Math.min(0, held.y)];
  const right = Math.max(canvas.width, held.x + held.width);
  const bottom = Math.max(canvas.height, held.y + held.height);
  const reach = { x: left, y: top, width: right - left, height: bottom - top };
  const small = await start(desks[0], held, hasMask);
  const large = await start(desks[1], held, hasMask, reach);
  const settled = () => Promise.all([small.strokes.settled(), large.strokes.settled()]);
  const expectAlike = async () => expect(firstDifference(await small.seen(), await large.seen())).toBeUndefined();
  let finish = (): void => undefined;
  for (const { paint, points, waits } of all) {
    const strokes = [small, large].map(({ begin }) => begin(...paint));
    for (const stroke of strokes) stroke.line(points);
    await expectAlike();
    finish();
    const gate = new Promise<void>((resolve) => (finish = resolve));
    for (const desk of desks) desk.mayFinish = gate;
    for (const stroke of strokes) stroke.end();
    if (!waits) continue; // the next one lies on one that is not in the document
    finish();
    await settled();
    expect(documentProblem(small.store.all())).toBeUndefined();
    await expectAlike();
  }
  finish();
  await settled();
  await expectAlike();
}

test('strokes on a small layer look as on one that is as large as the canvas, while they are drawn and afterwards', async () => {
  const strokes = fc.array(drawn, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(place, fc.boolean(), strokes, (held, hasMask, all) =>
      drawOnBoth(held, hasMask, hasMask ? all : all.filter(({ paint }) => paint[0] === 'pixels')),
    ),
    { numRuns: 12 },
  );
}, 60_000);

test('a layer grows by the tiles that were painted on, in one gesture, and not where nothing was', async () => {
  const held = { x: 270, y: 200, width: 40, height: 40 };
  const { begin, strokes, bounds, undo } = await start(new Desk(), held, true);
  const paint = async (x: number, y: number, how: Brush['paint'] = { kind: 'colour', colour: [1, 2, 3] }) => {
    const stroke = begin(how.kind === 'strength' ? 'mask' : 'pixels', how);
    stroke.line([{ x, y, radius: 4 }]);
    stroke.end();
    await strokes.settled();
  };
  await paint(290, 220);
  await paint(20, 20, { kind: 'erase' });
  await paint(20, 20, { kind: 'strength', value: 255 });
  expect(bounds()).toEqual(held);
  await paint(260, 220);
  expect(bounds()).toEqual({ x: 14, y: 200, width: 316, height: 90 });
  expect(undo).toEqual(['Brush stroke', 'Brush stroke']);
  await paint(290, 100, { kind: 'strength', value: 0 });
  expect(bounds()).toEqual({ x: 14, y: -56, width: 316, height: 346 });
});

test('the document is as before when a grown layer is undone', async () => {
  const { store, begin, strokes } = await start(new Desk(), { x: 270, y: 200, width: 40, height: 40 }, true);
  const before = structuredClone(store.all());
  const diffs: RecordsDiff<DocumentRecord>[] = [];
  const stop = store.onChange(({ diff }) => diffs.push(diff));
  const stroke = begin('pixels', { kind: 'colour', colour: [9, 9, 9] });
  stroke.line([{ x: 20, y: 20, radius: 9 }]);
  stroke.end();
  await strokes.settled();
  stop();
  expect(diffs).toHaveLength(1);
  expect(store.all()).not.toEqual(before);
  const journalled = new Map(before.map((record) => [record.id as string, record]));
  applyPatch(journalled, patchOf(diffs[0]));
  expect([...journalled.values()]).toEqual(store.all());
  store.apply(reverseDiff(diffs[0]), 'user');
  expect(store.all()).toEqual(before);
});

test('one touch that is larger than any picture fills the canvas, in one gesture', async () => {
  const { begin, strokes, seen, bounds, undo } = await start(
    new Desk(),
    { x: 270, y: 200, width: 40, height: 40 },
    false,
  );
  const stroke = begin('pixels', { kind: 'colour', colour: [200, 30, 60] });
  stroke.line([{ x: 165, y: 145, radius: 400_000 }]);
  const drawn = await seen();
  stroke.end();
  await strokes.settled();
  expect(firstDifference(drawn, await seen())).toBeUndefined();
  expect(undo).toHaveLength(1);
  const { x, y, width, height } = bounds();
  expect([x <= 0, y <= 0, x + width >= canvas.width, y + height >= canvas.height]).toEqual(Array(4).fill(true));
});
