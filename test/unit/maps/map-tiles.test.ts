import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTile, encodeTile } from '#common/document/tile-codec.ts';
import { tileCount } from '#common/document/tiles.ts';
import { channelsOf, cropMap, mapKinds, newMap } from '#common/maps/condition-map.ts';
import type { ConditionMap } from '#common/maps/condition-map.ts';
import { changedTiles, imageChannelsOf, putTile, tileOfMap } from '#common/maps/map-tiles.ts';
import { classMap, edgeMapOf, edgeText } from './maps.ts';

const anyMap = fc
  .record({
    kind: fc.constantFrom(...mapKinds),
    width: fc.integer({ min: 1, max: 600 }),
    height: fc.integer({ min: 1, max: 300 }),
    seed: fc.nat(),
  }) // prettier-ignore
  .map(({ seed, ...size }): ConditionMap => {
    const map = newMap(size.kind, size);
    map.data.forEach((_, i) => (map.data[i] = (i * 31 + seed) % 7 === 0 ? (i * seed) % 256 : 0));
    return map;
  });

test('a map cut into a document’s tiles and put together again is the same, bit for bit', () => {
  fc.assert(
    fc.property(anyMap, (map) => {
      const again = { ...newMap(map.kind, map), data: new Uint8Array(map.data.length).fill(9) };
      for (let index = 0; index < tileCount(map); index++) {
        const tile = tileOfMap(map, index);
        expect(tile?.channels ?? imageChannelsOf(map.kind)).toBe(imageChannelsOf(map.kind));
        putTile(again, index, tile && decodeTile(encodeTile(tile)));
      }
      expect(Buffer.compare(again.data, map.data)).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('classes are opaque, and transparent where nothing is labelled', () => {
  const tile = tileOfMap(classMap([[0, 255]]), 0)!;
  expect([...tile.data]).toEqual([0xdc, 0x14, 0x3c, 255, 0, 0, 0, 0]);
  expect(tileOfMap(classMap([[255, 255]]), 0)).toBeNull();
});

test('only tiles in which something differs are named', () => {
  for (const kind of mapKinds) {
    const before = newMap(kind, { width: 520, height: 300 }); // three columns, two rows
    const after = { ...before, data: before.data.slice() };
    expect(changedTiles(before, after)).toEqual([]);
    after.data[(299 * 520 + 519) * channelsOf(kind)] = 1;
    after.data[256 * channelsOf(kind)] = 1;
    expect(changedTiles(before, after)).toEqual([1, 5]);
  }
});

test('a part of a map, and nothing beyond its edges', () => {
  const map = edgeMapOf('#..', '.#.', '..#');
  const cut = (x: number, y: number, width: number, height: number) => edgeText(cropMap(map, { x, y, width, height }));
  expect(cut(1, 1, 2, 2)).toEqual(['#.', '.#']);
  expect(cut(-1, 0, 3, 2)).toEqual(['.#.', '..#']);
  expect(cut(5, 5, 2, 1)).toEqual(['..']);
  expect(cropMap(map, { x: 0, y: 0, width: 3, height: 3 })).toBe(map);
  expect([...cropMap(classMap([[1, 2]]), { x: 1, y: 0, width: 1, height: 1 }).data]).toEqual([...classMap([[2]]).data]);
});
