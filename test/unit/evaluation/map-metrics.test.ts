import { expect, test } from 'vitest';
import { depthRmse, toGreyLevels } from '../../../native-models/evaluation/depth.ts';
import { decodeEditMask, outside } from '../../../native-models/evaluation/edit-mask.ts';
import { frechetDistance } from '../../../native-models/evaluation/frechet.ts';
import { scoreSegmentation } from '../../../native-models/evaluation/segmentation.ts';
import { structureDistance } from '../../../native-models/evaluation/structure.ts';

test('runs become a mask whose outermost ring always belongs to the edit', () => {
  const mask = decodeEditMask([7, 2, 20, 30], 6, 6);
  const inner: string[] = [];
  for (let y = 1; y < 5; y++) for (let x = 1; x < 5; x++) if (mask[y * 6 + x]) inner.push(`${y},${x}`);
  expect(inner).toEqual(['1,1', '1,2', '3,2', '3,3', '3,4', '4,1', '4,2', '4,3', '4,4']);
  expect(mask.slice(0, 6)).toEqual(new Uint8Array(6).fill(1));
  expect(outside(mask).reduce((sum, value) => sum + value, 0)).toBe(16 - inner.length);
});

test('a trailing odd number of the runs is ignored', () => {
  expect(decodeEditMask([7, 2, 9], 6, 6)).toEqual(decodeEditMask([7, 2], 6, 6));
});

test('labels and predictions give the recorded overlaps', () => {
  const { iou, meanIou, accuracy } = scoreSegmentation([0, 1, 1, 1, 3, 0], [0, 0, 1, 1, 2, 255], 5);
  expect(iou).toEqual([0.5, 2 / 3, 0, 0, null]);
  expect(meanIou).toBeCloseTo(0.291667, 6);
  expect(accuracy).toBe(0.6);
});

test('depth becomes grey levels between its own smallest and largest value', () => {
  expect([...toGreyLevels([2, 3, 4, 6])]).toEqual([0, 63, 127, 255]);
  expect([...toGreyLevels([5, 5])]).toEqual([0, 0]);
  expect(depthRmse([0, 0, 0, 0], [3, 3, 5, 5])).toBeCloseTo(Math.sqrt(17), 12);
});

test('toy keys give the recorded structure distance', () => {
  expect(structureDistance([1, 0, 0, 1, 1, 1], [1, 0, 1, 1, 0, 1], 3)).toBeCloseTo(0.2222222, 7);
});

const features = (count: number, factor: number, shift: number) => ({
  count,
  dim: 6,
  data: Array.from({ length: count * 6 }, (_, index) => {
    const [i, j] = [Math.floor(index / 6), index % 6];
    return ((7 * i + 13 * j + 3 * i * j + factor * (i * i + j)) % 23) / 23 + shift;
  }),
});

test('features give the recorded Fréchet distance', () => {
  expect(frechetDistance(features(40, 1, 0), features(50, 2, 0.1))).toBeCloseTo(0.2203535525, 9);
});

test('a set of features is at no distance from itself, and a shift is its own square', () => {
  const a = features(40, 1, 0);
  const moved = { ...a, data: a.data.map((value) => value + 0.5) };
  expect(frechetDistance(a, a)).toBeCloseTo(0, 9);
  expect(frechetDistance(a, moved)).toBeCloseTo(6 * 0.25, 9);
});

test('one row of features has no distribution', () => {
  expect(() => frechetDistance(features(1, 1, 0), features(5, 1, 0))).toThrow(/at least 2 rows/);
});
