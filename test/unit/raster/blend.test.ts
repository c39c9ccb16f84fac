import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blendModes, blendOnto } from '#common/raster/blend.ts';
import type { BlendMode } from '#common/raster/blend.ts';
import { maxSample } from '#common/raster/raster.ts';
import type { Depth, Samples } from '#common/raster/raster.ts';
import { blendedSlowly } from './blend-reference.ts';
import { noisePicture } from './pictures.ts';

const pixels = 64;
const noise = (depth: Depth, seed: number): Samples => noisePicture(8, 8, 4, depth, seed).data;

/** The same samples with one alpha throughout. */
function withAlpha(samples: Samples, alpha: number): Samples {
  const copy = samples.slice();
  for (let i = 3; i < copy.length; i += 4) copy[i] = alpha;
  return copy;
}

/** Half of the pixels black, white, pure or grey, and one alpha where it is not left as it is. */
function extreme(samples: Samples, alpha: number): Samples {
  const most = samples instanceof Uint8Array ? 255 : 65_535;
  const copy = samples.slice();
  for (let i = 0; i < copy.length / 2; i++) if (i % 4 < 3) copy[i] = copy[i]! > most / 2 ? most : 0;
  return alpha === 100 ? copy : withAlpha(copy, Math.round((alpha / 255) * most));
}

function blended(below: Samples, above: Samples, mode: BlendMode, opacity = 1, mask?: Uint8Array): Samples {
  const result = below.slice();
  blendOnto(result, above, { mode, opacity, mask });
  return result;
}

/** One opaque 8-bit pixel over another. */
const pixel = (mode: BlendMode, below: number[], above: number[], opacity = 1): number[] => [
  ...blended(Uint8Array.from(below), Uint8Array.from(above), mode, opacity),
];

const cases = fc.record({
  depth: fc.constantFrom<Depth>(8, 16),
  seeds: fc.tuple(fc.nat(), fc.nat()),
  mode: fc.constantFrom(...blendModes),
  opacity: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('every mode', () => {
  test('keeps every bit below a layer of opacity 0, a mask of 0, or no alpha', () => {
    fc.assert(
      fc.property(cases, ({ depth, seeds: [one, other], mode, opacity }) => {
        const [below, above] = [noise(depth, one), noise(depth, other)];
        expect(blended(below, above, mode, 0)).toEqual(below);
        expect(blended(below, above, mode, opacity, new Uint8Array(pixels))).toEqual(below);
        expect(blended(below, withAlpha(above, 0), mode, opacity)).toEqual(below);
      }),
    );
  });

  test('changes only the pixels that the mask names', () => {
    fc.assert(
      fc.property(cases, fc.uint8Array({ minLength: pixels, maxLength: pixels }), (settings, mask) => {
        const { depth, seeds, mode, opacity } = settings;
        const below = noise(depth, seeds[0]);
        const result = blended(below, noise(depth, seeds[1]), mode, opacity, mask);
        for (let i = 0; i < pixels; i++) {
          if (mask[i] === 0) expect(result.slice(4 * i, 4 * i + 4)).toEqual(below.slice(4 * i, 4 * i + 4));
        }
      }),
    );
  });

  test('keeps an opaque backdrop opaque, and never makes one more transparent', () => {
    fc.assert(
      fc.property(cases, ({ depth, seeds: [one, other], mode, opacity }) => {
        const [below, above] = [noise(depth, one), noise(depth, other)];
        const mixed = blended(below, above, mode, opacity);
        const onOpaque = blended(withAlpha(below, maxSample(depth)), above, mode, opacity);
        for (let i = 3; i < mixed.length; i += 4) {
          expect(mixed[i]).toBeGreaterThanOrEqual(below[i]);
          expect(onOpaque[i]).toBe(maxSample(depth));
        }
      }),
    );
  });

  test('takes the colours of the layer where nothing is below', () => {
    fc.assert(
      fc.property(cases, ({ depth, seeds: [one, other], mode }) => {
        const above = noise(depth, other);
        const result = blended(withAlpha(noise(depth, one), 0), withAlpha(above, maxSample(depth)), mode);
        expect(result).toEqual(withAlpha(above, maxSample(depth)));
      }),
    );
  });

  test('gives in 16 bits what it gives in 8, but finer', () => {
    fc.assert(
      fc.property(cases, ({ seeds: [one, other], mode, opacity }) => {
        const [below, above] = [withAlpha(noise(8, one), 255), withAlpha(noise(8, other), 255)];
        const wide = (samples: Samples): Samples => Uint16Array.from(samples, (value) => value * 257);
        const coarse = blended(below, above, mode, opacity);
        const fine = blended(wide(below), wide(above), mode, opacity);
        for (let i = 0; i < coarse.length; i++) expect(Math.abs(fine[i] / 257 - coarse[i])).toBeLessThanOrEqual(0.51);
      }),
    );
  });
});

test('every other mode gives, bit for bit, what its formula gives one pixel after another', () => {
  const other = cases.filter(({ mode }) => mode !== 'normal');
  const alphas = fc.array(fc.constantFrom(0, 1, 100, 254, 255), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(
      other,
      alphas,
      fc.option(fc.uint8Array({ minLength: pixels, maxLength: pixels })),
      (look, ends, mask) => {
        const { depth, mode, opacity } = look;
        const [below, above] = look.seeds.map((seed, i) => extreme(noise(depth, seed), ends[i]!));
        const blending = { mode, opacity, ...(mask && { mask }) };
        expect(blended(below, above, mode, opacity, mask ?? undefined)).toEqual(blendedSlowly(below, above, blending));
      },
    ),
    { numRuns: 1000 },
  );
});

test('an opaque normal layer is what is seen, bit for bit', () => {
  for (const depth of [8, 16] as const) {
    const above = withAlpha(noise(depth, 3), maxSample(depth));
    expect(blended(noise(depth, 1), above, 'normal')).toEqual(above);
  }
});

test('rounds once, halves up', () => {
  expect(pixel('normal', [10, 11, 200, 255], [11, 10, 201, 255], 0.5)).toEqual([11, 11, 201, 255]);
  expect(pixel('normal', [0, 0, 0, 0], [9, 8, 7, 255], 0.5)).toEqual([9, 8, 7, 128]);
  expect(pixel('normal', [0, 0, 0, 128], [255, 255, 255, 128])).toEqual([170, 170, 170, 192]);
});

// Worked out by hand from the formulas of the specification: 0.2, 0.4 and 0.8 under 0.4, 0.6 and 0.2.
test.each<[BlendMode, number[]]>([
  ['multiply', [20, 61, 41]],
  ['screen', [133, 194, 214]],
  ['overlay', [41, 122, 173]],
  ['darken', [51, 102, 51]],
  ['lighten', [102, 153, 204]],
  ['color-dodge', [85, 255, 255]],
  ['hard-light', [41, 133, 82]],
  ['soft-light', [43, 114, 180]],
  ['difference', [51, 51, 153]],
])('%s follows its formula', (mode, expected) => {
  expect(pixel(mode, [51, 102, 204, 255], [102, 153, 51, 255])).toEqual([...expected, 255]);
});

test('the extremes of dodge, burn and soft light', () => {
  expect(pixel('color-dodge', [0, 128, 255, 255], [255, 255, 255, 255])).toEqual([0, 255, 255, 255]);
  expect(pixel('color-burn', [51, 102, 204, 255], [255, 204, 51, 255])).toEqual([51, 64, 0, 255]);
  expect(pixel('color-burn', [0, 128, 255, 255], [0, 0, 0, 255])).toEqual([0, 0, 255, 255]);
  expect(pixel('soft-light', [0, 63, 255, 255], [255, 255, 255, 255])).toEqual([0, 127, 255, 255]);
});

test('the modes of hue, saturation and luminosity take from the layer what their names say', () => {
  const red = [200, 40, 40, 255];
  const grey = [90, 90, 90, 255];
  expect(pixel('luminosity', red, grey)).toEqual([202, 42, 42, 255]);
  expect(pixel('color', grey, red)).toEqual([202, 42, 42, 255]);
  expect(pixel('saturation', red, [100, 50, 50, 255])).toEqual([123, 73, 73, 255]);
  expect(pixel('saturation', red, grey)).toEqual([88, 88, 88, 255]);
  expect(pixel('hue', grey, red)).toEqual(grey);
});

test('refuses layers that do not belong together', () => {
  const settings = { mode: 'normal', opacity: 1 } as const;
  expect(() => blendOnto(new Uint8Array(8), new Uint16Array(8), settings)).toThrow('8 and 16');
  expect(() => blendOnto(new Uint8Array(8), new Uint8Array(4), settings)).toThrow('4 samples for 8');
  expect(() => blendOnto(new Uint8Array(8), new Uint8Array(8), { ...settings, mask: new Uint8Array(3) })).toThrow(
    'a mask of 3',
  );
});
