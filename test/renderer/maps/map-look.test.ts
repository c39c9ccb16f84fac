import { expect, test } from 'vitest';
import { mapForScreen } from '../../../renderer/maps/map-look.ts';
import { classMap, greyMap } from '../../unit/maps/maps.ts';

const plain = { look: 'plain', hidden: new Set<number>(), isOver: false, regions: undefined } as const;
const pixels = (image: ImageData): number[][] =>
  Array.from({ length: image.data.length / 4 }, (_, i) => [...image.data.subarray(i * 4, i * 4 + 4)]);

test('edges over a picture let it through where there are none', () => {
  const map = greyMap('canny', [[0, 255]]);
  expect(pixels(mapForScreen(map, { ...plain, isOver: true }))).toEqual([
    [0, 0, 0, 0],
    [255, 255, 255, 255],
  ]);
});

test('hidden classes are see-through', () => {
  const shown = pixels(mapForScreen(classMap([[57, 77]]), { ...plain, hidden: new Set([57]) }));
  expect(shown).toEqual([
    [3, 95, 161, 0],
    [201, 57, 1, 255],
  ]);
});

test('the heat map is black on the palette and warm off it', () => {
  const map = classMap([[57, 57]]);
  map.data.set([60, 60, 60], 3);
  const [on, off] = pixels(mapForScreen(map, { ...plain, look: 'heat' }));
  expect(on).toEqual([0, 0, 0, 255]);
  expect(off![0]).toBeGreaterThan(100);
});

test('over a picture what is unlabelled is see-through', () => {
  const shown = pixels(mapForScreen(classMap([[57, 255]]), { ...plain, isOver: true }));
  expect(shown.map(([, , , alpha]) => alpha)).toEqual([255, 0]);
});

test('regions have light boundaries', () => {
  const regions = Int32Array.of(0, 0, 1, 0, 0, 1);
  const map = classMap([
    [1, 1, 1],
    [1, 1, 1],
  ]);
  const reds = pixels(mapForScreen(map, { ...plain, regions })).map(([red]) => red);
  expect(reds).toEqual([119, 230, 119, 119, 230, 119]);
});
