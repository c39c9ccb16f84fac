import { expect, test } from 'vitest';
import { changedRegions, onlyTile } from '../../../renderer/compositor/layer-stack.ts';
import type { TiledImage } from '../../../renderer/compositor/layer-stack.ts';
import { layerOf, stackOf } from './stacks.ts';

const extent = { width: 1000, height: 600 };
const image = (...tiles: string[]): TiledImage => ({
  extent: { width: 300, height: 256 },
  channels: 4,
  depth: 8,
  tiles,
});
const [a, b] = [layerOf('a'), layerOf('b', { offset: { x: 100, y: 50 } })];
const images = { a: image('1', '2'), b: image('3', '4') };
const before = stackOf(extent, [a, b], images);
const everywhereB = { x: 100, y: 50, width: 300, height: 256 };

test('nothing changes where nothing is different', () => {
  expect(changedRegions(before, stackOf(extent, [{ ...a }, { ...b }], { a: image('1', '2'), b: images.b }))).toEqual(
    [],
  );
});

test('a tile with other pixels changes its place on the canvas', () => {
  const after = stackOf(extent, [a, b], { ...images, b: image('3', '5') });
  expect(changedRegions(before, after)).toEqual([{ x: 356, y: 50, width: 44, height: 256 }]);
});

test('a layer that looks different, comes, goes or changes places changes all it covers', () => {
  expect(changedRegions(before, stackOf(extent, [a, { ...b, opacity: 0.5 }], images))).toEqual([
    everywhereB,
    everywhereB,
  ]);
  expect(changedRegions(before, stackOf(extent, [a], images))).toEqual([everywhereB]);
  expect(changedRegions(stackOf(extent, [a], images), before)).toEqual([everywhereB]);
  expect(changedRegions(before, stackOf(extent, [b, a], images))).toContainEqual(everywhereB);
});

test('a layer that moves changes where it was and where it is', () => {
  const after = stackOf(extent, [a, { ...b, offset: { x: 0, y: 0 } }], images);
  expect(changedRegions(before, after)).toEqual([everywhereB, { x: 0, y: 0, width: 300, height: 256 }]);
});

test('another canvas is another picture', () => {
  const smaller = { width: 500, height: 600 };
  expect(changedRegions(before, stackOf(smaller, [a, b], images))).toEqual([{ x: 0, y: 0, ...smaller }]);
});

test('of a layer that grows by whole tiles only those are drawn anew that are new or were cut off', () => {
  const image = (tiles: (string | null)[], width: number, height: number): TiledImage => ({
    ...{ extent: { width, height }, channels: 4, depth: 8, tiles },
  });
  const extent = { width: 800, height: 300 };
  const look = { offset: { x: 300, y: 20 } };
  const before = stackOf(extent, [layerOf('a', look)], { a: image(['a', 'b'], 300, 200) });
  const grown = image([null, 'a', 'b, wider'], 768, 200);
  const after = stackOf(extent, [layerOf('a', { offset: { x: 44, y: 20 } })], { a: grown });
  expect(changedRegions(before, after)).toEqual([
    { x: 556, y: 20, width: 44, height: 200 },
    { x: 556, y: 20, width: 256, height: 200 },
  ]);
});

test('a mask that changes where the layer has no pixels changes nothing', () => {
  const extent = { width: 512, height: 100 };
  const layer = layerOf('a', { mask: 'm' });
  const pixels: TiledImage = { extent, channels: 4, depth: 8, tiles: ['a', null] };
  const mask = (tiles: (string | null)[]): TiledImage => ({ extent, channels: 1, depth: 8, tiles });
  const before = stackOf(extent, [layer], { a: pixels, m: mask(['x', 'y']) });
  const after = stackOf(extent, [layer], { a: pixels, m: mask(['x', 'z']) });
  expect(changedRegions(before, after)).toEqual([]);
  const other = stackOf(extent, [layer], { a: pixels, m: mask(['w', 'y']) });
  expect(changedRegions(before, other)).toEqual([{ x: 0, y: 0, width: 256, height: 100 }]);
});

test('a tile that is all there is to see need not be blended', () => {
  const extent = { width: 600, height: 256 };
  const tiles = (keys: (string | null)[]): TiledImage => ({ extent, channels: 4, depth: 8, tiles: keys });
  const images = { a: tiles(['a', 'b', null]), b: tiles([null, 'c', null]) };
  const columns = (layers: ReturnType<typeof layerOf>[], depth: 8 | 16 = 8) =>
    [0, 1, 2].map((column) => onlyTile(stackOf(extent, layers, images, depth), { level: 0, column, row: 0 }));
  expect(columns([layerOf('a'), layerOf('b')])).toEqual(['a', undefined, null]);
  expect(columns([layerOf('a'), layerOf('b', { opacity: 0 })])).toEqual(['a', 'b', null]);
  expect(columns([layerOf('a', { opacity: 0.5 })])).toEqual([undefined, undefined, null]);
  expect(columns([layerOf('a', { blend: 'multiply' })])).toEqual([undefined, undefined, null]);
  expect(columns([layerOf('a', { mask: 'm' })])).toEqual([undefined, undefined, null]);
  expect(columns([layerOf('a')], 16)).toEqual([undefined, undefined, null]);
  expect(columns([layerOf('a', { offset: { x: 256, y: 0 } })])).toEqual([null, 'a', undefined]); // cut off
  expect(columns([layerOf('a', { offset: { x: 1, y: 0 } })])).toEqual([undefined, undefined, undefined]);
});
