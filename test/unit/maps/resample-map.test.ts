import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resampleMap } from '../../../electron/common/maps/resample-map.ts';
import { classesOf } from '../../../native-models/maps.ts';
import { classMap, edgeMapOf, edgeText, greyMap } from './maps.ts';

test('depth averages what a pixel covers and interpolates between', () => {
  const map = greyMap('depth', [
    [0, 100, 200, 40],
    [20, 60, 200, 0],
  ]);
  expect([...resampleMap(map, { width: 2, height: 1 }).data]).toEqual([45, 110]);
  expect([...resampleMap(greyMap('depth', [[0, 90, 30]]), { width: 2, height: 1 }).data]).toEqual([30, 50]);
  expect([...resampleMap(greyMap('depth', [[0, 100]]), { width: 4, height: 1 }).data]).toEqual([0, 25, 75, 100]);
});

test('segmentation takes the nearest pixel by the rule of Pillow', () => {
  expect([...classesOf(resampleMap(classMap([[1, 2, 3, 4, 5]]), { width: 2, height: 1 }).data)]).toEqual([2, 4]);
  const wide = classMap([Array.from({ length: 112 }, (_, i) => i)]);
  const half = classesOf(resampleMap(wide, { width: 49, height: 1 }).data); // 3.5 · 16 / 7 is 8, but not as a running sum
  expect([...half.subarray(0, 8)]).toEqual([1, 3, 5, 7, 10, 12, 14, 17]);
});

test('no size invents a class', () => {
  const index = fc.constantFrom(0, 5, 57, 132, 255);
  const side = fc.integer({ min: 1, max: 9 });
  const map = fc
    .tuple(side, side)
    .chain(([w, h]) => fc.array(fc.array(index, { minLength: w, maxLength: w }), { minLength: h, maxLength: h }));
  fc.assert(
    fc.property(map, side, side, (rows, width, height) => {
      const before = new Set<number>(rows.flat());
      for (const found of classesOf(resampleMap(classMap(rows), { width, height }).data))
        expect(before.has(found)).toBe(true);
    }),
  );
});

test('a line of edges stays a line when the map shrinks, two-valued', () => {
  const map = edgeMapOf('......', '######', '......', '......');
  expect(edgeText(resampleMap(map, { width: 3, height: 2 }))).toEqual(['###', '...']);
  expect(edgeText(resampleMap(map, { width: 12, height: 4 }))[1]).toBe('############');
});

test('a map of the right size is returned as it is', () => {
  const map = edgeMapOf('.#');
  expect(resampleMap(map, { width: 2, height: 1 })).toBe(map);
});
