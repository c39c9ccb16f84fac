import { describe, expect, test } from 'vitest';
import { ade20k } from '../../../native-models/conditions/ade20k.ts';
import { cocoPanoptic } from '../../../native-models/conditions/coco-panoptic.ts';
import { paletteIndices } from '../../../native-models/conditions/label-sets.ts';
import {
  classesOf,
  colourOf,
  nearestClass,
  paintClasses,
  palette,
  paletteOf,
} from '../../../native-models/conditions/palette.ts';
import { sceneClasses } from '../../../native-models/conditions/scene-classes.ts';

const [floor, ball] = [133, 135];
const person = 0;

describe('classes of rendered scenes', () => {
  test('follow those of COCO and survive being painted', () => {
    expect(palette.map(({ index }) => index)).toEqual([...palette.keys()]);
    const classes = Uint8Array.from(sceneClasses, ({ index }) => index);
    expect(classesOf(paintClasses(classes))).toEqual(classes);
    expect(sceneClasses[0]).toMatchObject({ index: floor, name: 'rendered floor' });
  });

  test('share one colour with COCO, which means what the rest of the map says', () => {
    expect(colourOf(ball)).toEqual(colourOf(person));
    expect(classesOf(paintClasses(Uint8Array.of(floor, ball)))).toEqual(Uint8Array.of(floor, ball));
    expect(classesOf(paintClasses(Uint8Array.of(57, ball)))).toEqual(Uint8Array.of(57, person));
    expect(classesOf(paintClasses(Uint8Array.of(ball)))).toEqual(Uint8Array.of(person));
  });

  test('a stray colour goes to the palette of its map', () => {
    expect(paletteOf(Uint8Array.of(floor, floor, 57))).toBe(sceneClasses);
    expect(nearestClass(0x82, 0x82, 0x82, sceneClasses).index).toBe(floor);
    expect(nearestClass(0x82, 0x82, 0x82).index).toBeLessThan(133);
  });
});

describe('what other label sets are in the palette', () => {
  test('171 classes of COCO-Stuff: twelve have no place, and every class of the palette is meant', () => {
    const indices = paletteIndices('coco-stuff');
    expect(indices).toHaveLength(171);
    expect(indices.filter((index) => index < 0)).toHaveLength(12);
    expect(new Set(indices.filter((index) => index >= 0))).toEqual(new Set(cocoPanoptic.keys()));
    const named = (id: number): string | undefined => cocoPanoptic[indices[id]!]?.name;
    expect([named(0), named(80), named(86), named(170)]).toEqual(['person', 'banner', 'cabinet-merged', undefined]);
  });

  test('150 classes of ADE20K, most of which COCO has under this or another name', () => {
    expect(ade20k).toHaveLength(150);
    expect(ade20k[0]).toMatchObject({ name: 'wall', colour: [0x78, 0x78, 0x78] });
    expect(ade20k[149]).toMatchObject({ name: 'flag', colour: [0x5c, 0x00, 0xff] });
    expect(ade20k[6]!.colour).toEqual(ade20k[48]!.colour); // road and skyscraper
    const same = (name: string) => cocoPanoptic[ade20k.find((entry) => entry.name === name)!.panoptic]?.name;
    expect(['road', 'windowpane', 'sofa', 'fountain'].map(same)).toEqual([
      'road',
      'window-other',
      'couch',
      'water-other',
    ]);
    expect(same('bathtub')).toBeUndefined();
    expect(paletteIndices('ade20k').filter((index) => index >= 0).length).toBeGreaterThan(100);
  });

  test("COCO's categories and the palette's own indices", () => {
    expect(paletteIndices('palette-index')).toEqual([...cocoPanoptic.keys()]);
    const categories = paletteIndices('coco-category');
    expect(cocoPanoptic.every(({ category, index }) => categories[category] === index)).toBe(true);
    expect(categories[12]).toBe(-1); // COCO skips some numbers
  });
});
