import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tileBounds } from '#common/document/tiles.ts';
import { blendOnto } from '#common/raster/blend.ts';
import { maskOfBounds } from '#common/raster/masks.ts';
import { windowOf } from '#common/raster/selection.ts';
import { StrokeMask } from '#common/raster/shapes.ts';
import { paintedTile, StrokeCover } from '#common/raster/stroke.ts';
import type { TileCover } from '#common/raster/stroke.ts';
import { contains } from '#common/geometry.ts';

const extent = { width: 600, height: 300 };
const points = fc.record({
  x: fc.integer({ min: -50, max: 650 }),
  y: fc.integer({ min: -50, max: 350 }),
  radius: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.constantFrom(260, 500)), // some cover tiles from edge to edge
});

/** Whether nothing is covered outside of the part that is said to be. */
const isOnlyWithin = ({ strengths, width, part }: TileCover): boolean =>
  strengths.every((strength, i) => strength === 0 || contains(part, { x: i % width, y: Math.floor(i / width) }));

describe('what a stroke covers', () => {
  test('is in tiles what it is in one piece, and only tiles it touches are there', () => {
    fc.assert(
      fc.property(fc.array(points, { minLength: 2, maxLength: 5 }), fc.constantFrom(0, 0.5, 1), (line, hardness) => {
        const whole = new StrokeMask(extent, hardness);
        const tiles = new StrokeCover(extent, hardness, null);
        line.slice(1).forEach((point, i) => {
          whole.line(line[i]!, point);
          tiles.line(line[i]!, point);
        });
        const mask = whole.mask ?? { bounds: { x: 0, y: 0, width: 0, height: 0 }, data: new Uint8Array() };
        for (let index = 0; index < 6; index++) {
          const wanted = windowOf(mask, tileBounds(extent, index));
          const tile = tiles.tile(index);
          if (tile) {
            expect(Buffer.compare(tile.strengths, wanted)).toBe(0);
            expect(isOnlyWithin(tile)).toBe(true);
          } else expect(wanted.every((strength) => strength === 0)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('ends with the selection', () => {
    const cover = new StrokeCover(extent, 1, maskOfBounds({ x: 100, y: 0, width: 50, height: 300 }, extent));
    cover.line({ x: 50, y: 100, radius: 20 }, { x: 200, y: 100, radius: 20 });
    const tile = cover.tile(0)!;
    const at = (x: number): number => tile.strengths[100 * 256 + x]!;
    expect([at(99), at(100), at(149), at(150)]).toEqual([0, 255, 255, 0]);
  });
});

describe('a tile under a stroke', () => {
  const brush = { hardness: 1, opacity: 1 };
  const tile = new Uint8Array([10, 20, 30, 255, 40, 50, 60, 128, 1, 2, 3, 0]);
  const strengths = new Uint8Array([255, 0, 128]);
  const cover = { strengths, width: 3, part: { x: 0, y: 0, width: 3, height: 1 } };

  test('takes the colour where it is covered, and keeps its bits where it is not', () => {
    const paint = { kind: 'colour', colour: [200, 100, 0] } as const;
    expect([...paintedTile(tile, cover, { ...brush, paint })]).toEqual([
      ...[200, 100, 0, 255],
      ...[40, 50, 60, 128],
      ...[200, 100, 0, 128], // transparent pixels have no colour to keep
    ]);
    expect([...tile.subarray(0, 3)]).toEqual([10, 20, 30]);
  });

  test('is looked at where it is covered, and nowhere else', () => {
    const rows = new Uint8Array(4 * 4 * 4).fill(9);
    const part = { x: 1, y: 2, width: 2, height: 1 };
    const all = { strengths: new Uint8Array(16).fill(255), width: 4, part };
    const paint = { kind: 'colour', colour: [1, 2, 3] } as const;
    const painted = paintedTile(rows, all, { ...brush, paint });
    const changed = [...painted.keys()].filter((i) => painted[i] !== 9).map((i) => i >> 2);
    expect([...new Set(changed)]).toEqual([9, 10]);
  });

  test.each([new Uint8Array(7 * 5 * 4), new Uint16Array(7 * 5 * 4)])(
    'that is covered from edge to edge is the colour and nothing else, as if it were blended: %#',
    (rows) => {
      rows.forEach((_, i) => (rows[i] = i));
      const full = { strengths: new Uint8Array(35).fill(255), width: 7, part: { x: 0, y: 0, width: 7, height: 5 } };
      const paint = { kind: 'colour', colour: [200, 30, 60] } as const;
      const expected = rows.slice();
      const colour = rows.map((_, i) => [200, 30, 60, rows.BYTES_PER_ELEMENT === 1 ? 255 : 65_535][i % 4]!);
      blendOnto(expected, colour, { mode: 'normal', opacity: 1, mask: full.strengths });
      expect(paintedTile(rows, full, { ...brush, paint })).toEqual(expected);
      const faint = paintedTile(rows, full, { ...brush, opacity: 0.5, paint });
      expect(faint).not.toEqual(expected);
    },
  );

  test('is half as strong with half the opacity', () => {
    const paint = { kind: 'colour', colour: [110, 120, 130] } as const;
    expect([...paintedTile(tile, cover, { ...brush, opacity: 0.5, paint })].slice(0, 4)).toEqual([60, 70, 80, 255]);
  });

  test('loses alpha to the eraser and keeps its colours', () => {
    const erased = paintedTile(tile, cover, { ...brush, paint: { kind: 'erase' } });
    expect([...erased]).toEqual([10, 20, 30, 0, 40, 50, 60, 128, 1, 2, 3, 0]);
  });

  test('of a mask goes towards what it is painted with', () => {
    const mask = new Uint8Array([255, 255, 100]);
    const hidden = paintedTile(mask, cover, { ...brush, paint: { kind: 'strength', value: 0 } });
    expect([...hidden]).toEqual([0, 255, 50]);
  });

  test('of 16 bits is painted in 16 bits', () => {
    const deep = new Uint16Array([0, 0, 0, 65535]);
    const paint = { kind: 'colour', colour: [65535, 257, 0] } as const;
    const painted = paintedTile(
      deep,
      { ...cover, strengths: new Uint8Array([128]), width: 1, part: { ...cover.part, width: 1 } },
      { ...brush, paint },
    );
    expect([...painted]).toEqual([Math.round((65535 * 128) / 255), Math.round((257 * 128) / 255), 0, 65535]);
  });
});
