import { expect, test } from 'vitest';
import { uniformAt } from '../../../native-models/decode/rng.ts';

test('numbers depend on seed, stream and counter alone', () => {
  expect(uniformAt(83, 0, 5)).toBe(uniformAt(83, 0, 5));
  const values = new Set<number>();
  for (let seed = 0; seed < 10; seed++)
    for (let stream = 0; stream < 8; stream++)
      for (let counter = 0; counter < 50; counter++) values.add(uniformAt(seed, stream, counter));
  expect(values.size).toBe(4000);
  expect(uniformAt(2 ** 40 + 1, 0, 0)).not.toBe(uniformAt(1, 0, 0));
});

test('numbers fill [0, 1) evenly, along every argument', () => {
  for (const draw of [
    (i: number) => uniformAt(0, 0, i),
    (i: number) => uniformAt(i, 0, 0),
    (i: number) => uniformAt(7, i, 3),
  ]) {
    const bins = new Array<number>(16).fill(0);
    for (let i = 0; i < 16000; i++) bins[Math.floor(draw(i) * 16)]++;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, p = 0.001
  }
});

test('neighbouring counters and streams are not correlated', () => {
  for (const next of [
    (i: number) => uniformAt(3, 0, i + 1),
    (i: number) => uniformAt(3, 1, i),
    (i: number) => uniformAt(4, 0, i),
  ]) {
    let sum = 0;
    for (let i = 0; i < 10_000; i++) sum += (uniformAt(3, 0, i) - 0.5) * (next(i) - 0.5);
    expect(Math.abs((sum / 10_000) * 12)).toBeLessThan(0.04);
  }
});
