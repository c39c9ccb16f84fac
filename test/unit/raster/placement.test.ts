import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RgbImage } from '#models/api';
import { boundsOf, intersect } from '#common/geometry.ts';
import type { Bounds } from '#common/geometry.ts';
import { toDepth } from '#common/raster/depth.ts';
import { place, resampleBack, scaleOf, takeSquare } from '#common/raster/placement.ts';
import type { SizePolicy } from '#common/raster/placement.ts';
import { crop, rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { reflect, resample } from '#common/raster/resample.ts';
import { withoutPause } from '#common/raster/slices.ts';
import { prepareSquare } from '../../../native-models/tensor/square-crop.ts';
import { noisePicture, smoothPicture, wavePicture } from './pictures.ts';

const image = { width: 300, height: 200 };

test('fits the whole photo into a square and centres it', () => {
  const placement = place(image, { kind: 'whole' }, 512);
  expect(placement.source).toEqual({ x: 0, y: -50, width: 300, height: 300 });
  expect(placement.visible).toEqual(boundsOf(image));
  expect(scaleOf(placement)).toBeCloseTo(512 / 300);
});

test('takes the largest middle square, or the one the user placed', () => {
  expect(place(image, { kind: 'square' }, 512).source).toEqual({ x: 50, y: 0, width: 200, height: 200 });
  const at = { x: 280, y: -20, size: 64 };
  expect(place(image, { kind: 'square', at }, 512).source).toEqual({ x: 236, y: 0, width: 64, height: 64 });
  expect(place(image, { kind: 'square', at: { x: 0, y: 0, size: 250 } }, 512).source.y).toBe(-25);
});

test('surrounds a selection with padding, and never magnifies more than the photo makes necessary', () => {
  const selection = { x: 900, y: 700, width: 400, height: 300 };
  const large = { width: 4000, height: 3000 };
  expect(place(large, { kind: 'selection', selection }, 512).source).toEqual({
    x: 800,
    y: 550,
    width: 600,
    height: 600,
  });
  const small = { x: 10, y: 10, width: 8, height: 8 };
  expect(place(large, { kind: 'selection', selection: small }, 512).source).toEqual({
    x: 0,
    y: 0,
    width: 512,
    height: 512,
  });
});

test('refuses sizes that are not whole numbers above 0', () => {
  expect(() => place({ width: 0, height: 4 }, { kind: 'whole' }, 512)).toThrow(RangeError);
  expect(() => place(image, { kind: 'square', at: { x: 0.5, y: 0, size: 9 } }, 512)).toThrow('x is 0.5');
});

const side = fc.integer({ min: 1, max: 5000 });
const anyPolicy: fc.Arbitrary<SizePolicy> = fc.oneof(
  fc.constant({ kind: 'whole' as const }),
  fc.constant({ kind: 'square' as const }),
  fc.record({
    kind: fc.constant('square' as const),
    at: fc.record({ x: fc.integer({ min: -99, max: 5000 }), y: fc.integer({ min: -99, max: 5000 }), size: side }),
  }),
);

test('always places a square of whole pixels that shows the photo and loses none that it could show', () => {
  fc.assert(
    fc.property(side, side, anyPolicy, (width, height, policy) => {
      const { source, visible } = place({ width, height }, policy, 512);
      expect(source.width).toBe(source.height);
      expect(visible).toEqual(intersect(source, { x: 0, y: 0, width, height }));
      expect(visible.width).toBe(Math.min(source.width, width));
      expect(visible.height).toBe(Math.min(source.height, height));
    }),
  );
});

test('keeps the selection inside the square', () => {
  const selections = fc.record({ x: fc.nat(999), y: fc.nat(799), width: fc.nat(400), height: fc.nat(400) });
  fc.assert(
    fc.property(selections, ({ x, y, width, height }) => {
      const selection = { x, y, width: Math.min(width, 1000 - x) || 1, height: Math.min(height, 800 - y) || 1 };
      const { source } = place({ width: 1000, height: 800 }, { kind: 'selection', selection }, 128);
      expect(intersect(source, selection)).toEqual(selection);
    }),
  );
});

test('reflects at the edges, as often as needed', () => {
  expect([-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((i) => reflect(i, 3))).toEqual([2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
  expect(reflect(-7, 1)).toBe(0);
});

test('gives the same pixels back when the square has the size of the model', async () => {
  for (const depth of [8, 16] as const) {
    const photo = noisePicture(96, 64, 3, depth);
    const placement = place(photo, { kind: 'whole' }, 96);
    const square = await resample(photo, placement.source, { width: 96, height: 96 }, depth, withoutPause);
    const back = await resampleBack(square, placement, placement.visible, depth, withoutPause);
    expect(back.data).toEqual(photo.data);
  }
});

/** Shift between two pictures of one size, in pixels along x and y: how much of the gradients of the first their difference holds (least
 * squares, means removed, so that rounding one way does not count). */
function drift(a: ArrayLike<number>, b: ArrayLike<number>, width: number, height: number): { x: number; y: number } {
  const rows: [number, number, number][] = [];
  for (let y = 8; y < height - 8; y++) {
    for (let x = 8; x < width - 8; x++) {
      const at = (dx: number, dy: number): number => a[((y + dy) * width + x + dx) * 3]!;
      rows.push([(at(1, 0) - at(-1, 0)) / 2, (at(0, 1) - at(0, -1)) / 2, b[(y * width + x) * 3]! - at(0, 0)]);
    }
  }
  const means = [0, 1, 2].map((i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
  const covariance = (i: number, j: number): number =>
    rows.reduce((sum, row) => sum + (row[i]! - means[i]!) * (row[j]! - means[j]!), 0);
  const [xx, yy, xy, xt, yt] = [
    covariance(0, 0),
    covariance(1, 1),
    covariance(0, 1),
    covariance(0, 2),
    covariance(1, 2),
  ];
  const determinant = xx * yy - xy * xy;
  return { x: (yy * xt - xy * yt) / determinant, y: (xx * yt - xy * xt) / determinant };
}

test.each([
  { width: 403, height: 301, policy: { kind: 'whole' } },
  { width: 301, height: 403, policy: { kind: 'square' } },
  { width: 511, height: 333, policy: { kind: 'square', at: { x: 77, y: 13, size: 211 } } },
  { width: 97, height: 140, policy: { kind: 'whole' } },
] as const)('shifts nothing on the way to the model and back: $width × $height $policy.kind', async (given) => {
  const photo = smoothPicture(given.width, given.height);
  const placement = place(photo, given.policy, 128);
  const square = await takeSquare(photo, placement, withoutPause);
  const { visible } = placement;
  const back = await resampleBack(rasterOf(square), placement, visible, 16, withoutPause);
  const original = await resample(photo, visible, visible, 16, withoutPause);
  const { x, y } = drift(original.data, back.data, visible.width, visible.height);
  expect(Math.abs(x)).toBeLessThan(0.01);
  expect(Math.abs(y)).toBeLessThan(0.01);
  let worst = 0;
  for (let i = 0; i < back.data.length; i++) worst = Math.max(worst, Math.abs(back.data[i]! - original.data[i]!));
  expect(worst).toBeLessThan(257 * 6);
});

test('shifts nothing whatever the size', async () => {
  const side = fc.integer({ min: 90, max: 260 });
  await fc.assert(
    fc.asyncProperty(side, side, fc.constantFrom('whole', 'square'), async (width, height, kind) => {
      const photo = wavePicture(width, height);
      const placement = place(photo, { kind }, 128);
      const { visible } = placement;
      const square = rasterOf(await takeSquare(photo, placement, withoutPause));
      const back = await resampleBack(square, placement, visible, 16, withoutPause);
      const original = await toDepth(crop(photo, visible), 16, withoutPause);
      const { x, y } = drift(original.data, back.data, visible.width, visible.height);
      // Rounding to bytes alone moves the measure by up to 0.006 px on the smallest pictures.
      expect(Math.abs(x)).toBeLessThan(0.02);
      expect(Math.abs(y)).toBeLessThan(0.02);
    }),
    { numRuns: 40 },
  );
});

test('fits any part of the photo to any other part without a step', async () => {
  const photo = smoothPicture(300, 200);
  const placement = place(photo, { kind: 'whole' }, 64);
  const square = rasterOf(await takeSquare(photo, placement, withoutPause));
  const whole = await resampleBack(square, placement, placement.visible, 8, withoutPause);
  const part = await resampleBack(square, placement, { x: 31, y: 17, width: 50, height: 40 }, 8, withoutPause);
  for (let y = 0; y < 40; y++) {
    const row = whole.data.subarray(((17 + y) * 300 + 31) * 3, ((17 + y) * 300 + 81) * 3);
    const differences = row.map((value, i) => Math.abs(value - part.data[y * 150 + i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  }
});

/** The square cut out at full size, its missing parts filled by reflection one pixel at a time. */
function cutOut({ width, height, data }: Raster, source: Bounds): RgbImage {
  const cut = new Uint8Array(source.width * source.height * 3);
  for (let y = 0, to = 0; y < source.height; y++) {
    for (let x = 0; x < source.width; x++, to += 3) {
      const from = (reflect(source.y + y, height) * width + reflect(source.x + x, width)) * 3;
      cut.set(data.subarray(from, from + 3), to);
    }
  }
  return { width: source.width, height: source.height, data: cut };
}

test('shows the model exactly what the reference would make of the square', async () => {
  const small = fc.integer({ min: 1, max: 70 });
  const policy: fc.Arbitrary<SizePolicy> = fc.oneof(
    fc.constant({ kind: 'whole' as const }),
    fc.record({
      kind: fc.constant('square' as const),
      at: fc.record({ x: fc.nat(70), y: fc.nat(70), size: small }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(small, small, policy, fc.nat(), async (width, height, chosen, seed) => {
      const photo = noisePicture(width, height, 3, 8, seed);
      const placement = place(photo, chosen, 32);
      const seen = await takeSquare(photo, placement, withoutPause);
      expect(seen).toEqual(prepareSquare(cutOut(photo, placement.source), 32));
    }),
    { numRuns: 60 },
  );
});

test('shows a photo of a single pixel', async () => {
  const pixel: Raster = {
    width: 1,
    height: 1,
    channels: 4,
    depth: 16,
    data: Uint16Array.of(0x1234, 0xff00, 0x80ff, 0),
  };
  const { data } = await takeSquare(pixel, place(pixel, { kind: 'whole' }, 4), withoutPause);
  for (let i = 0; i < data.length; i += 3) expect([...data.subarray(i, i + 3)]).toEqual([0x12, 0xff, 0x80]);
});

test('keeps the size of a picture and not its pixels', () => {
  const picture = { width: 40, height: 30, data: new Uint8Array(40 * 30 * 3) };
  expect(place(picture, { kind: 'whole' }, 16).image).toEqual({ width: 40, height: 30 });
});
