import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intersect, isEmpty } from '#common/geometry.ts';
import type { Bounds, Extent } from '#common/geometry.ts';
import { blendModes, blendOnto } from '#common/raster/blend.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { Depth, Raster, Samples } from '#common/raster/raster.ts';
import { smallTile } from '#common/document/small-tile.ts';
import { LayerCompositor } from '../../../renderer/compositor/layer-compositor.ts';
import type { StackLayer } from '../../../renderer/compositor/layer-stack.ts';
import { SampleBudget } from '../../../renderer/compositor/sample-budget.ts';
import { tileBounds, tilesIn, topLevel } from '../../../renderer/compositor/tile-grid.ts';
import { TileStore } from '../../../renderer/compositor/tile-store.ts';
import { noisePicture } from '../raster/pictures.ts';
import { layerOf, stackOf, TileShelf } from './stacks.ts';

function compositorOf(shelf: TileShelf, bytes = 2 ** 28): LayerCompositor {
  const budget = new SampleBudget(bytes);
  return new LayerCompositor(new TileStore(shelf.load, budget), budget);
}

/** The picture as the canvas sees it: on a ground of nothing, cut at its edges. */
function placed(picture: Raster, { offset }: Pick<StackLayer, 'offset'>, canvas: Extent, channels = 4): Samples {
  const into = newSamples(picture.depth, canvas.width * canvas.height * channels);
  const shared: Bounds = intersect(
    { ...offset, width: picture.width, height: picture.height },
    { x: 0, y: 0, ...canvas },
  );
  if (isEmpty(shared)) return into;
  for (let y = shared.y; y < shared.y + shared.height; y++) {
    const from = ((y - offset.y) * picture.width + shared.x - offset.x) * channels;
    into.set(picture.data.subarray(from, from + shared.width * channels), (y * canvas.width + shared.x) * channels);
  }
  return into;
}

/** Index of the first pixel that differs, -1 if none does. Colours of pixels that are not there may differ. */
function firstDifference(one: Samples, other: Samples): number {
  for (let i = 0; i < one.length; i++) {
    const isThere = one[i | 3] > 0 || other[i | 3] > 0;
    if (isThere && one[i] !== other[i]) return i >> 2;
  }
  return -1;
}

/** All tiles of a level in one picture. */
async function whole(compositor: LayerCompositor, extent: Extent, level: number, depth: Depth = 8): Promise<Raster> {
  const [width, height] = [Math.ceil(extent.width / 2 ** level), Math.ceil(extent.height / 2 ** level)];
  const data = newSamples(depth, width * height * 4);
  for (const at of tilesIn(extent, { x: 0, y: 0, ...extent }, level)) {
    const { x, y, ...size } = tileBounds(extent, at);
    const tile = await compositor.compose(at);
    expect(tile.length).toBe(size.width * size.height * 4);
    for (let row = 0; row < size.height; row++) {
      data.set(tile.subarray(row * size.width * 4, (row + 1) * size.width * 4), ((y + row) * width + x) * 4);
    }
  }
  return { width, height, channels: 4, depth, data };
}

const offsets = fc.record({ x: fc.integer({ min: -300, max: 300 }), y: fc.integer({ min: -300, max: 300 }) });
const sizes = fc.record({ width: fc.integer({ min: 1, max: 330 }), height: fc.integer({ min: 1, max: 290 }) });
const looks = fc.record({
  offset: offsets,
  size: sizes,
  opacity: fc.constantFrom(0, 0.4, 1),
  blend: fc.constantFrom(...blendModes),
  isMasked: fc.boolean(),
  seed: fc.nat(1000),
});

test('blends what lies on the canvas, wherever layers lie, as blending whole pictures does', async () => {
  const layersOf = fc.array(looks, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(sizes, layersOf, fc.constantFrom<Depth>(8, 16), async (canvas, drawn, depth) => {
      const shelf = new TileShelf();
      const images: Record<string, ReturnType<TileShelf['cut']>> = {};
      const expected = newSamples(depth, canvas.width * canvas.height * 4);
      const layers = drawn.map(({ offset, size, opacity, blend, isMasked, seed }, i) => {
        const picture = noisePicture(size.width, size.height, 4, depth, seed);
        const strengths = noisePicture(size.width, size.height, 1, 8, seed + 1);
        images[`${i}`] = shelf.cut(picture);
        if (isMasked) images[`mask ${i}`] = shelf.cut(strengths);
        const mask = isMasked ? (placed(strengths, { offset }, canvas, 1) as Uint8Array) : undefined;
        blendOnto(expected, placed(picture, { offset }, canvas), { mode: blend, opacity, mask });
        return layerOf(`${i}`, { offset, opacity, blend, mask: isMasked ? `mask ${i}` : null });
      });
      const compositor = compositorOf(shelf);
      compositor.setStack(stackOf(canvas, layers, images, depth));
      const { data } = await whole(compositor, canvas, 0, depth);
      expect(firstDifference(data, expected)).toBe(-1);
    }),
    { numRuns: 25 },
  );
});

test.each([
  ['a single pixel', { width: 1, height: 1 }],
  ['a panorama', { width: 30_000, height: 200 }],
  ['odd sides', { width: 515, height: 301 }],
])('makes every smaller size of %s', async (_, extent) => {
  const shelf = new TileShelf();
  const grey = noisePicture(extent.width, extent.height, 4).data.fill(90);
  for (let i = 3; i < grey.length; i += 4) grey[i] = 255;
  const compositor = compositorOf(shelf, 2 ** 23); // less than the panorama, so that tiles are dropped and loaded again
  const image = shelf.cut({ ...extent, channels: 4, depth: 8, data: grey });
  compositor.setStack(stackOf(extent, [layerOf('photo')], { photo: image }));
  for (let level = 0; level <= topLevel(extent); level++) {
    const { width, height, data } = await whole(compositor, extent, level);
    expect([width, height]).toEqual([Math.ceil(extent.width / 2 ** level), Math.ceil(extent.height / 2 ** level)]);
    expect(data.every((value, i) => value === (i % 4 === 3 ? 255 : 90))).toBe(true);
  }
  expect(tilesIn(extent, { x: 0, y: 0, ...extent }, topLevel(extent))).toHaveLength(1);
});

test('a smaller picture is the mean of its pixels, whatever colour hides under transparency', async () => {
  const shelf = new TileShelf();
  const data = Uint8Array.from([10, 20, 30, 255, 30, 40, 50, 255, 255, 0, 255, 0, 50, 60, 70, 255]);
  const compositor = compositorOf(shelf);
  const image = shelf.cut({ width: 2, height: 2, channels: 4, depth: 8, data });
  compositor.setStack(stackOf({ width: 2, height: 2 }, [layerOf('a')], { a: image }));
  expect([...(await compositor.compose({ level: 1, column: 0, row: 0 }))]).toEqual([30, 40, 50, 191]);
});

test('a mask counts at smaller sizes too', async () => {
  const shelf = new TileShelf();
  const extent = { width: 2, height: 1 };
  const image = shelf.cut({ ...extent, channels: 4, depth: 8, data: Uint8Array.from([9, 9, 9, 255, 99, 99, 99, 255]) });
  const mask = shelf.cut({ ...extent, channels: 1, depth: 8, data: Uint8Array.from([255, 0]) });
  const compositor = compositorOf(shelf);
  compositor.setStack(stackOf(extent, [layerOf('a', { mask: 'mask' })], { a: image, mask }));
  expect([...(await compositor.compose({ level: 1, column: 0, row: 0 }))]).toEqual([9, 9, 9, 128]);
});

test('a grey map hides what is below it', async () => {
  const shelf = new TileShelf();
  const extent = { width: 2, height: 1 };
  const images = {
    photo: shelf.cut(noisePicture(2, 1, 4)),
    map: shelf.cut({ ...extent, channels: 1, depth: 8, data: Uint8Array.from([7, 200]) }),
  };
  const compositor = compositorOf(shelf);
  compositor.setStack(stackOf(extent, [layerOf('photo'), layerOf('map')], images));
  const at = { level: 0, column: 0, row: 0 };
  expect([...(await compositor.compose(at))]).toEqual([7, 7, 7, 255, 200, 200, 200, 255]);
});

function opaqueNoise(width: number, height: number, seed: number): Raster {
  const picture = noisePicture(width, height, 4, 8, seed);
  for (let i = 3; i < picture.data.length; i += 4) picture.data[i] = 255;
  return picture;
}

test('does not read what an opaque layer hides', async () => {
  const shelf = new TileShelf();
  const extent = { width: 300, height: 40 };
  const images = { below: shelf.cut(opaqueNoise(300, 40, 1)), above: shelf.cut(opaqueNoise(300, 40, 2)) };
  const compositor = compositorOf(shelf);
  compositor.setStack(stackOf(extent, [layerOf('below'), layerOf('above')], images));
  await whole(compositor, extent, 0);
  expect(shelf.loaded).toEqual(images.above.tiles);
});

test('shows each change, of pixels, of the order and of the look, at full size and smaller', async () => {
  const shelf = new TileShelf();
  const extent = { width: 600, height: 300 };
  const [a, b] = [shelf.cut(opaqueNoise(600, 300, 1)), shelf.cut(opaqueNoise(200, 100, 2))];
  const painted = { ...b, tiles: [shelf.add(opaqueNoise(200, 100, 3).data)] };
  const low = layerOf('a');
  const high = layerOf('b', { offset: { x: 250, y: 20 } });
  const stacks = [
    stackOf(extent, [low, high], { a, b }),
    stackOf(extent, [low, high], { a, b: painted }),
    stackOf(extent, [high, low], { a, b: painted }),
    stackOf(extent, [low, { ...high, opacity: 0.5 }], { a, b: painted }),
    stackOf(extent, [low, { ...high, offset: { x: 0, y: 0 } }], { a, b: painted }),
    stackOf({ width: 400, height: 300 }, [low, high], { a, b }),
    stackOf(extent, [low], { a }),
  ];
  const lasting = compositorOf(shelf);
  for (const stack of stacks) {
    const fresh = compositorOf(shelf);
    for (const compositor of [lasting, fresh]) compositor.setStack(stack);
    for (const level of [0, 1, 2]) {
      const [one, other] = [await whole(lasting, stack.extent, level), await whole(fresh, stack.extent, level)];
      expect(firstDifference(one.data, other.data)).toBe(-1);
    }
  }
});

test('a stroke is seen in the whole picture at the cost of the tiles around it', async () => {
  const shelf = new TileShelf();
  const extent = { width: 2048, height: 2048 };
  const plain = noisePicture(extent.width, extent.height, 4);
  const photo = shelf.cut({ ...plain, data: plain.data.fill(255) });
  const compositor = compositorOf(shelf, 2 ** 22); // full-size tiles are dropped as soon as they were read
  const top = { level: topLevel(extent), column: 0, row: 0 };
  compositor.setStack(stackOf(extent, [layerOf('photo')], { photo }));
  await compositor.compose(top);
  expect(shelf.loaded).toHaveLength(64);
  const painted = { ...photo, tiles: photo.tiles.with(9, shelf.add(new Uint8Array(256 * 256 * 4).fill(128))) };
  compositor.setStack(stackOf(extent, [layerOf('photo')], { photo: painted }));
  const seen = await compositor.compose(top);
  expect(shelf.loaded.length).toBeLessThanOrEqual(64 + 16);
  expect(seen[(40 * 256 + 40) * 4]).toBe(128);
});

/** With tiles that can be had small. */
function quickCompositor(shelf: TileShelf, asked: string[] = []): LayerCompositor {
  const budget = new SampleBudget(2 ** 28);
  const small = (key: string) => {
    asked.push(key);
    const data = shelf.tiles.get(key)!;
    const channels = data.length === 256 * 256 ? 1 : 4;
    return Promise.resolve(smallTile({ width: 256, height: 256, channels, depth: 8, data }).data);
  };
  return new LayerCompositor(
    new TileStore(shelf.load, budget, { budget: new SampleBudget(2 ** 24), load: small }),
    budget,
  );
}

test('from a quarter of the size on, small tiles give what whole ones would, and these are not read', async () => {
  const extent = { width: 1024, height: 512 };
  const shelf = new TileShelf();
  const images = {
    ground: shelf.cut({ ...noisePicture(1024, 512, 4), ...extent }),
    top: shelf.cut(noisePicture(512, 256, 4, 8, 5)),
  };
  const layers = [layerOf('ground'), layerOf('top', { offset: { x: 256, y: 256 }, opacity: 0.5, blend: 'screen' })];
  const [whole1, quick] = [compositorOf(shelf), quickCompositor(shelf)];
  for (const compositor of [whole1, quick]) compositor.setStack(stackOf(extent, layers, images));
  for (const level of [2, 3]) {
    const wanted = await whole(whole1, extent, level);
    shelf.loaded.length = 0;
    const { data } = await whole(quick, extent, level);
    expect(firstDifference(data, wanted.data)).toBe(-1);
    expect(shelf.loaded).toEqual([]);
  }
});

test('what small tiles do not fit on is made of whole ones', async () => {
  const extent = { width: 1024, height: 512 };
  const shelf = new TileShelf();
  const images = { a: shelf.cut(noisePicture(512, 256, 4)) };
  const stack = stackOf(extent, [layerOf('a', { offset: { x: 3, y: 0 } })], images);
  const asked: string[] = [];
  const [whole1, quick] = [compositorOf(shelf), quickCompositor(shelf, asked)];
  for (const compositor of [whole1, quick]) compositor.setStack(stack);
  const wanted = await whole(whole1, extent, 2);
  expect(firstDifference((await whole(quick, extent, 2)).data, wanted.data)).toBe(-1);
  expect(asked).toEqual([]);
});

test('a mask hides as much in small tiles', async () => {
  const extent = { width: 512, height: 256 };
  const shelf = new TileShelf();
  const strengths = new Uint8Array(512 * 256).map((_, i) => (i % 512 < 256 ? 255 : 128));
  const images = {
    a: shelf.cut({ ...noisePicture(512, 256, 4), ...extent, data: new Uint8Array(512 * 256 * 4).fill(255) }),
    mask: shelf.cut({ ...extent, channels: 1, depth: 8, data: strengths }),
  };
  const quick = quickCompositor(shelf);
  quick.setStack(stackOf(extent, [layerOf('a', { mask: 'mask' })], images));
  const { data } = await whole(quick, extent, 2);
  expect([data[3], data[100 * 4 + 3]]).toEqual([255, 128]);
});

test('strokes on one layer after the other look as if all were blended anew, whichever layer they were prepared for', async () => {
  const extent = { width: 300, height: 200 };
  const modes = fc.constantFrom(...blendModes);
  const change = fc.record({
    ...{ layer: fc.nat(3), seed: fc.nat(1000), isLook: fc.boolean(), isMixed: fc.boolean() },
    prepared: fc.option(fc.nat(4)), // one more than there are
  });
  const depths = fc.constantFrom<Depth>(8, 16);
  const blending = fc.array(modes, { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 8 }), blending, depths, async (changes, blends, depth) => {
      const shelf = new TileShelf();
      const ids = ['0', '1', '2', '3'];
      let images = Object.fromEntries(ids.map((id, i) => [id, shelf.cut(noisePicture(300, 200, 4, depth, i))]));
      let layers = ids.map((id, i) => layerOf(id, { blend: blends[i], opacity: 0.7 }));
      const kept = compositorOf(shelf);
      kept.setStack(stackOf(extent, layers, images, depth));
      for (const { layer, seed, isLook, isMixed, prepared } of changes) {
        if (prepared !== null) kept.workOn(`${prepared}`);
        for (const level of [0, 1]) await kept.prepare({ level, column: 0, row: 0 });
        if (isMixed) layers = layers.toReversed();
        if (isLook) layers = layers.map((one, i) => (i === layer ? { ...one, opacity: (seed % 10) / 10 } : one));
        else {
          const tile = shelf.add(noisePicture(256, 200, 4, depth, seed).data);
          const image = images[`${layer}`]!;
          images = { ...images, [layer]: { ...image, tiles: [tile, ...image.tiles.slice(1)] } };
        }
        kept.setStack(stackOf(extent, layers, images, depth));
        const fresh = compositorOf(shelf);
        fresh.setStack(stackOf(extent, layers, images, depth));
        for (const level of [0, 1]) {
          const [one, other] = [await whole(kept, extent, level, depth), await whole(fresh, extent, level, depth)];
          expect(firstDifference(one.data, other.data)).toBe(-1);
        }
      }
    }),
    { numRuns: 16 },
  );
});

test('the first change of a layer that is worked on blends what is below as little as the next', async () => {
  const extent = { width: 256, height: 256 };
  const shelf = new TileShelf();
  const ids = ['a', 'b', 'c'];
  const images = Object.fromEntries(ids.map((id, i) => [id, shelf.cut(noisePicture(256, 256, 4, 8, i))]));
  const budget = new SampleBudget(0); // holds one tile: what is below would have to be read again
  const compositor = new LayerCompositor(new TileStore(shelf.load, budget), budget, new SampleBudget(2 ** 24));
  const layers = ids.map((id) => layerOf(id, { opacity: 0.5 }));
  compositor.setStack(stackOf(extent, layers, images));
  compositor.workOn('c');
  await compositor.prepare({ level: 0, column: 0, row: 0 });
  shelf.loaded.length = 0;
  const painted = { ...images['c']!, tiles: [shelf.add(noisePicture(256, 256, 4, 8, 9).data)] };
  compositor.setStack(stackOf(extent, layers, { ...images, c: painted }));
  await compositor.compose({ level: 0, column: 0, row: 0 });
  expect(shelf.loaded).toEqual(painted.tiles);
});

test('finds the topmost layer at a point: what is too faint, hidden by a mask or not asked for is seen through', async () => {
  const shelf = new TileShelf();
  const extent = { width: 300, height: 20 };
  const picture = (alpha: number) =>
    shelf.cut({ ...extent, channels: 4, depth: 8, data: new Uint8Array(300 * 20 * 4).fill(alpha) });
  const strengths = new Uint8Array(300 * 20).map((_, i) => (i % 300 < 270 ? 0 : 255));
  const images = {
    ...{ a: picture(255), b: picture(200), c: picture(255), map: picture(255) },
    mask: shelf.cut({ ...extent, channels: 1, depth: 8, data: strengths }),
  };
  const compositor = compositorOf(shelf);
  const layers = [
    layerOf('a', { offset: { x: 100, y: 0 } }),
    layerOf('b', { mask: 'mask' }),
    layerOf('c', { opacity: 0.01 }),
    layerOf('map'),
  ];
  const at = (x: number) => compositor.topmostAt({ x, y: 5 }, ['a', 'b', 'c'], 0.05);
  expect(await at(0)).toBeNull(); // no picture is shown yet
  compositor.setStack(stackOf(extent, layers, images));
  expect([await at(50), await at(150), await at(280), await at(-3)]).toEqual([null, 'a', 'b', null]);
});
