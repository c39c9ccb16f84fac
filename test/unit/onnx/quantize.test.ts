import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExternalData } from '../../../native-models/onnx/external-data.ts';
import { GraphBuilder } from '../../../native-models/onnx/graph.ts';
import { linear, linears } from '../../../native-models/onnx/linear.ts';
import { dequantizeWeight, emptyQuantizedWeight, quantizeRows } from '../../../native-models/onnx/quantize.ts';
import type { BlockFormat, QuantizedWeight } from '../../../native-models/onnx/quantize.ts';

import { turnsDuring } from '../../helpers/turns.ts';

function quantizeWeight(weight: Float32Array, rows: number, columns: number, format: BlockFormat): QuantizedWeight {
  const quantized = emptyQuantizedWeight(rows, columns, format);
  quantizeRows(weight, columns, format, 0, rows, quantized);
  return quantized;
}

const rounded = (weight: Float32Array, rows: number, columns: number, format: BlockFormat): Float32Array =>
  dequantizeWeight(quantizeWeight(weight, rows, columns, format), rows, columns, format);

const relativeError = (a: Float32Array, b: Float32Array): number => {
  let difference = 0;
  let norm = 0;
  a.forEach((value, i) => {
    difference += (value - b[i]) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
};

function gaussian(count: number, seed = 1): Float32Array {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

test('values that lie on the grid survive exactly', () => {
  const row = Float32Array.from({ length: 32 }, (_, i) => ((i % 16) - 8) * 0.5);
  for (const bits of [4, 8] as const) {
    const exact = bits === 4 ? row : Float32Array.from({ length: 32 }, (_, i) => (i === 0 ? -128 : i) * 0.25);
    expect(rounded(exact, 1, 32, { bits, block: 32 })).toEqual(exact);
  }
});

test.each([
  { bits: 4, block: 32, most: 0.084 },
  { bits: 4, block: 256, most: 0.103 },
  { bits: 8, block: 32, most: 0.006 },
  { bits: 8, block: 256, most: 0.0085 },
] as const)('Gaussian weights of $bits bits in blocks of $block lose under $most', ({ most, ...format }) => {
  const weight = gaussian(64 * 256);
  expect(relativeError(weight, rounded(weight, 64, 256, format))).toBeLessThan(most);
});

test('every value comes back within a few steps of its block, whatever the shape and the signs', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom(4 as const, 8 as const),
      fc.constantFrom(32, 256),
      (rows, columns, seed, bits, block) => {
        const weight = gaussian(rows * columns, seed);
        const format = { bits, block };
        const quantized = quantizeWeight(weight, rows, columns, format);
        const back = dequantizeWeight(quantized, rows, columns, format);
        const blocks = Math.ceil(columns / block);
        for (let i = 0; i < weight.length; i++) {
          const at = Math.floor(i / columns) * blocks + Math.floor((i % columns) / block);
          const step = Math.abs(quantized.scales[at]);
          expect(Math.abs(weight[i] - back[i])).toBeLessThanOrEqual(step * (bits === 4 ? 4.9 : 1.01));
        }
      },
    ),
  );
});

test('an all-zero block stays zero and a weight that is not finite is refused', () => {
  const zeros = new Float32Array(32);
  expect(rounded(zeros, 1, 32, { bits: 4, block: 32 })).toEqual(zeros);
  expect(() =>
    quantizeWeight(
      Float32Array.from({ length: 32 }, () => NaN),
      1,
      32,
      { bits: 4, block: 32 },
    ),
  ).toThrow(/NaN is not a finite/);
});

test.each(['int4', 'int8', 'int4-wide'] as const)('others run while a large weight becomes %s', async (form) => {
  const dims = [3 * 2 ** 10, 2 ** 9];
  const data = new ExternalData('w.data');
  const g = new GraphBuilder('g', data);
  const read = () => Promise.resolve(new Float32Array(dims[0] * dims[1]).fill(0.5));
  linear(g, '/linear', g.input('x', 'f32', ['n', dims[1]]), { name: 'w', dims, read }, form);
  const turns = await turnsDuring(() => data.write(() => Promise.resolve()));
  expect(turns).toBeGreaterThanOrEqual(3);
});

test('several weights of one input become one product, split again', async () => {
  const data = new ExternalData('w.data');
  const g = new GraphBuilder('g', data);
  const [first, second] = [gaussian(3 * 64, 1), gaussian(5 * 64, 2)];
  const weightOf = (name: string, values: Float32Array) => ({
    at: `/${name}`,
    weight: { name, dims: [values.length / 64, 64], read: () => Promise.resolve(values) },
  });
  const x = g.input('x', 'f32', ['n', 64]);
  expect(linears(g, x, [weightOf('a', first), weightOf('b', second)], 'int8')).toHaveLength(2);
  const [blob] = data.blobs();
  const together = new Float32Array([...first, ...second]);
  const { packed, scales } = quantizeWeight(together, 8, 64, { bits: 8, block: 32 });
  const bytes = await blob.read();
  expect(data.blobs()).toHaveLength(1);
  expect(linears(g, x, [weightOf('c', first), weightOf('d', second)], 'fp32')).toHaveLength(2);
  expect(new Float32Array((await data.blobs()[1].read()).buffer)).toEqual(together);
  expect(bytes).toEqual(new Uint8Array([...packed, ...new Uint8Array(scales.buffer)]));
});
