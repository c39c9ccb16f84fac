import { expect, test } from 'vitest';
import type { RgbImage } from '../../../native-models/api.ts';
import { edgeF1 } from '../../../native-models/evaluation/edges.ts';
import { meanSquaredError, meanSquaredErrorInside, toPsnr } from '../../../native-models/evaluation/picture-error.ts';
import { multiScaleSsim, planeSsim, ssim } from '../../../native-models/evaluation/ssim.ts';

type Size = readonly [height: number, width: number];

function picture([height, width]: Size, level: (x: number, y: number, c: number) => number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return level(pixel % width, Math.floor(pixel / width), i % 3) % 256;
  });
  return { width, height, data };
}

const ramps = (size: Size): RgbImage => picture(size, (x, y, c) => 3 * x + 5 * y + 40 * c);
const disturbed = (size: Size): RgbImage => picture(size, (x, y, c) => 3 * x + 5 * y + 40 * c + ((x * x + y) % 17));
const keepOf = ([height, width]: Size): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return y >= 8 && y <= 23 && x >= 16 && x <= 39 ? 0 : 1;
  });

// evaluation.md section 7, computed in fp64 and checked against torchmetrics there.
test.each([
  [[64, 64], 0.028957869, 15.382334, 0.753884, 0.74817, 0.0251082354, 16.001838, 0.7882754],
  [[48, 80], 0.0305699664, 15.14705, 0.7459632, 0.7341599, 0.0264636906, 15.773496, 0.7826471],
] as const)('a picture of %j and its disturbed copy give the recorded numbers', (size, ...expected) => {
  const [a, b, keep] = [ramps(size), disturbed(size), keepOf(size)];
  const [error, masked] = [meanSquaredError(a, b), meanSquaredError(a, b, keep)];
  const similarities = [ssim(a, b), ssim(a, b, undefined, 'pnp2023')];
  const actual = [error, toPsnr(error), ...similarities, masked, toPsnr(masked), ssim(a, b, keep)];
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
});

test('equal pictures have no error, endless PSNR and a similarity of 1', () => {
  const a = ramps([32, 40]);
  expect(meanSquaredError(a, a)).toBe(0);
  expect(toPsnr(0)).toBe(Infinity);
  expect(ssim(a, a)).toBeCloseTo(1, 12);
});

test('the metrics do not depend on which picture comes first', () => {
  const [a, b] = [ramps([32, 40]), disturbed([32, 40])];
  expect(meanSquaredError(a, b)).toBe(meanSquaredError(b, a));
  expect(ssim(a, b)).toBeCloseTo(ssim(b, a), 12);
});

test('a mask that keeps nothing has no score', () => {
  const a = ramps([16, 16]);
  expect(meanSquaredError(a, a, new Uint8Array(256))).toBeNaN();
  expect(meanSquaredErrorInside(a, a, new Uint8Array(256))).toBeNaN();
});

test('the error inside a mask is the mean over its own pixels', () => {
  const a = picture([8, 8], () => 0);
  const b = picture([8, 8], (x, y) => (x === 0 && y === 0 ? 255 : 0));
  const corner = Uint8Array.from({ length: 64 }, (_, i) => (i === 0 ? 1 : 0));
  expect(meanSquaredErrorInside(a, b, corner)).toBe(1);
  expect(meanSquaredError(a, b, corner)).toBe(1 / 64);
});

test('pictures of different sizes are refused', () => {
  expect(() => meanSquaredError(ramps([8, 8]), ramps([8, 9]))).toThrow(/cannot be compared/);
});

const size = 256;
const binary = (value: (x: number, y: number) => number) => ({
  width: size,
  height: size,
  data: Float64Array.from({ length: size * size }, (_, i) => (value(i % size, Math.floor(i / size)) % 5 === 0 ? 1 : 0)),
});
const tiles = binary((x, y) => (x >> 3) + (y >> 3));
const brokenTiles = binary((x, y) => (x >> 3) + (y >> 3) + ((x + y) % 7 === 0 ? 1 : 0));

test('two maps of edges give the recorded numbers', () => {
  expect(multiScaleSsim(tiles, brokenTiles)).toBeCloseTo(0.9081103, 4);
  expect(planeSsim(tiles, brokenTiles)).toBeCloseTo(0.637881, 5);
  expect(edgeF1(tiles, brokenTiles)).toBeCloseTo(0.8574587, 7);
  expect(multiScaleSsim(tiles, tiles)).toBeCloseTo(1, 12);
});

test('multi-scale similarity is refused where its coarsest scale has no window', () => {
  const small = { width: 128, height: 128, data: new Float64Array(128 * 128) };
  expect(() => multiScaleSsim(small, small)).toThrow(/176 pixels, got 128 × 128/);
});

test('a line moved by one pixel is missed by the plain F1 and found by the tolerant one', () => {
  const line = (at: number) => ({
    width: 8,
    height: 8,
    data: Uint8Array.from({ length: 64 }, (_, i) => +(i % 8 === at)),
  });
  expect(edgeF1(line(3), line(4))).toBe(0);
  expect(edgeF1(line(3), line(4), 1)).toBe(1);
  expect(edgeF1(line(3), line(5), 1)).toBe(0);
});

test('F1 of an empty map is 0 against edges and undefined against another empty one', () => {
  const empty = { width: 8, height: 8, data: new Uint8Array(64) };
  const full = { ...empty, data: new Uint8Array(64).fill(1) };
  expect(edgeF1(empty, full)).toBe(0);
  expect(edgeF1(empty, empty)).toBeNaN();
});
