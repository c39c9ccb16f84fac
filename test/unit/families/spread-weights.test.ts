import { expect, test } from 'vitest';
import { spreadWeights } from '../../../native-models/families/editar/spread-weights.ts';
import type { Lookup } from '../../../native-models/onnx/blocks.ts';
import { hadamard } from '../../../native-models/tensor/hadamard.ts';
import { gaussian } from '../../helpers/tiny-checkpoints.ts';

const dim = 12;
const rows = 20;
const shapes: Record<string, readonly number[]> = {
  'layers.1.attention_norm.weight': [dim],
  'layers.1.ffn_norm.weight': [dim],
  'norm.weight': [dim],
  'layers.1.attention.wqkv.weight': [rows, dim],
  'layers.1.feed_forward.w3.weight': [rows, dim],
  'output.weight': [rows, dim],
  'layers.1.attention.wo.weight': [dim, rows],
  'layers.1.feed_forward.w2.weight': [dim, rows],
};
const valuesOf = (name: string): Float32Array =>
  gaussian(
    shapes[name].reduce((a, b) => a * b),
    name.length,
  );
const weights: Lookup = (name) => ({ name, dims: shapes[name], read: () => Promise.resolve(valuesOf(name)) });

/** weight [out, in] · x [in]. */
const product = (weight: Float32Array, x: Float32Array): number[] =>
  Array.from({ length: weight.length / x.length }, (_, row) =>
    x.reduce((sum, value, i) => sum + value * weight[row * x.length + i], 0),
  );
const spread = (x: ArrayLike<number>): Float32Array => Float32Array.from(product(hadamard(dim), Float32Array.from(x)));

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
}

test.each([
  ['layers.1.attention.wqkv.weight', 'layers.1.attention_norm.weight'],
  ['layers.1.feed_forward.w3.weight', 'layers.1.ffn_norm.weight'],
  ['output.weight', 'norm.weight'],
])('%s gives from the spread stream what it gave from the normed one', async (name, norm) => {
  const stream = gaussian(dim, 5);
  const normed = stream.map((value, i) => value * valuesOf(norm)[i]);
  const spreadWeight = await spreadWeights(weights)(name).read();
  expectClose(product(spreadWeight, spread(stream)), product(valuesOf(name), normed));
  expect(await spreadWeights(weights)(norm).read()).toEqual(new Float32Array(dim).fill(1));
});

test.each(['layers.1.attention.wo.weight', 'layers.1.feed_forward.w2.weight'])(
  '%s adds to the stream what it added, spread',
  async (name) => {
    const x = gaussian(rows, 6);
    const spreadWeight = await spreadWeights(weights)(name).read();
    expectClose(product(spreadWeight, x), [...spread(product(valuesOf(name), x))]);
  },
);

test('a weight that lies in a file keeps its name for what it was', () => {
  expect(spreadWeights(weights)('output.weight').name).not.toBe('output.weight');
});
