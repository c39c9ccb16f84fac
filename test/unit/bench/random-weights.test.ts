import { expect, test } from 'vitest';
import { randomWeights } from '../../../native-models/bench/random-weights.ts';

const tensors = [
  { name: 'a.weight', dims: [64, 32] },
  { name: 'b.weight', dims: [64, 32] },
  { name: 'head.weight', dims: [2 ** 12, 2 ** 10 + 3] }, // more than the pool that values come from
  { name: 'norm.weight', dims: [64] },
];
const read = (name: string): Promise<Float32Array> => randomWeights(tensors)(name).read();

test('tensors of one shape differ, also in every row', async () => {
  const weights = randomWeights(tensors);
  const [a, b] = await Promise.all([weights('a.weight').read(), weights('b.weight').read()]);
  for (let row = 0; row < 64; row++) {
    expect(a.subarray(row * 32, (row + 1) * 32)).not.toEqual(b.subarray(row * 32, (row + 1) * 32));
  }
});

test('every value of a large tensor is made up, small and near nothing on average', async () => {
  const values = await read('head.weight');
  let sum = 0;
  let largest = 0;
  let zeros = 0;
  for (const value of values) {
    sum += value;
    largest = Math.max(largest, Math.abs(value));
    if (value === 0) zeros++;
  }
  expect(values).toHaveLength(2 ** 12 * (2 ** 10 + 3));
  expect(Math.abs(sum / values.length)).toBeLessThan(1e-4);
  expect(largest).toBeLessThanOrEqual(0.06);
  expect(zeros / values.length).toBeLessThan(0.001);
});

test('norms are ones', async () => {
  expect(await read('norm.weight')).toEqual(new Float32Array(64).fill(1));
});
