import { describe, expect, test } from 'vitest';
import { hadamard } from '../../../native-models/families/editar/key-spread.ts';

const row = (matrix: Float32Array, size: number, index: number): number[] =>
  Array.from(matrix.subarray(index * size, (index + 1) * size));

describe.each([2, 12, 64])('the matrix that spreads a head of %i channels', (size) => {
  const matrix = hadamard(size);

  test('is its own inverse', () => {
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const product = row(matrix, size, i).reduce((sum, value, k) => sum + value * matrix[k * size + j], 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
      }
  });

  test('is symmetric', () => {
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) expect(matrix[i * size + j]).toBe(matrix[j * size + i]);
  });
});

test('a channel is shared out evenly among all, or among its block where the size is no power of two', () => {
  expect(row(hadamard(4), 4, 2).map(Math.abs)).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(row(hadamard(12), 12, 9).map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5]);
});
