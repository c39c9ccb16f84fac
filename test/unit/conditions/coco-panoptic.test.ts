import { expect, test } from 'vitest';
import { cocoPanoptic } from '../../../native-models/conditions/coco-panoptic.ts';
import {
  classesOf,
  nearestClass,
  offPalette,
  paintClasses,
  unlabelled,
} from '../../../native-models/conditions/palette.ts';

test('133 classes of distinct names, numbers and colours, none of them black', () => {
  expect(cocoPanoptic).toHaveLength(133);
  for (const field of ['name', 'category', 'colour'] as const)
    expect(new Set(cocoPanoptic.map((entry) => String(entry[field]))).size).toBe(133);
  expect(cocoPanoptic.every(({ index }, i) => index === i)).toBe(true);
  expect(cocoPanoptic.some(({ colour }) => colour.every((channel) => channel === 0))).toBe(false);
});

test.each([
  [57, 'couch', [0x03, 0x5f, 0xa1]],
  [77, 'teddy bear', [0xc9, 0x39, 0x01]],
  [112, 'wall-wood', [0x6b, 0xff, 0xc8]],
  [132, 'rug-merged', [0xfa, 0x8d, 0xff]],
])('entry %i is %s', (index, name, colour) => {
  expect(cocoPanoptic[index]).toMatchObject({ name, colour });
});

test('classes survive being painted', () => {
  const classes = Uint8Array.from([...cocoPanoptic.keys(), unlabelled]);
  expect(classesOf(paintClasses(classes))).toEqual(classes);
  expect(classesOf(Uint8Array.of(1, 2, 3, 0, 0, 0))).toEqual(Uint8Array.of(offPalette, unlabelled));
});

test('no two colours are closer than 19 levels, so blended colours of up to 9 find their way back', () => {
  for (const { index, colour } of cocoPanoptic) {
    const [r, g, b] = colour;
    expect(nearestClass(r + (r > 127 ? -5 : 5), g + (g > 127 ? -5 : 5), b + (b > 127 ? -5 : 5)).index).toBe(index);
  }
  expect(nearestClass(2, 1, 0)).toEqual({ index: unlabelled, distance: Math.sqrt(5) });
});
