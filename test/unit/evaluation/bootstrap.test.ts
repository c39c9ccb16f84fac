import { expect, test } from 'vitest';
import { bootstrapMean } from '../../../native-models/evaluation/bootstrap.ts';

const shares = (hits: number, n: number): number[] => Array.from({ length: n }, (_, i) => (i < hits ? 1 : 0));

test('the interval of a share is about as wide as the normal approximation', () => {
  const { mean, low, high, n } = bootstrapMean([shares(80, 100)])!;
  expect([mean, n]).toEqual([0.8, 100]);
  expect(low).toBeGreaterThan(0.7);
  expect(low).toBeLessThan(0.75);
  expect(high).toBeGreaterThan(0.85);
  expect(high).toBeLessThan(0.9);
});

test('every stratum counts the same, however many values it has', () => {
  expect(bootstrapMean([shares(0, 10), shares(100, 100)])!.mean).toBe(0.5);
});

test('the same values give the same interval, and values without spread none', () => {
  expect(bootstrapMean([shares(5, 20)])).toEqual(bootstrapMean([shares(5, 20)]));
  expect(bootstrapMean([shares(20, 20)])).toEqual({ mean: 1, low: 1, high: 1, n: 20 });
});

test('nothing has no mean, and an empty stratum is left out', () => {
  expect(bootstrapMean([[], []])).toBeNull();
  expect(bootstrapMean([[], [2, 4]])!.mean).toBe(3);
});
