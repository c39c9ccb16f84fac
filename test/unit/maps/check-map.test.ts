import { describe, expect, test } from 'vitest';
import { checkMap, isBlocking, shareOfWhite } from '../../../electron/common/maps/check-map.ts';
import type { ConditionMap } from '../../../electron/common/maps/condition-map.ts';
import { fixMap } from '../../../electron/common/maps/fix-map.ts';
import { countClasses, offPaletteHeat, shareOnPalette } from '../../../electron/common/maps/statistics.ts';
import { ade20k, adeToPanoptic } from '../../../native-models/conditions/ade20k.ts';
import { cocoPanoptic, unlabelled } from '../../../native-models/maps.ts';
import { classMap, edgeMapOf, greyMap } from './maps.ts';

const codes = (map: ConditionMap, picture?: { width: number; height: number }): string[] =>
  checkMap(map, picture).map(({ code }) => code);

/** Applies the fix of the finding of that code. */
function fixed(map: ConditionMap, code: string, picture = { width: map.width, height: map.height }): ConditionMap {
  const finding = checkMap(map, picture).find((found) => found.code === code);
  if (!finding || !('fix' in finding)) throw new Error(`no fix for ${code} in ${codes(map, picture).join()}`);
  return fixMap(map, finding.fix, picture);
}

const lines = edgeMapOf('.....', '.###.', '.....');
const ramp = greyMap('depth', [
  [0, 10, 20],
  [90, 100, 110],
  [200, 220, 255],
]);

test('maps as they should be have no findings', () => {
  expect(codes(lines, lines)).toEqual([]);
  expect(codes(ramp, ramp)).toEqual([]);
  expect(codes(classMap([[57, 77, unlabelled]]))).toEqual([]);
});

describe('canny', () => {
  test('nothing but black or white cannot be painted from', () => {
    for (const [value, code] of [
      [0, 'empty'],
      [255, 'all-white'],
    ] as const) {
      const found = checkMap(greyMap('canny', [[value, value]]));
      expect(found).toEqual([{ code }]);
      expect(found.every(isBlocking)).toBe(true);
    }
  });

  test('grey pixels are counted and decided', () => {
    const map = greyMap('canny', [[0, 127, 128, 255, 0, 0, 0, 0]]);
    expect(checkMap(map)).toEqual([{ code: 'grey-edges', share: 0.25, fix: 'threshold' }]);
    expect([...fixed(map, 'grey-edges').data.subarray(0, 4)]).toEqual([0, 0, 255, 255]);
    expect(codes(fixed(map, 'grey-edges'))).toEqual([]);
  });

  test('a negative is turned round', () => {
    const negative = fixMap(lines, 'invert', lines);
    expect(codes(negative)).toEqual(['black-on-white']);
    expect(fixed(negative, 'black-on-white')).toEqual(lines);
  });

  test('says when lines run into each other', () => {
    expect(codes(edgeMapOf('##...', '##...'))).toEqual(['dense-edges']);
    expect(shareOfWhite(lines)).toBe(0.2);
  });
});

describe('depth', () => {
  test('one depth everywhere is empty', () => {
    expect(codes(greyMap('depth', [[9, 9]]))).toEqual(['empty']);
    expect(codes(greyMap('depth', [[255, 255]]))).toEqual(['all-white']);
  });

  test('a sky nearer than the ground is probably the wrong way round', () => {
    const negative = fixMap(ramp, 'invert', ramp);
    expect(codes(negative)).toEqual(['near-is-dark']);
    expect(fixed(negative, 'near-is-dark')).toEqual(ramp);
  });

  test('a narrow range is stretched, decimals cut off', () => {
    const map = greyMap('depth', [[100, 101, 103, 105]]);
    expect(codes(map)).toEqual(['flat-depth']);
    expect([...fixed(map, 'flat-depth').data]).toEqual([0, 51, 153, 255]);
  });
});

describe('segmentation', () => {
  const blended: ConditionMap = { ...classMap([[57, 57, 57, 57]]) };
  blended.data.set([0x05, 0x60, 0xa0], 3); // two levels from couch
  blended.data.set([0x03 + 12, 0x5f, 0xa1], 6);

  test('strays are counted, shown with their distance, and snapped', () => {
    expect(checkMap(blended)).toEqual([{ code: 'off-palette', share: 0.5, fix: 'snap' }]);
    expect(shareOnPalette(blended)).toBe(0.5);
    expect([...offPaletteHeat(blended)]).toEqual([0, 10, 48, 0]); // in quarters of a level;
    expect(countClasses(fixed(blended, 'off-palette'))).toEqual([{ index: 57, pixels: 4 }]);
  });

  test('maps of rendered scenes have a palette of their own, to which their strays are snapped', () => {
    const [floor, ball] = [133, 135];
    const scene = classMap([[floor, floor, floor, ball]]);
    expect(checkMap(scene)).toEqual([]);
    scene.data.set([0x82, 0x80, 0x7f], 3);
    expect(checkMap(scene)).toEqual([{ code: 'off-palette', share: 0.25, fix: 'snap' }]);
    expect(countClasses(fixed(scene, 'off-palette'))).toEqual([
      { index: floor, pixels: 3 },
      { index: ball, pixels: 1 },
    ]);
  });

  test("ADE20K's colours are known as a JPEG leaves them, and those of COCO beside them stay", () => {
    const noisy = [
      [0x0a, 0xe1, 0xe9],
      [0x8f, 0x89, 0x8e],
      [0x06, 0xe6, 0xe6],
    ].flat();
    const map: ConditionMap = { kind: 'segmentation', width: 3, height: 1, data: Uint8Array.from(noisy) };
    expect(checkMap(map)).toEqual([{ code: 'ade-palette', share: 1, fix: 'translate' }]);
    const names = countClasses(fixed(map, 'ade-palette')).map(({ index }) => cocoPanoptic[index]?.name);
    expect(names).toEqual(['sky-other-merged', 'road']);
    const shared = new Set(ade20k.map(({ colour }) => String(colour))); // what both palettes have is translated
    const own = cocoPanoptic.map(({ colour }) => colour).filter((colour) => !shared.has(String(colour)));
    const ofCoco = Uint8Array.from(own.flat());
    expect(own.length).toBeGreaterThan(100);
    expect(adeToPanoptic(ofCoco)).toEqual(ofCoco);
  });

  test('a map in the colours of ADE20K is translated by name', () => {
    const [sky, road, bathtub] = [[0x06, 0xe6, 0xe6], [0x8c, 0x8c, 0x8c], ade20k[37]!.colour] as const;
    const map: ConditionMap = { kind: 'segmentation', width: 2, height: 2, data: new Uint8Array(12) };
    [sky, sky, road, bathtub].forEach((colour, i) => map.data.set(colour, i * 3));
    expect(checkMap(map)).toEqual([{ code: 'ade-palette', share: 1, fix: 'translate' }]);
    const names = countClasses(fixed(map, 'ade-palette')).map(({ index }) => cocoPanoptic[index]?.name ?? index);
    expect(names).toEqual(['sky-other-merged', 'road', unlabelled]); // no class for a bathtub
  });

  test('nothing labelled is empty', () => {
    expect(codes(classMap([[unlabelled, unlabelled]]))).toEqual(['empty']);
  });
});

test('a map of another size than its picture is resampled, and says when that stretches it', () => {
  const picture = { width: 10, height: 6 };
  expect(checkMap(lines, picture)).toEqual([
    { code: 'wrong-size', expected: picture, isStretched: false, fix: 'resample' },
  ]);
  expect(fixed(lines, 'wrong-size', picture)).toMatchObject(picture);
  expect(checkMap(lines, { width: 9, height: 9 })[0]).toMatchObject({ isStretched: true });
});
