import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExternalData } from '../../../native-models/onnx/external-data.ts';
import { GraphBuilder } from '../../../native-models/onnx/graph.ts';
import { linear } from '../../../native-models/onnx/linear.ts';
import {
  dequantizeWeight,
  emptyChannelWeight,
  emptyQuantizedWeight,
  quantizeChannels,
  quantizeRows,
} from '../../../native-models/onnx/quantize.ts';
import type { QuantizedWeight, WeightBits } from '../../../native-models/onnx/quantize.ts';

import { turnsDuring } from '../../helpers/turns.ts';

function quantizeWeight(weight: Float32Array, rows: number, columns: number, bits: WeightBits): QuantizedWeight {
  const quantized = emptyQuantizedWeight(rows, columns, bits);
  quantizeRows(weight, columns, bits, 0, rows, quantized);
  return quantized;
}

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
    expect(dequantizeWeight(quantizeWeight(exact, 1, 32, bits), 1, 32, bits)).toEqual(exact);
  }
});

test('Gaussian weights lose under 8.4 % at 4 bits and under 0.6 % at 8 bits', () => {
  const weight = gaussian(64 * 256);
  const error = (bits: 4 | 8): number =>
    relativeError(weight, dequantizeWeight(quantizeWeight(weight, 64, 256, bits), 64, 256, bits));
  expect(error(4)).toBeLessThan(0.084);
  expect(error(8)).toBeLessThan(0.006);
});

test('every value comes back within one step of its block, whatever the shape and the signs', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.constantFrom(4 as const, 8 as const),
      (rows, columns, seed, bits) => {
        const weight = gaussian(rows * columns, seed);
        const quantized = quantizeWeight(weight, rows, columns, bits);
        const back = dequantizeWeight(quantized, rows, columns, bits);
        const blocks = Math.ceil(columns / 32);
        for (let i = 0; i < weight.length; i++) {
          const block = Math.floor(i / columns) * blocks + Math.floor((i % columns) / 32);
          const step = Math.abs(quantized.scales[block]);
          expect(Math.abs(weight[i] - back[i])).toBeLessThanOrEqual(step * (bits === 4 ? 2.3 : 1.01));
        }
      },
    ),
  );
});

test('an all-zero block stays zero and a weight that is not finite is refused', () => {
  const zeros = new Float32Array(32);
  expect(dequantizeWeight(quantizeWeight(zeros, 1, 32, 4), 1, 32, 4)).toEqual(zeros);
  expect(() =>
    quantizeWeight(
      Float32Array.from({ length: 32 }, () => NaN),
      1,
      32,
      4,
    ),
  ).toThrow(/NaN is not a finite/);
});

test('whole steps per output feature lie transposed and within half a step of the weight', () => {
  const [outFeatures, inFeatures] = [5, 70];
  const weight = gaussian(outFeatures * inFeatures);
  weight.fill(0, inFeatures, 2 * inFeatures);
  const target = emptyChannelWeight(outFeatures, inFeatures);
  quantizeChannels(weight, inFeatures, 0, 2, target);
  quantizeChannels(weight, inFeatures, 2, outFeatures, target);
  const steps = (row: number): number[] =>
    Array.from({ length: inFeatures }, (_, column) => target.steps[column * outFeatures + row]);
  for (let row = 0; row < outFeatures; row++) {
    const scale = target.scales[row];
    steps(row).forEach((step, column) =>
      expect(Math.abs(step * scale - weight[row * inFeatures + column])).toBeLessThanOrEqual(scale * 0.501),
    );
  }
  expect([target.scales[1], ...steps(1)]).toEqual(new Array(inFeatures + 1).fill(0));
  expect(Math.max(...steps(0).map(Math.abs))).toBe(127);
  weight[3] = Infinity;
  expect(() => quantizeChannels(weight, inFeatures, 0, 1, target)).toThrow(/Infinity is not a finite/);
});

test.each(['int4', 'int8', 'int8-many-rows'] as const)('others run while a large weight becomes %s', async (form) => {
  const dims = [3 * 2 ** 10, 2 ** 9];
  const data = new ExternalData('w.data');
  const g = new GraphBuilder('g', data);
  const read = () => Promise.resolve(new Float32Array(dims[0] * dims[1]).fill(0.5));
  linear(g, '/linear', g.input('x', 'f32', ['n', dims[1]]), { name: 'w', dims, read }, form);
  const turns = await turnsDuring(() => data.write(() => Promise.resolve()));
  expect(turns).toBeGreaterThanOrEqual(3);
});
