import { expect, test } from 'vitest';
import { measureDrift } from '#common/raster/drift.ts';

/** A picture with detail everywhere, seen through a window that may be shifted. */
function picture(size: number, by = { x: 0, y: 0 }, changed = 0) {
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [x - by.x, y - by.y];
      const level = 128 + 60 * Math.sin(u / 5) * Math.cos(v / 7) + 40 * Math.sin((u + 2 * v) / 11);
      const isChanged = x < changed && y < changed;
      data.fill(isChanged ? 255 : level, (y * size + x) * 3, (y * size + x) * 3 + 3);
    }
  }
  return { width: size, height: size, data };
}

test('a picture that lies where it lay has not drifted, also where half of it is another one', () => {
  expect(measureDrift(picture(128), picture(128))).toEqual({ x: 0, y: 0 });
  expect(measureDrift(picture(128), picture(128, undefined, 90))).toEqual({ x: 0, y: 0 });
});

test('a shift is measured in pixels of the picture, beside what was changed', () => {
  expect(measureDrift(picture(128), picture(128, { x: 3, y: -2 }, 50))).toEqual({ x: 3, y: -2 });
  expect(measureDrift(picture(512), picture(512, { x: -8, y: 4 }))).toEqual({ x: -8, y: 4 });
});

test('a picture with nothing in it, or another picture, tells of no shift', () => {
  const plain = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(90) };
  expect(measureDrift(plain, plain)).toEqual({ x: 0, y: 0 });
  const noise = Uint8Array.from({ length: 128 * 128 * 3 }, (_, i) => (i * 7919) % 251);
  expect(measureDrift(picture(128), { width: 128, height: 128, data: noise })).toEqual({ x: 0, y: 0 });
});
