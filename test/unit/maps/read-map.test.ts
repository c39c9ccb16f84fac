import { expect, test } from 'vitest';
import { readMap } from '../../../electron/common/maps/read-map.ts';
import type { MapPixels } from '../../../electron/common/maps/read-map.ts';

const pixels = (channels: MapPixels['channels'], ...values: number[]): MapPixels => ({
  width: values.length / channels,
  height: 1,
  channels,
  data: Uint8Array.from(values),
});
const deep = (channels: MapPixels['channels'], ...values: number[]): MapPixels => ({
  ...pixels(channels, ...values),
  data: Uint16Array.from(values),
});

test('a grey map keeps its values, from one channel or three equal ones', () => {
  for (const kind of ['canny', 'depth'] as const) {
    expect(readMap(pixels(1, 0, 7, 255), kind)).toMatchObject({ map: { data: Uint8Array.of(0, 7, 255) }, notes: [] });
    expect(readMap(pixels(3, 9, 9, 9, 40, 40, 40), kind).map.data).toEqual(Uint8Array.of(9, 40));
  }
});

test('colours of a segmentation map are kept', () => {
  expect(readMap(pixels(3, 1, 2, 3, 4, 5, 6), 'segmentation').map.data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  expect(readMap(pixels(1, 8), 'segmentation').map.data).toEqual(Uint8Array.of(8, 8, 8));
});

test('a coloured depth map is weighed to grey and says so', () => {
  const { map, notes } = readMap(pixels(3, 120, 90, 80), 'depth');
  expect([map.data, notes]).toEqual([Uint8Array.of(98), ['coloured']]);
});

test('depth in the colours of a rainbow is told to be none', () => {
  const rainbow = [0, 0, 255, 0, 255, 255, 0, 255, 0, 255, 255, 0, 255, 0, 0];
  expect(readMap(pixels(3, ...rainbow), 'depth').notes).toEqual(['false-colours']);
  expect(readMap(pixels(3, ...rainbow), 'canny').notes).toEqual(['coloured']);
  expect(readMap(pixels(3, 9, 9, 9, 40, 40, 40, 255, 0, 0), 'depth').notes).toEqual(['coloured']); // a stray one
});

test('what is mostly transparent is black, and it says so', () => {
  const { map, notes } = readMap(pixels(4, 255, 255, 255, 255, 255, 255, 255, 10, 90, 90, 90, 200), 'canny');
  expect([map.data, notes]).toEqual([Uint8Array.of(255, 0, 90), ['transparent']]);
  expect(readMap(pixels(2, 50, 255), 'depth').notes).toEqual([]);
});

test('of 16 bits the upper ones are kept; depths that are close together are spread', () => {
  expect(readMap(deep(1, 0, 0x80ff, 0xffff), 'depth')).toMatchObject({
    map: { data: Uint8Array.of(0, 0x80, 0xff) },
    notes: ['sixteen-bit'],
  });
  expect(readMap(deep(1, 1000, 2000, 3000), 'depth')).toMatchObject({
    map: { data: Uint8Array.of(0, 127, 255) },
    notes: ['spread'],
  });
  expect(readMap(deep(2, 0xffff, 0xffff), 'canny').map.data).toEqual(Uint8Array.of(255));
});
