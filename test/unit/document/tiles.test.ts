import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cutTile,
  decodeTile,
  encodeTile,
  isBlankTile,
  sealTile,
  tileDifferences,
} from '#common/document/tile-codec.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { tileBounds, tileCount, tilesIn, tileSize, withTiles } from '#common/document/tiles.ts';

const side = fc.integer({ min: 1, max: 1000 });
const extent = fc.record({ width: side, height: side });

test('tiles cover every pixel of a picture once', () => {
  fc.assert(
    fc.property(extent, ({ width, height }) => {
      const tiles = Array.from({ length: tileCount({ width, height }) }, (_, index) =>
        tileBounds({ width, height }, index),
      );
      expect(tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0)).toBe(width * height);
      expect(tiles.every(({ x, y }) => x % tileSize === 0 && y % tileSize === 0)).toBe(true);
      expect(Math.max(...tiles.map((tile) => tile.x + tile.width))).toBe(width);
      expect(Math.max(...tiles.map((tile) => tile.y + tile.height))).toBe(height);
    }),
  );
});

test('the tiles of a part are those that share pixels with it', () => {
  const place = fc.integer({ min: -300, max: 1100 });
  fc.assert(
    fc.property(extent, place, place, fc.nat(600), fc.nat(600), (picture, x, y, width, height) => {
      const touches = (index: number): boolean => {
        const tile = tileBounds(picture, index);
        const isBeside = tile.x >= x + width || x >= tile.x + tile.width;
        return !isBeside && tile.y < y + height && y < tile.y + tile.height && width > 0 && height > 0;
      };
      const expected = Array.from({ length: tileCount(picture) }, (_, index) => index).filter(touches);
      expect(tilesIn(picture, { x, y, width, height })).toEqual(expected);
    }),
  );
});

test('replacing tiles makes a new list and refuses places that are not there', () => {
  const tiles = ['a', 'b', 'c'];
  expect(withTiles(tiles, new Map([[1, 'x']]))).toEqual(['a', 'x', 'c']);
  expect(tiles).toEqual(['a', 'b', 'c']);
  expect(() => withTiles(tiles, new Map([[3, 'x']]))).toThrow('no tile 3 among 3');
});

const tile = fc
  .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })
  .chain(({ width, height }) =>
    fc.tuple(fc.constantFrom(1 as const, 4 as const), fc.boolean()).chain(([channels, isDeep]) => {
      const length = width * height * channels;
      const size = { minLength: length, maxLength: length };
      return isDeep
        ? fc
            .uint16Array(size)
            .map((data): TilePixels => ({ width, height, channels, depth: 16, data: Uint16Array.from(data) }))
        : fc
            .uint8Array(size)
            .map((data): TilePixels => ({ width, height, channels, depth: 8, data: Uint8Array.from(data) }));
    }),
  );

const natively = (packed: Uint8Array, length: number) => inflateRawSync(packed, { maxOutputLength: length });

test('a tile comes back as it was, through either deflate', () => {
  fc.assert(
    fc.property(tile, (pixels) => {
      expect(decodeTile(encodeTile(pixels))).toEqual(pixels);
      expect(decodeTile(encodeTile(pixels), natively)).toEqual(pixels);
      expect(decodeTile(sealTile(pixels, deflateRawSync(tileDifferences(pixels))))).toEqual(pixels);
    }),
  );
});

test('smooth pictures become small, and blank tiles are known', () => {
  const data = Uint8Array.from({ length: 256 * 256 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i >> 2) % 256));
  expect(encodeTile({ width: 256, height: 256, channels: 4, depth: 8, data }).length).toBeLessThan(4000);
  expect([isBlankTile({ data }), isBlankTile({ data: new Uint16Array(9) })]).toEqual([false, true]);
});

test('a tile is cut out of rows of pixels', () => {
  const data = Uint8Array.from({ length: 5 * 4 }, (_, i) => i);
  const cut = cutTile({ channels: 1, depth: 8, data, stride: 5 }, { x: 3, y: 2, width: 2, height: 2 });
  expect([...cut.data]).toEqual([13, 14, 18, 19]);
});

test('bytes that are no tile are refused', () => {
  const good = encodeTile({ width: 9, height: 9, channels: 4, depth: 8, data: new Uint8Array(324).fill(7) });
  const with_ = (at: number, value: number) => Uint8Array.from(good).fill(value, at, at + 1);
  const bad = [new Uint8Array(), good.subarray(0, 8), with_(0, 1), with_(2, 3), with_(3, 9), with_(4, 0), with_(5, 2)];
  for (const bytes of bad) expect(() => decodeTile(bytes)).toThrow('header');
  expect(() => decodeTile(good.subarray(0, -3))).toThrow('tile-damaged');
  expect(() => decodeTile(with_(4, 8))).toThrow('tile-damaged'); // more pixels than the header says
  expect(() => decodeTile(with_(4, 10))).toThrow('tile-damaged'); // fewer
  expect(() => decodeTile(with_(4, 8), natively)).toThrow('tile-damaged');
});
