import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundsOf } from '#common/geometry.ts';
import {
  cellsOfMask,
  changedCells,
  editSpread,
  fadeAtSquareEdges,
  maskOfBounds,
  maskOfCells,
  maskOfRaster,
  spreadMask,
  visiblyChanged,
} from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import { place } from '#common/raster/placement.ts';
import { withoutPause } from '#common/raster/slices.ts';

const image = { width: 60, height: 40 };
const at = ({ bounds, data }: Mask, x: number, y: number): number =>
  x < bounds.x || y < bounds.y || x >= bounds.x + bounds.width || y >= bounds.y + bounds.height
    ? 0
    : data[(y - bounds.y) * bounds.width + x - bounds.x]!;

test('cuts a rectangle off at the edge and refuses one outside', () => {
  expect(maskOfBounds({ x: -5, y: 30, width: 20, height: 20 }, image).bounds).toEqual({
    x: 0,
    y: 30,
    width: 15,
    height: 10,
  });
  expect(() => maskOfBounds({ x: 60, y: 0, width: 5, height: 5 }, image)).toThrow('selection-empty');
});

test('reads a mask picture: bright is selected, transparent is not', async () => {
  const data = new Uint8Array(60 * 40 * 2);
  data.set([255, 255, 200, 255, 255, 0, 255, 128], (10 * 60 + 20) * 2);
  const mask = await maskOfRaster({ ...image, channels: 2, depth: 8, data }, image, withoutPause);
  expect(mask.bounds).toEqual({ x: 20, y: 10, width: 4, height: 1 });
  expect([...mask.data]).toEqual([255, 200, 0, 128]);
  const rgb = new Uint16Array(60 * 40 * 3);
  rgb[(3 * 60 + 7) * 3 + 1] = 65_535;
  const green = await maskOfRaster({ ...image, channels: 3, depth: 16, data: rgb }, image, withoutPause);
  expect(green).toEqual({ bounds: { x: 7, y: 3, width: 1, height: 1 }, data: new Uint8Array([255]) });
});

test('refuses a mask of another size, and gives an empty one for a black picture', async () => {
  const black = { ...image, channels: 1, depth: 8, data: new Uint8Array(2400) } as const;
  await expect(maskOfRaster(black, { width: 61, height: 40 }, withoutPause)).rejects.toThrow('unsupported-size');
  const empty = await maskOfRaster(black, image, withoutPause);
  expect(empty.bounds).toMatchObject({ width: 0, height: 0 });
  expect(
    (await spreadMask(empty, { dilate: 0, ramp: 5 }, boundsOf(image), withoutPause)).data.every((v) => v === 0),
  ).toBe(true);
});

test('spreads by true distance, full at first and then fading to nothing', async () => {
  const spread = await spreadMask(
    maskOfBounds({ x: 30, y: 20, width: 1, height: 1 }, image),
    { dilate: 3, ramp: 10 },
    boundsOf(image),
    withoutPause,
  );
  expect(at(spread, 33, 20)).toBe(255);
  expect(at(spread, 32, 22)).toBe(255);
  expect(at(spread, 33, 24)).toBe(Math.round(255 * 0.8 ** 2 * 1.4)); // 5 away
  expect(at(spread, 38, 20)).toBe(128);
  expect(at(spread, 43, 20)).toBe(0);
  expect(at(spread, 30, 7)).toBe(0);
});

test('agrees with distances measured one by one', async () => {
  const places = fc.uniqueArray(fc.nat(24 * 18 - 1), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(
      places,
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 9 }),
      async (points, dilate, ramp) => {
        const data = new Uint8Array(24 * 18);
        for (const point of points) data[point] = 255;
        const mask = { bounds: { x: 5, y: 5, width: 24, height: 18 }, data };
        const spread = await spreadMask(mask, { dilate, ramp }, boundsOf(image), withoutPause);
        for (let y = 0; y < 40; y++) {
          for (let x = 0; x < 60; x++) {
            const distance = Math.min(...points.map((p) => Math.hypot(x - 5 - (p % 24), y - 5 - Math.floor(p / 24))));
            const t = Math.max(0, 1 - Math.max(0, distance - dilate) / ramp);
            expect(at(spread, x, y)).toBe(Math.round(255 * t * t * (3 - 2 * t)));
          }
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('never weakens a soft mask and never leaves what it may cover', async () => {
  const soft: Mask = { bounds: { x: 0, y: 0, width: 3, height: 1 }, data: new Uint8Array([100, 255, 60]) };
  const within = { x: 1, y: 0, width: 2, height: 1 };
  const spread = await spreadMask(soft, { dilate: 0, ramp: 1 }, within, withoutPause);
  expect(spread).toEqual({ bounds: within, data: new Uint8Array([255, 60]) });
});

test('feathers a tenth of the smaller side of the selection, at least 32 px', () => {
  expect(editSpread({ width: 100, height: 50 })).toEqual({ dilate: 4, ramp: 32 });
  expect(editSpread({ width: 700, height: 900 }).ramp).toBe(70);
});

test('finds the cells that changed and those that also look different', () => {
  const cells = changedCells([1, 2, 3, 4], Int32Array.of(1, 9, 3, 5));
  expect([...cells]).toEqual([0, 1, 0, 1]);
  const before = { width: 4, data: new Uint8Array(48).fill(100) };
  const after = { data: before.data.slice() };
  after.data.fill(120, 6, 12); // upper right cell
  after.data.fill(120, 18, 24);
  after.data[47] = 101;
  expect([...visiblyChanged(cells, before, after)]).toEqual([0, 1, 0, 0]);
});

test('draws cells where they lie on the photo, each exactly its share', async () => {
  const placement = place(image, { kind: 'whole' }, 64); // 60 px for 4 cells of 15, 10 rows of reflection above
  const cells = new Uint8Array(16);
  cells[0] = 1; // rows 0…14 of the square: 5 of them in the photo
  cells[6] = 1;
  const mask = await maskOfCells(cells, placement, withoutPause);
  expect(mask.bounds).toEqual({ x: 0, y: 0, width: 45, height: 20 });
  expect([at(mask, 0, 0), at(mask, 14, 4), at(mask, 15, 4), at(mask, 14, 5)]).toEqual([255, 255, 0, 0]);
  expect([at(mask, 30, 5), at(mask, 44, 19), at(mask, 29, 5), at(mask, 45, 19)]).toEqual([255, 255, 0, 0]);
  expect([...(await cellsOfMask(mask, placement, 4, withoutPause))]).toEqual([...cells]);
});

test('fades where the square ends inside the photo, and not where the photo ends', async () => {
  const placement = place(image, { kind: 'square', at: { x: 10, y: 0, size: 40 } }, 64); // columns 10…49, all rows
  const mask = maskOfBounds(placement.visible, image);
  const faded = await fadeAtSquareEdges(mask, placement, 9, withoutPause);
  const row = (y: number): number[] => [10, 14, 18, 19, 30, 40, 41, 45, 49].map((x) => at(faded, x, y));
  expect(row(0)).toEqual([7, 128, 248, 255, 255, 255, 248, 128, 7]);
  expect(row(39)).toEqual(row(0));
  const whole = place(image, { kind: 'whole' }, 64);
  const untouched = maskOfBounds(whole.visible, image);
  expect(await fadeAtSquareEdges(untouched, whole, 9, withoutPause)).toEqual(untouched);
});
