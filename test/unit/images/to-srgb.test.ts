import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import type { Raster } from '../../../electron/common/raster/raster.ts';
import { builtInProfile, fromSrgb8, srgbProfile, toSrgb8 } from '../../../electron/node/images/to-srgb.ts';
import { adobeRgb, gammaProfile, noise } from './fixtures.ts';

function flat(colour: readonly number[], depth: 8 | 16, profile?: Uint8Array): Raster {
  const channels = colour.length as Raster['channels'];
  const samples = Array.from({ length: 16 * channels }, (_, index) => colour[index % channels]!);
  const data = depth === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples);
  return { width: 4, height: 4, channels, depth, data, ...(profile && { profile }) };
}

/** Largest difference of the first pixel from what is expected. */
const distance = (data: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((value, index) => Math.abs(value - data[index]!)));

test('takes 8-bit sRGB over exactly, tagged or not', async () => {
  const image = noise(31, 17, 3, 8);
  expect((await toSrgb8(image)).data).toEqual(image.data);
  expect((await toSrgb8({ ...image, profile: await srgbProfile() })).data).toEqual(image.data);
});

test('takes the high byte of 16 bits, repeats grey, and drops alpha so that hidden colours show', async () => {
  expect([...(await toSrgb8(flat([0x1280, 0xff00, 0x00ff], 16))).data.subarray(0, 3)]).toEqual([0x12, 0xff, 0]);
  expect([...(await toSrgb8(flat([77, 0], 8))).data.subarray(0, 3)]).toEqual([77, 77, 77]);
  expect([...(await toSrgb8(flat([1, 2, 3, 0], 8))).data.subarray(0, 3)]).toEqual([1, 2, 3]);
});

// From the definitions of the spaces: linear light, D50 matrices, sRGB's curve.
test.each([
  ['Display P3', 'p3', [200, 100, 50], [215, 93, 31]],
  ['Adobe RGB', 'adobe', [120, 130, 140], [116, 131, 142]],
] as const)('converts %s to sRGB', async (_, name, colour, expected) => {
  const profile = name === 'p3' ? await builtInProfile('p3') : adobeRgb();
  const deep = colour.map((value) => value * 257);
  expect(distance((await toSrgb8(flat(colour, 8, profile))).data, expected)).toBeLessThanOrEqual(1);
  expect(distance((await toSrgb8(flat(deep, 16, profile))).data, expected)).toBeLessThanOrEqual(1);
  expect(distance((await toSrgb8(flat([...colour, 0], 8, profile))).data, expected)).toBeLessThanOrEqual(1);
});

test('converts grey under its own curve', async () => {
  const { data } = await toSrgb8(flat([128], 8, gammaProfile('Linear grey', 1)));
  expect(distance(data, [188, 188, 188])).toBeLessThanOrEqual(1);
});

test.each([8, 16] as const)('brings a result into the colours of the file and back, in %i bits', async (depth) => {
  for (const profile of [await builtInProfile('p3'), adobeRgb()]) {
    const image = { width: 2, height: 1, data: Uint8Array.from([200, 100, 50, 20, 130, 240]) };
    const own = await fromSrgb8(image, { channels: 4, depth, profile });
    expect(own).toMatchObject({ width: 2, height: 1, channels: 3, depth });
    expect(own.profile).toBe(profile);
    expect(distance((await toSrgb8(own)).data, [...image.data])).toBeLessThanOrEqual(3);
  }
});

test('is exact where the file is sRGB', async () => {
  const image = { width: 4, height: 4, data: noise(4, 4, 3, 8).data as Uint8Array };
  expect((await fromSrgb8(image, { channels: 3, depth: 8 })).data).toEqual(image.data);
  const deep = await fromSrgb8(image, { channels: 4, depth: 16 });
  expect(deep.data).toEqual(Uint16Array.from(image.data, (value) => value * 257));
});

test('makes grey for a grey file, with its profile or without', async () => {
  const image = { width: 1, height: 1, data: Uint8Array.from([188, 188, 188]) };
  const plain = await fromSrgb8(image, { channels: 1, depth: 8 });
  expect(plain).toMatchObject({ channels: 1, data: Uint8Array.from([188]) });
  for (const depth of [8, 16] as const) {
    const profile = gammaProfile('Linear grey', 1);
    const linear = await fromSrgb8(image, { channels: 2, depth, profile });
    expect(linear).toMatchObject({ channels: 1, depth });
    expect(Math.abs(linear.data[0]! / (depth === 16 ? 257 : 1) - 128)).toBeLessThanOrEqual(1);
  }
});

test('leaves no profile behind in the temporary folder', async () => {
  await fromSrgb8({ width: 1, height: 1, data: new Uint8Array(3) }, { channels: 3, depth: 8, profile: adobeRgb() });
  expect((await readdir(tmpdir())).filter((name) => /^editar-.*\.icc$/.test(name))).toEqual([]);
});
