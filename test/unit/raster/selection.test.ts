import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bounds, Extent } from '#common/geometry.ts';
import { boundsOf } from '#common/geometry.ts';
import { traceContours } from '#common/raster/contour.ts';
import { maskOfBounds } from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import {
  combine,
  combinations,
  featherSelection,
  growSelection,
  invertSelection,
  moveSelection,
  selectAll,
  shrinkSelection,
  windowOf,
} from '#common/raster/selection.ts';
import type { Selection } from '#common/raster/selection.ts';
import { polygonMask, StrokeMask } from '#common/raster/shapes.ts';
import { similarPixels } from '#common/raster/similar.ts';
import { withoutPause } from '#common/raster/slices.ts';

const image: Extent = { width: 40, height: 30 };
const rectangle = (x: number, y: number, width: number, height: number): Mask =>
  maskOfBounds({ x, y, width, height }, image);

/** Every strength of the picture. */
const all = (selection: Selection): number[] =>
  selection === null ? Array(image.width * image.height).fill(0) : [...windowOf(selection, boundsOf(image))];

const count = (selection: Selection): number => all(selection).filter((strength) => strength > 0).length;

/** A drawing as a mask: `#` is selected. */
function drawing(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(''), (letter) => (letter === '#' ? 255 : 0));
  return { bounds: { x: 0, y: 0, width: rows[0].length, height: rows.length }, data };
}

const masks = fc
  .record({
    x: fc.nat(39),
    y: fc.nat(29),
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
  })
  .map((bounds: Bounds) => maskOfBounds(bounds, image));
const selections = fc.option(masks);

describe('combining', () => {
  test('gives at each pixel what its name says', () => {
    const rules = {
      replace: (_: number, shape: number) => shape,
      add: Math.max,
      subtract: (selected: number, shape: number) => Math.min(selected, 255 - shape),
      intersect: Math.min,
    };
    fc.assert(
      fc.property(selections, selections, fc.constantFrom(...combinations), (selection, shape, how) => {
        const [before, other] = [all(selection), all(shape)];
        const result = combine(selection, shape, how);
        expect(all(result)).toEqual(before.map((strength, i) => rules[how](strength, other[i])));
        if (result) expect(count({ ...result })).toBeGreaterThan(0);
      }),
    );
  });

  test('leaves nothing where everything was taken away', () => {
    expect(combine(rectangle(3, 3, 5, 5), rectangle(0, 0, 20, 20), 'subtract')).toBeNull();
    expect(combine(rectangle(3, 3, 5, 5), rectangle(20, 20, 5, 5), 'intersect')).toBeNull();
  });
});

test('inverting twice is doing nothing, and inverting nothing is everything', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      expect(all(invertSelection(invertSelection(mask, image), image))).toEqual(all(mask));
    }),
  );
  expect(invertSelection(null, image)).toEqual(selectAll(image));
  expect(invertSelection(selectAll(image), image)).toBeNull();
});

test('moving keeps the shape and loses what leaves the picture', () => {
  expect(moveSelection(rectangle(3, 4, 5, 6), { x: 2, y: -1 }, image)?.bounds).toEqual({
    x: 5,
    y: 3,
    width: 5,
    height: 6,
  });
  expect(moveSelection(rectangle(3, 4, 5, 6), { x: -5, y: 0 }, image)?.bounds).toEqual({
    x: 0,
    y: 4,
    width: 3,
    height: 6,
  });
  expect(moveSelection(rectangle(3, 4, 5, 6), { x: 99, y: 0 }, image)).toBeNull();
});

test('grows in all directions and shrinks back', async () => {
  const grown = await growSelection(rectangle(10, 10, 8, 6), 3, image, withoutPause);
  expect(grown.bounds).toEqual({ x: 7, y: 7, width: 14, height: 12 });
  expect(grown.data[0]).toBe(0); // corners are round
  const shrunk = await shrinkSelection(rectangle(10, 10, 8, 6), 2, image, withoutPause);
  expect(shrunk?.bounds).toEqual({ x: 12, y: 12, width: 4, height: 2 });
  expect(await shrinkSelection(rectangle(10, 10, 4, 4), 2, image, withoutPause)).toBeNull();
});

test('shrinking does not draw back from the edge of the picture', async () => {
  const shrunk = await shrinkSelection(rectangle(0, 0, 10, 30), 3, image, withoutPause);
  expect(shrunk?.bounds).toEqual({ x: 0, y: 0, width: 7, height: 30 });
});

test('feathering fades to both sides and keeps the middle of the edge where it was', async () => {
  const soft = await featherSelection(rectangle(0, 0, 20, 30), 6, image, withoutPause);
  const row = [...windowOf(soft!, { x: 0, y: 15, width: 40, height: 1 })];
  expect(row[0]).toBe(255);
  expect(row[19] + row[20]).toBe(255);
  expect(row[15]).toBeLessThan(255);
  expect(row[24]).toBeGreaterThan(0);
  expect(row.every((strength, x) => x === 0 || strength <= row[x - 1])).toBe(true);
  expect(row[39]).toBe(0);
});

describe('shapes', () => {
  test('a polygon on whole pixels is a rectangle', () => {
    const corners = [
      { x: 3, y: 4 },
      { x: 9, y: 4 },
      { x: 9, y: 10 },
      { x: 3, y: 10 },
    ];
    expect(polygonMask(corners, image)).toEqual(rectangle(3, 4, 6, 6));
  });

  test('a polygon covers parts of pixels, and only of the picture', () => {
    const corners = [
      { x: -5, y: -5 },
      { x: 2.5, y: -5 },
      { x: 2.5, y: 1.5 },
      { x: -5, y: 1.5 },
    ];
    const mask = polygonMask(corners, image);
    expect(mask?.bounds).toEqual({ x: 0, y: 0, width: 3, height: 2 });
    expect([...mask!.data]).toEqual([255, 255, 128, 128, 128, 64]);
    expect(polygonMask(corners.slice(0, 2), image)).toBeNull();
  });

  test('a stroke is as wide as its brush and round at its ends', () => {
    const stroke = new StrokeMask(image);
    stroke.line({ x: 10, y: 15, radius: 4 }, { x: 20, y: 15, radius: 4 });
    const { bounds, data } = stroke.mask!;
    expect(bounds).toEqual({ x: 6, y: 11, width: 18, height: 8 });
    expect(data[0]).toBe(0);
    expect(data[4 * bounds.width + 5]).toBe(255);
    expect(new StrokeMask(image).mask).toBeNull();
  });

  test('pressure makes a stroke wider, softness makes its edge fade', () => {
    const widths = new StrokeMask(image);
    widths.line({ x: 5, y: 15, radius: 1 }, { x: 30, y: 15, radius: 8 });
    const column = (x: number): number =>
      [...windowOf(widths.mask!, { x, y: 0, width: 1, height: 30 })].filter(Boolean).length;
    expect(column(28)).toBeGreaterThan(column(8));
    const soft = new StrokeMask(image, 0);
    soft.line({ x: 20, y: 15, radius: 8 }, { x: 20, y: 15, radius: 8 });
    expect(new Set(soft.mask!.data).size).toBeGreaterThan(8);
  });
});

describe('similar colours', () => {
  const colours = [0, 10, 200, 12, 0, 201, 205, 11, 0];
  const data = Uint8Array.from(colours.flatMap((value) => [value, value, value, 255]));
  const picture = { width: 3, height: 3, channels: 4, depth: 8, data } as const;
  const found = (at: { x: number; y: number }, tolerance: number, isConnected: boolean): number[] => {
    const mask = similarPixels(picture, at, { tolerance, isConnected });
    return [...windowOf(mask!, { x: 0, y: 0, width: 3, height: 3 })].map((strength) => strength / 255);
  };

  test('those that touch, or all of them', () => {
    expect(found({ x: 0, y: 0 }, 15, true)).toEqual([1, 1, 0, 1, 1, 0, 0, 1, 1]);
    expect(found({ x: 2, y: 0 }, 15, true)).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 0]);
    expect(found({ x: 2, y: 0 }, 15, false)).toEqual([0, 0, 1, 0, 0, 1, 1, 0, 0]);
    expect(found({ x: 1, y: 0 }, 0, false)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('connected is what steps to four neighbours reach, for any picture', () => {
    const pictures = fc.uint8Array({ min: 0, max: 1, minLength: 48, maxLength: 48 });
    fc.assert(
      fc.property(pictures, fc.nat(7), fc.nat(5), (bits, x, y) => {
        const samples = Uint8Array.from([...bits].flatMap((bit) => [bit * 255, 0, 0, 255]));
        const mask = similarPixels(
          { width: 8, height: 6, channels: 4, depth: 8, data: samples },
          { x, y },
          { tolerance: 0, isConnected: true },
        );
        const reached = new Set([y * 8 + x]);
        for (const pixel of reached) {
          const [column, row] = [pixel % 8, Math.floor(pixel / 8)];
          for (const [dx, dy] of [
            [1, 0],
            [-1, 0],
            [0, 1],
            [0, -1],
          ]) {
            const next = (row + dy) * 8 + column + dx;
            const isInside = column + dx >= 0 && column + dx < 8 && row + dy >= 0 && row + dy < 6;
            if (isInside && bits[next] === bits[pixel]) reached.add(next);
          }
        }
        const filled = [...windowOf(mask!, { x: 0, y: 0, width: 8, height: 6 })].flatMap((strength, i) =>
          strength ? [i] : [],
        );
        expect(filled).toEqual([...reached].sort((a, b) => a - b));
      }),
    );
  });

  test('nothing outside of the picture', () => {
    expect(similarPixels(picture, { x: 3, y: 0 }, { tolerance: 0, isConnected: true })).toBeNull();
  });
});

describe('outlines', () => {
  const lines = (mask: Mask): number[][] => traceContours(mask).map((line) => [...line]);

  test('go around a rectangle by its corners', () => {
    expect(lines(drawing('....', '.##.', '....'))).toEqual([[3, 1, 3, 2, 1, 2, 1, 1]]);
  });

  test('go around holes, and join pixels that touch at a corner', () => {
    expect(lines(drawing('###', '#.#', '###'))).toHaveLength(2);
    expect(lines(drawing('#.', '.#'))).toHaveLength(1);
    expect(lines(drawing('#.#'))).toHaveLength(2);
    expect(lines(drawing('..', '..'))).toEqual([]);
  });

  test('enclose exactly what is selected', () => {
    fc.assert(
      fc.property(fc.uint8Array({ min: 0, max: 1, minLength: 63, maxLength: 63 }), (bits) => {
        const mask = { bounds: { x: 2, y: 3, width: 9, height: 7 }, data: bits.map((bit) => bit * 255) };
        const crossings = (x: number, y: number): number =>
          lines(mask).reduce((sum, line) => sum + crossingsLeftOf(line, x, y), 0);
        bits.forEach((bit, i) => {
          expect(crossings(2.5 + (i % 9), 3.5 + Math.floor(i / 9)) % 2).toBe(bit);
        });
      }),
      { numRuns: 40 },
    );
  });

  /** Vertical edges of a closed line between the point and the left edge of everything. */
  function crossingsLeftOf(line: number[], x: number, y: number): number {
    let crossings = 0;
    for (let i = 0; i < line.length; i += 2) {
      const next = (i + 2) % line.length;
      const isVertical = line[i] === line[next];
      const spans = Math.min(line[i + 1], line[next + 1]) < y && Math.max(line[i + 1], line[next + 1]) > y;
      if (isVertical && spans && line[i] < x) crossings++;
    }
    return crossings;
  }
});
