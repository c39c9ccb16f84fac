import { describe, expect, test } from 'vitest';
import { hadamard, spreadAlongColumns, spreadAlongRows } from '../../../native-models/tensor/hadamard.ts';

const row = (matrix: Float32Array, size: number, index: number): number[] =>
  Array.from(matrix.subarray(index * size, (index + 1) * size));

describe.each([2, 12, 64])('the matrix that spreads %i channels', (size) => {
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

  test('is what values are multiplied with, in rows or in columns', async () => {
    const other = 3;
    const values = Float32Array.from({ length: size * other }, (_, i) => Math.sin(i + 1));
    const [rows, columns] = [values.slice(), values.slice()];
    await spreadAlongRows(rows, size);
    await spreadAlongColumns(columns, other);
    for (let i = 0; i < other; i++)
      for (let j = 0; j < size; j++) {
        const inRow = row(matrix, size, j).reduce((sum, value, k) => sum + value * values[i * size + k], 0);
        const inColumn = row(matrix, size, j).reduce((sum, value, k) => sum + value * values[k * other + i], 0);
        expect(rows[i * size + j]).toBeCloseTo(inRow, 5);
        expect(columns[j * other + i]).toBeCloseTo(inColumn, 5);
      }
  });
});

test('a channel is shared out evenly among all, or among its block where the size is no power of two', () => {
  expect(row(hadamard(4), 4, 2).map(Math.abs)).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(row(hadamard(12), 12, 9).map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5]);
});
