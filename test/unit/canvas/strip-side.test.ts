import { expect, test } from 'vitest';
import { stripSide } from '../../../renderer/canvas/strip-side.ts';

const room = { width: 936, height: 560, density: 1 };

test('a strip stands beside square and upright pictures and common photos, and below panoramas', () => {
  expect(stripSide({ width: 128, height: 128 }, room, 88)).toBe('right');
  expect(stripSide({ width: 3000, height: 4000 }, room, 88)).toBe('right');
  expect(stripSide({ width: 1200, height: 800 }, room, 88)).toBe('right');
  expect(stripSide({ width: 4000, height: 1000 }, room, 88)).toBe('bottom');
});

test('in an upright window it stands below', () => {
  expect(stripSide({ width: 1000, height: 1000 }, { width: 400, height: 700, density: 1 }, 88)).toBe('bottom');
});
