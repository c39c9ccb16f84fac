import { expect, test } from 'vitest';
import { greyToRgb, hasColour, rgbImageOf, rgbToGrey, toDepth } from '#common/raster/depth.ts';
import type { Raster } from '#common/raster/raster.ts';
import { withoutPause } from '#common/raster/slices.ts';
import { noisePicture } from './pictures.ts';

const deepGrey: Raster = {
  width: 2,
  height: 1,
  channels: 2,
  depth: 16,
  data: Uint16Array.of(0x12ff, 0, 0xff00, 0xffff),
};

test('reads colours for a model: high byte, grey as RGB, what is under transparency', async () => {
  const { data } = await rgbImageOf(deepGrey, withoutPause);
  expect([...data]).toEqual([0x12, 0x12, 0x12, 0xff, 0xff, 0xff]);
});

test('widens 8 bits over the whole range and comes back without loss', async () => {
  const bytes: Raster = {
    width: 256,
    height: 1,
    channels: 1,
    depth: 8,
    data: Uint8Array.from({ length: 256 }, (_, i) => i),
  };
  const wide = await toDepth(bytes, 16, withoutPause);
  expect([wide.data[0], wide.data[1], wide.data[255]]).toEqual([0, 257, 65_535]);
  expect(await toDepth(wide, 8, withoutPause)).toEqual(bytes);
});

test('rounds 16 bits to the nearest of 8', async () => {
  const data = Uint16Array.of(0, 128, 129, 65_406, 65_407, 65_535);
  const bytes = await toDepth({ width: 6, height: 1, channels: 1, depth: 16, data }, 8, withoutPause);
  expect([...bytes.data]).toEqual([0, 0, 1, 254, 255, 255]);
});

test('makes RGB of grey and grey of RGB, alpha kept and dropped', async () => {
  const rgb = await greyToRgb(deepGrey, withoutPause);
  expect(rgb.channels).toBe(4);
  expect([...rgb.data]).toEqual([0x12ff, 0x12ff, 0x12ff, 0, 0xff00, 0xff00, 0xff00, 0xffff]);
  const grey = await rgbToGrey(rgb, withoutPause);
  expect(grey.channels).toBe(1);
  expect([...grey.data]).toEqual([0x12ff, 0xff00]);
});

test('tells colour from the tint that compression leaves', () => {
  const grey = noisePicture(50, 50, 1).data;
  const data = new Uint8Array(7500).map((_, i) => Math.min(255, grey[Math.floor(i / 3)]! + (i % 3) * 4));
  expect(hasColour({ width: 50, height: 50, data })).toBe(false);
  data.set([200, 20, 20], 300);
  expect(hasColour({ width: 50, height: 50, data })).toBe(false);
  for (let pixel = 0; pixel < 10; pixel++) data.set([200, 20, 20], pixel * 3);
  expect(hasColour({ width: 50, height: 50, data })).toBe(true);
});
