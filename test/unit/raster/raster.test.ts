import { expect, test } from 'vitest';
import { colourChannels, crop, hasAlpha } from '#common/raster/raster.ts';
import { noisePicture } from './pictures.ts';

test('tells colour channels from alpha', () => {
  const kinds = ([1, 2, 3, 4] as const).map((channels) => [colourChannels({ channels }), hasAlpha({ channels })]);
  expect(kinds).toEqual([
    [1, false],
    [1, true],
    [3, false],
    [3, true],
  ]);
});

test('crops a copy, and only from inside', () => {
  const raster = { ...noisePicture(5, 4, 2, 16), profile: Uint8Array.of(1, 2) };
  const part = crop(raster, { x: 3, y: 1, width: 2, height: 2 });
  expect(part).toMatchObject({ width: 2, height: 2, channels: 2, depth: 16, profile: raster.profile });
  expect([...part.data]).toEqual([...raster.data.subarray(16, 20), ...raster.data.subarray(26, 30)]);
  const first = raster.data[16];
  part.data.fill(0);
  expect(raster.data[16]).toBe(first);
  expect(() => crop(raster, { x: 4, y: 0, width: 2, height: 1 })).toThrow('cannot crop 2 × 1 at 4, 0 from 5 × 4');
});
