import { expect, test } from 'vitest';
import { clearUnseen, fadeAlpha, keptIn } from '#common/raster/fade.ts';

test('pixels become as see-through as strengths say', () => {
  const rgba = new Uint16Array([1, 2, 3, 65535, 4, 5, 6, 65535, 7, 8, 9, 1000, 7, 8, 9, 1000]);
  fadeAlpha(rgba, new Uint8Array([255, 0, 51, 255]));
  expect([...rgba]).toEqual([1, 2, 3, 65535, 4, 5, 6, 0, 7, 8, 9, 200, 7, 8, 9, 1000]);
  clearUnseen(rgba);
  expect([...rgba.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  expect([...rgba.subarray(8, 12)]).toEqual([7, 8, 9, 200]);
});

test('what stays of a region is inside of a mask, or outside', () => {
  const mask = { bounds: { x: 10, y: 5, width: 2, height: 2 }, data: new Uint8Array([255, 255, 255, 100]) };
  const at = (x: number, width: number, height: number) => ({ x, y: 5, width, height });
  expect(keptIn({ mask, side: 'inside' }, at(10, 2, 1))).toBe('all');
  expect(keptIn({ mask, side: 'outside' }, at(10, 2, 1))).toBe('none');
  expect(keptIn({ mask, side: 'inside' }, at(12, 4, 4))).toBe('none');
  expect(keptIn({ mask, side: 'outside' }, at(12, 4, 4))).toBe('all');
  expect(keptIn({ mask, side: 'inside' }, at(11, 2, 2))).toEqual(new Uint8Array([255, 0, 100, 0]));
  expect(keptIn({ mask, side: 'outside' }, at(11, 2, 2))).toEqual(new Uint8Array([0, 255, 155, 255]));
});
