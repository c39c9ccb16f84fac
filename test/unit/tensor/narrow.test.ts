import { expect, test } from 'vitest';
import { narrowToHalf } from '../../../native-models/tensor/narrow.ts';
import { widenToFloat32 } from '../../../native-models/tensor/widen.ts';

const halfOf = (value: number): number => narrowToHalf(Float32Array.of(value))[0]!;

test('every half-precision number comes back as itself', () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const again = narrowToHalf(widenToFloat32('f16', new Uint8Array(halves.buffer)));
  const isNumber = (half: number): boolean => (half & 0x7fff) <= 0x7c00;
  expect(again.filter(isNumber)).toEqual(halves.filter(isNumber));
  expect(again.filter((half) => !isNumber(half))).toHaveLength(2 * 1023);
});

test('values between two are rounded to the nearer, halves to even', () => {
  expect(halfOf(1 + 2 ** -11)).toBe(0x3c00);
  expect(halfOf(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(halfOf(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
  expect(halfOf(-(2 - 2 ** -12))).toBe(0xc000);
  expect(halfOf(2 ** -25)).toBe(0);
  expect(halfOf(2 ** -25 * 1.5)).toBe(1);
  expect(halfOf(3 * 2 ** -25)).toBe(2);
});

test('what is too large is infinite', () => {
  expect([65_519, 65_520, -1e9].map(halfOf)).toEqual([0x7bff, 0x7c00, 0xfc00]);
});
