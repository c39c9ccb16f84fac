import { expect, test } from 'vitest';
import { changedRegions } from '../../../renderer/compositor/layer-stack.ts';
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
