import { expect, test } from 'vitest';

import { asRawArray, widenInSlices, widenToFloat32 } from '../../../native-models/tensor/widen.ts';
import { turnsDuring } from '../../helpers/turns.ts';

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);

/** Value of a binary16 pattern by its definition. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

test('widens all 65,536 fp16 patterns exactly', () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, half) => half);
  const wide = widenToFloat32('f16', bytesOf(halves));
  expect(Array.from(wide)).toEqual(Array.from(halves, halfValue));
});

test('widens bf16 by appending sixteen zero bits', () => {
  const wide = widenToFloat32('bf16', bytesOf(Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x0001, 0x8000)));
  expect(Array.from(wide)).toEqual([1, -2, Infinity, 2 ** -133, -0]);
});

test('rounds f64 and integers to the nearest fp32', () => {
  expect(widenToFloat32('f64', bytesOf(Float64Array.of(0.1, 1e300)))).toEqual(Float32Array.of(0.1, Infinity));
  expect(widenToFloat32('i64', bytesOf(BigInt64Array.of(-3n, 16_777_217n)))).toEqual(Float32Array.of(-3, 16_777_216));
  expect(widenToFloat32('i32', bytesOf(Int32Array.of(-7)))).toEqual(Float32Array.of(-7));
  expect(widenToFloat32('i16', bytesOf(Int16Array.of(-300)))).toEqual(Float32Array.of(-300));
  expect(widenToFloat32('i8', Uint8Array.of(255))).toEqual(Float32Array.of(-1));
  expect(widenToFloat32('u8', Uint8Array.of(255))).toEqual(Float32Array.of(255));
  expect(widenToFloat32('bool', Uint8Array.of(0, 1))).toEqual(Float32Array.of(0, 1));
});

test('reads bytes at an odd address', () => {
  const shifted = Buffer.alloc(9); // whose slice() is no copy
  shifted.set(bytesOf(Float32Array.of(1.5, -2)), 1);
  expect(widenToFloat32('f32', shifted.subarray(1))).toEqual(Float32Array.of(1.5, -2));
});

test('keeps f16 as bit patterns in a raw array and refuses half an element', () => {
  expect(asRawArray('f16', Uint8Array.of(0, 0x3c))).toEqual(Uint16Array.of(0x3c00));
  expect(() => asRawArray('f32', new Uint8Array(6))).toThrow('no whole number');
});

test('a large tensor is widened in slices, between which others run', async () => {
  const halves = Uint16Array.from({ length: 2 ** 23 + 5 }, (_, i) => i % 1000);
  let values: Float32Array = new Float32Array();
  const turns = await turnsDuring(async () => (values = await widenInSlices('bf16', bytesOf(halves))));
  expect(turns).toBeGreaterThanOrEqual(2);
  expect(Buffer.compare(bytesOf(values), bytesOf(widenToFloat32('bf16', bytesOf(halves))))).toBe(0);
});
