import fc from 'fast-check';
import { expect, test } from 'vitest';
import { argmax, drawAt, drawByNoise, filterLogits } from '../../../native-models/decode/sampler.ts';

const everything = { temperature: 1, topK: 0, topP: 1 };
const kept = (logits: number[], settings: Partial<typeof everything>): number[] => [
  ...filterLogits(Float32Array.from(logits), { ...everything, ...settings }).indices,
];

test('top-k keeps every tie at the threshold', () => {
  expect(kept([1, 3, 3, 2, 3, 0], { topK: 2 })).toEqual([1, 2, 4]);
  expect(kept([5, 3, 3, 2], { topK: 2 })).toEqual([0, 1, 2]);
  expect(kept([1, 2, 3], { topK: 7 })).toEqual([0, 1, 2]);
});

test('top-p keeps the token that crosses p and always the first', () => {
  const logits = [0.5, 0.3, 0.15, 0.05].map(Math.log);
  expect(kept(logits, { topP: 0.79 })).toEqual([0, 1]);
  expect(kept(logits, { topP: 0.81 })).toEqual([0, 1, 2]);
  expect(kept(logits, { topP: 1e-9 })).toEqual([0]);
});

test('temperature 0 takes the most likely token', () => {
  const candidates = filterLogits(Float32Array.from([1, 1.01, 0.5]), { ...everything, temperature: 0 });
  expect(drawAt(candidates, 0.999)).toBe(1);
});

test('k values are never below the rest, for any logits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      (logits, topK) => {
        const indices = new Set(kept(logits, { topK }));
        const sorted = [...logits].sort((a, b) => b - a);
        const threshold = sorted[Math.min(topK, logits.length) - 1];
        logits.forEach((logit, i) => expect(indices.has(i)).toBe(logit >= threshold));
      },
    ),
  );
});

test('draws follow the probabilities', () => {
  const candidates = filterLogits(Float32Array.from([0.2, 0.5, 0.3].map(Math.log)), everything);
  const counts = [0, 0, 0];
  for (let i = 0; i < 1000; i++) counts[drawAt(candidates, (i + 0.5) / 1000)]++;
  expect(counts).toEqual([200, 500, 300]);
  expect(drawByNoise(candidates, Float32Array.from([1, 1, 0.1]))).toBe(2);
});

test('logits that are not numbers are an error, wherever they stand', () => {
  for (const at of [0, 1, 2]) {
    const logits = Float32Array.from([1, 2, 3]);
    logits[at] = NaN;
    expect(() => filterLogits(logits, everything)).toThrow(/finite/);
  }
  expect(() => filterLogits(Float32Array.from([1, Infinity]), everything)).toThrow(/finite/);
});

test('argmax takes the first of equals', () => {
  expect(argmax(Float32Array.from([0, 2, 2, 1]))).toBe(1);
});
