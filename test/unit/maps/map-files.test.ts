import { expect, test } from 'vitest';
import { kindOfFile, legendFileName, legendOf, mapFileName, zLegend } from '../../../electron/common/maps/map-files.ts';
import { classMap } from './maps.ts';

test.each([
  ['canny', 'photo.canny.png'],
  ['depth', 'photo.depth.png'],
  ['segmentation', 'photo.seg.png'],
] as const)('a %s map of photo.jpg is %s, and that name says what it is', (kind, name) => {
  expect(mapFileName('photo.jpg', kind)).toBe(name);
  expect(kindOfFile(name.toUpperCase())).toBe(kind);
});

test('other names say nothing', () => {
  expect(['photo.png', 'photo.seg.jpg', 'canny.png'].map(kindOfFile)).toEqual([undefined, undefined, undefined]);
  expect(mapFileName('no ending', 'depth')).toBe('no ending.depth.png');
  expect(mapFileName('some.folder/file', 'depth')).toBe('some.folder/file.depth.png');
});

test('the legend lists the classes that are there', () => {
  const legend = legendOf(classMap([[57, 57, 77, 255]]), 'painted by hand');
  expect(zLegend.parse(JSON.parse(JSON.stringify(legend)))).toEqual(legend);
  expect(legend.classes).toEqual([
    { index: 57, category: 63, name: 'couch', colour: '#035fa1', pixels: 2 },
    { index: 77, category: 88, name: 'teddy bear', colour: '#c93901', pixels: 1 },
  ]);
  expect(legend.palette).toBe('coco-panoptic');
  const scene = legendOf(classMap([[133, 133, 135]]));
  expect(zLegend.parse(scene)).toMatchObject({
    palette: 'rendered-scenes',
    classes: [{ name: 'rendered floor' }, { name: 'rendered ball' }],
  });
  expect(legendFileName('a.seg.png')).toBe('a.seg.json');
});
