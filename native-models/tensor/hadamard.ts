// Products with Hadamard matrices: every value of a block becomes a sum or difference of all of them.
import { yieldToEventLoop } from './yield.ts';

/** The largest power of two that divides `size`: values are spread over blocks of so many. */
export const spreadBlock = (size: number): number => size & -size;

/** Symmetric orthonormal matrix [size, size], its own inverse, that gives every channel an equal share of every other (Hadamard,
 * by Sylvester's doubling), in blocks of `spreadBlock(size)`. Dot products of two vectors do not change
 * when both are multiplied by it. */
export function hadamard(size: number): Float32Array {
  const block = spreadBlock(size);
  const matrix = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const start = row - (row % block);
    for (let column = start; column < start + block; column++) {
      matrix[row * size + column] = (bitsOf(row & column & (block - 1)) % 2 ? -1 : 1) / Math.sqrt(block);
    }
  }
  return matrix;
}

function bitsOf(value: number): number {
  let bits = 0;
  for (let rest = value; rest > 0; rest &= rest - 1) bits++;
  return bits;
}

const valuesPerSlice = 2 ** 19;

/** Every row of `values` [rows, width] times `hadamard(width)`, in place, with pauses. */
export async function spreadAlongRows(values: Float32Array, width: number): Promise<void> {
  const block = spreadBlock(width);
  const step = Math.ceil(valuesPerSlice / block) * block;
  for (let from = 0; from < values.length; from += step) {
    const to = Math.min(from + step, values.length);
    for (let start = from; start < to; start += block) spreadOne(values, start, block);
    await yieldToEventLoop();
  }
}

function spreadOne(values: Float32Array, start: number, block: number): void {
  for (let half = 1; half < block; half *= 2) {
    for (let pair = start; pair < start + block; pair += 2 * half) {
      for (let i = pair; i < pair + half; i++) combine(values, i, i + half);
    }
  }
}

/** `hadamard(rows)` times `values` [rows, width], in place, with pauses. */
export async function spreadAlongColumns(values: Float32Array, width: number): Promise<void> {
  const rows = values.length / width;
  const block = spreadBlock(rows);
  for (let first = 0; first < rows; first += block) {
    for (let half = 1; half < block; half *= 2) {
      for (let pair = first; pair < first + block; pair += 2 * half) {
        for (let i = pair * width; i < (pair + half) * width; i++) combine(values, i, i + half * width);
      }
    }
    await yieldToEventLoop();
  }
}

/** Sum and difference of two values, with the sum of their squares kept. */
function combine(values: Float32Array, a: number, b: number): void {
  const x = values[a];
  const y = values[b];
  values[a] = (x + y) * Math.SQRT1_2;
  values[b] = (x - y) * Math.SQRT1_2;
}
