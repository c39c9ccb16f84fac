import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkMap, isBlocking } from '../../../electron/common/maps/check-map.ts';
import type { ConditionMap, MapKind } from '../../../electron/common/maps/condition-map.ts';
import { channelsOf, mapKinds } from '../../../electron/common/maps/condition-map.ts';
import { fixMap } from '../../../electron/common/maps/fix-map.ts';
import { readMap } from '../../../electron/common/maps/read-map.ts';
import type { MapPixels } from '../../../electron/common/maps/read-map.ts';
import { colourOf, unlabelled } from '../../../native-models/maps.ts';

// Whatever file a person offers as a map: every problem has a name, and fixing all that can be fixed leaves none but “nothing there”.

const kind = fc.constantFrom(...mapKinds);
const side = fc.integer({ min: 1, max: 12 });

/** Pixels of any file: any channels, 8 or 16 bits, values that are mostly 0 or largest. */
const anyPixels: fc.Arbitrary<MapPixels> = fc
  .record({ width: side, height: side, channels: fc.constantFrom(1, 2, 3, 4), isDeep: fc.boolean() })
  .chain(({ width, height, channels, isDeep }) => {
    const most = isDeep ? 0xffff : 0xff;
    const value = fc.oneof(fc.constant(0), fc.constant(most), fc.integer({ min: 0, max: most }));
    const length = width * height * channels;
    return fc.array(value, { minLength: length, maxLength: length }).map((values) => ({
      ...{ width, height, channels: channels as MapPixels['channels'] },
      data: isDeep ? Uint16Array.from(values) : Uint8Array.from(values),
    }));
  });

/** Applies the fixes of all findings until there are none, which takes a few rounds at most. */
function fixedAll(map: ConditionMap, picture: { width: number; height: number }): ConditionMap {
  let fixed = map;
  for (let round = 0; round < 5; round++) {
    const fix = checkMap(fixed, picture).flatMap((finding) => ('fix' in finding ? [finding.fix] : []))[0];
    if (fix === undefined) return fixed;
    fixed = fixMap(fixed, fix, picture);
  }
  return fixed;
}

describe('any file as a map', () => {
  test('is read at its own size, and alpha, 16 bits and colours are told exactly where they were given up', () => {
    fc.assert(
      fc.property(anyPixels, kind, (pixels, as) => {
        const { map, notes } = readMap(pixels, as);
        const { width, height, channels, data } = pixels;
        expect([map.width, map.height, map.data.length]).toEqual([width, height, width * height * channelsOf(as)]);
        expect(notes.some((note) => note === 'sixteen-bit' || note === 'spread')).toBe(data instanceof Uint16Array);
        if (channels % 2 === 1) expect(notes).not.toContain('transparent');
        if (channels < 3 || as === 'segmentation') expect(notes).not.toContain('coloured');
      }),
    );
  });

  test('has findings whose shares are shares, and fixing all of them leaves nothing that can be fixed', () => {
    fc.assert(
      fc.property(anyPixels, kind, side, side, (pixels, as, width, height) => {
        const { map } = readMap(pixels, as);
        for (const finding of checkMap(map, { width, height })) {
          if (!('share' in finding)) continue;
          expect(finding.share).toBeGreaterThan(0);
          expect(finding.share).toBeLessThanOrEqual(1);
        }
        const fixed = fixedAll(map, { width, height });
        const left = checkMap(fixed, { width, height });
        expect([fixed.width, fixed.height]).toEqual([width, height]);
        expect(left.filter((finding) => 'fix' in finding)).toEqual([]);
        if (as === 'canny') expect(fixed.data.every((value) => value === 0 || value === 255)).toBe(true);
      }),
    );
  });
});

describe('maps without content', () => {
  test.each<[MapKind, number, string]>([
    ['canny', 0, 'empty'],
    ['canny', 255, 'all-white'],
    ['depth', 0, 'empty'],
    ['depth', 127, 'empty'],
    ['depth', 255, 'all-white'],
    ['segmentation', 0, 'empty'],
  ])('%s of nothing but %i is %s, and cannot be painted from', (as, value, code) => {
    fc.assert(
      fc.property(side, side, (width, height) => {
        const data = new Uint8Array(width * height * channelsOf(as)).fill(value);
        const found = checkMap({ kind: as, width, height, data });
        expect(found).toEqual([{ code }]);
        expect(found.some(isBlocking)).toBe(true);
      }),
    );
  });
});

test('polarity: of a depth map and its negative at most one is called the wrong way round, and turning it helps', () => {
  fc.assert(
    fc.property(anyPixels, (pixels) => {
      const { map } = readMap(pixels, 'depth');
      const isWrong = (one: ConditionMap): boolean => checkMap(one).some(({ code }) => code === 'near-is-dark');
      const negative = fixMap(map, 'invert', map);
      expect(isWrong(map) && isWrong(negative)).toBe(false);
      if (isWrong(map)) expect(isWrong(negative)).toBe(false);
    }),
  );
});

test('anti-aliased borders between two classes are exactly what is counted as off the palette, and snapping clears it', () => {
  const index = fc.integer({ min: 0, max: 132 });
  fc.assert(
    fc.property(index, index, fc.integer({ min: 1, max: 9 }), (left, right, blended) => {
      fc.pre(left !== right);
      const data = new Uint8Array(30 * 3);
      for (let x = 0; x < 30; x++) {
        const share = Math.max(0, Math.min(1, (x - 10) / (blended + 1)));
        const [a, b] = [colourOf(left), colourOf(right)];
        data.set(
          [0, 1, 2].map((c) => Math.round(a[c as 0]! + (b[c as 0]! - a[c as 0]!) * share)),
          x * 3,
        );
      }
      const map: ConditionMap = { kind: 'segmentation', width: 30, height: 1, data };
      const stray = checkMap(map).find(({ code }) => code === 'off-palette');
      if (stray && 'share' in stray) expect(Math.round(stray.share * 30)).toBeLessThanOrEqual(blended);
      const snapped = fixMap(map, 'snap', map);
      expect(checkMap(snapped)).toEqual([]);
      expect([...snapped.data.subarray(0, 3), ...snapped.data.subarray(87)]).toEqual([
        ...colourOf(left),
        ...colourOf(right),
      ]);
    }),
  );
  expect(colourOf(unlabelled)).toEqual([0, 0, 0]);
});
