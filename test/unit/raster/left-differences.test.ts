import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromLeftDifferences, leftDifferences } from '#common/raster/left-differences.ts';

const rows = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 4 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      samples: fc.uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 }),
    }),
  );

test('each byte is the difference to the same byte of the pixel before, and comes back', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 3 }), ({ width, samples }, shift) => {
      const shifted = new Uint8Array(samples.length + 4).subarray(shift, shift + samples.length); // not at a whole word
      shifted.set(samples);
      const differences = leftDifferences(shifted, width);
      const expected = samples.map((value, i) => value - (i % (width * 4) < 4 ? 0 : samples[i - 4]!));
      expect(differences).toEqual(expected);
      expect(Array.from(fromLeftDifferences(differences, width))).toEqual(Array.from(samples));
    }),
  );
});
