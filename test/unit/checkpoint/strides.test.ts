import fc from 'fast-check';
import { expect, test } from 'vitest';
import { turnsDuring } from '../../helpers/turns.ts';

import { gather, isContiguous, span } from '../../../native-models/checkpoint/strides.ts';

test('knows which layouts are row-major without gaps', () => {
  const view = (dims: number[], strides: number[]) => ({ offset: 0, dims, strides });
  expect(isContiguous(view([2, 3], [3, 1]))).toBe(true);
  expect(isContiguous(view([3, 1, 2], [2, 99, 1]))).toBe(true); // the stride of a size-1 axis is free
  expect(isContiguous(view([], []))).toBe(true);
  expect(isContiguous(view([0, 5], [7, 7]))).toBe(true);
  expect(isContiguous(view([3, 2], [1, 3]))).toBe(false);
  expect(isContiguous(view([2], [0]))).toBe(false);
});

test('gathers any strided view like nested loops would', async () => {
  const axis = fc.record({ dim: fc.integer({ min: 0, max: 4 }), stride: fc.integer({ min: 0, max: 5 }) });
  const size = fc.constantFrom(1, 2, 4, 8);
  await fc.assert(
    fc.asyncProperty(fc.array(axis, { maxLength: 4 }), size, async (axes, elementBytes) => {
      const view = { offset: 0, dims: axes.map(({ dim }) => dim), strides: axes.map(({ stride }) => stride) };
      const count = span(view);
      const bytes = Uint8Array.from({ length: count * elementBytes }, (_, i) => i % 251);
      const positions = axes.reduce(
        (starts, { dim, stride }) =>
          starts.flatMap((start) => Array.from({ length: dim }, (_, i) => start + i * stride)),
        [0],
      );
      const expected = positions.flatMap((at) =>
        Array.from(bytes.subarray(at * elementBytes, (at + 1) * elementBytes)),
      );
      expect(Math.max(-1, ...positions)).toBe(count - 1);
      expect(Array.from(await gather(bytes, elementBytes, view))).toEqual(expected);
    }),
  );
});

test('lets others run while it gathers a large view', async () => {
  const view = { offset: 0, dims: [2 ** 11, 3 * 2 ** 9], strides: [1, 2 ** 11] };
  const bytes = new Uint8Array(span(view)).fill(7);
  let packed: Uint8Array = new Uint8Array();
  expect(await turnsDuring(async () => (packed = await gather(bytes, 1, view)))).toBeGreaterThanOrEqual(3);
  expect(packed.every((value) => value === 7)).toBe(true);
});
