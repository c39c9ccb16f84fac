import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Channels, Depth } from '../../../electron/common/raster/raster.ts';
import { decodeImage } from '../../../electron/node/images/decode.ts';
import { exifChunk, profileChunk } from '../../../electron/node/images/png-chunks.ts';
import { numberField } from '../../../electron/node/images/tiff-directory.ts';
import { tiffParts } from '../../../electron/node/images/tiff-writer.ts';
import { builtInProfile } from '../../../electron/node/images/to-srgb.ts';
import { adobeRgb, exifOf, gammaProfile, headerOnlyPng, noise, plainPng, temporaryFolder } from './fixtures.ts';

const kinds = ([1, 2, 3, 4] as const).flatMap((channels) => ([8, 16] as const).map((depth) => ({ channels, depth })));

test.each(kinds)('reads a PNG of $channels channels and $depth bits exactly', async ({ channels, depth }) => {
  const image = noise(19, 11, channels, depth);
  const { raster, metadata } = await decodeImage(plainPng(image));
  expect(raster).toEqual(image);
  expect(metadata).toMatchObject({ format: 'png', wasAnimated: false, notices: [] });
});

test.each(kinds)('keeps a profile of $channels channels and $depth bits beside unchanged samples', async (kind) => {
  const profile = kind.channels < 3 ? gammaProfile('Grey gamma 2.2', 2.2) : await builtInProfile('p3');
  const image = noise(19, 11, kind.channels, kind.depth, profile);
  const { raster, metadata } = await decodeImage(plainPng(image, [profileChunk(profile)]));
  expect(raster.data).toEqual(image.data);
  expect(Buffer.from(raster.profile!)).toEqual(Buffer.from(profile));
  expect(metadata.icc).toBe(raster.profile);
});

test('keeps Adobe RGB numbers as they are', async () => {
  const image = noise(9, 9, 3, 16);
  const { raster } = await decodeImage(plainPng(image, [profileChunk(adobeRgb())]));
  expect(raster.data).toEqual(image.data);
});

test('ignores a profile that is for another number of channels', async () => {
  const image = noise(9, 9, 3, 8);
  const { raster } = await decodeImage(plainPng(image, [profileChunk(gammaProfile('Grey', 2.2))]));
  expect(raster).toEqual(image);
});

/** Where pixel (x, y) of the upright picture lies in the stored one (EXIF 3.0, 4.6.5.1.7). */
const stored: Readonly<Record<number, (x: number, y: number, w: number, h: number) => readonly [number, number]>> = {
  1: (x, y) => [x, y],
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, h) => [y, h - 1 - x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, w) => [w - 1 - y, x],
};

const orientations = Object.keys(stored).flatMap((key) =>
  ([8, 16] as const).map((depth) => ({ orientation: Number(key), depth })),
);

test.each(orientations)('applies orientation $orientation once, in $depth bits', async ({ orientation, depth }) => {
  const image = noise(7, 5, 3, depth);
  const file = plainPng(image, [exifChunk(exifOf([numberField(0x112, 'short', [orientation], true)]))]);
  const { raster } = await decodeImage(file);
  const isTurned = orientation > 4;
  expect([raster.width, raster.height]).toEqual(isTurned ? [5, 7] : [7, 5]);
  const expected = new (depth === 16 ? Uint16Array : Uint8Array)(image.data.length);
  for (let y = 0; y < raster.height; y++) {
    for (let x = 0; x < raster.width; x++) {
      const [fromX, fromY] = stored[orientation]!(x, y, image.width, image.height);
      const from = (fromY * image.width + fromX) * 3;
      expected.set(image.data.subarray(from, from + 3), (y * raster.width + x) * 3);
    }
  }
  expect(raster.data).toEqual(expected);
});

test('leaves the orientation alone when told to', async () => {
  const file = await sharp(plainPng(noise(7, 5, 3, 8)))
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect((await decodeImage(file)).raster).toMatchObject({ width: 5, height: 7 });
  expect((await decodeImage(file, { applyOrientation: false })).raster).toMatchObject({ width: 7, height: 5 });
});

test('reads grey JPEG as one channel, with its profile', async () => {
  const grey = await sharp(plainPng(noise(16, 16, 1, 8)))
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();
  expect((await decodeImage(grey)).raster).toMatchObject({ channels: 1, depth: 8 });
});

test('expands a palette and keeps its transparency', async () => {
  const file = await sharp(plainPng(noise(16, 16, 4, 8)))
    .png({ palette: true, colours: 16 })
    .toBuffer();
  expect((await decodeImage(file)).raster).toMatchObject({ channels: 4, depth: 8 });
});

test.each([8, 16] as const)('reads TIFF of %i bits exactly', async (depth: Depth) => {
  const image = noise(13, 7, 4, depth);
  const file = Buffer.concat(await tiffParts(image, {}));
  expect((await decodeImage(file)).raster).toEqual(image);
});

test.each(['webp', 'avif'] as const)('reads %s, with alpha', async (format) => {
  const source = sharp(plainPng(noise(32, 32, 4, 8)));
  const file = await source[format]({ lossless: true }).toBuffer();
  const { raster, metadata } = await decodeImage(file);
  expect(raster).toMatchObject({ width: 32, height: 32, channels: 4, depth: 8 });
  expect(metadata.format).toBe(format);
});

test('converts CMYK to sRGB and says so', async () => {
  const plain = sharp({ create: { width: 8, height: 8, channels: 3, background: '#c04020' } });
  const file = await plain.toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer();
  const { raster, metadata } = await decodeImage(file);
  expect(raster).toMatchObject({ channels: 3, depth: 8 });
  expect(raster.profile).toBeUndefined();
  expect(metadata.notices).toEqual(['The colours were converted from CMYK to sRGB with its colour profile.']);
  const [red, green, blue] = raster.data;
  expect(Math.abs(red! - 0xc0)).toBeLessThan(24); // out of the press's gamut by a little
  expect(Math.abs(green! - 0x40)).toBeLessThan(24);
  expect(Math.abs(blue! - 0x20)).toBeLessThan(24);
});

test.each(['gif', 'webp'] as const)('opens the first frame of an animated %s and says so', async (format) => {
  const frames = Buffer.concat([Buffer.alloc(16 * 16 * 3, 200), Buffer.alloc(16 * 16 * 3, 20)]);
  const raw = { width: 16, height: 32, channels: 3 as Channels, pageHeight: 16 };
  const file = await sharp(frames, { raw })[format]().toBuffer();
  const { raster, metadata } = await decodeImage(file);
  expect(raster).toMatchObject({ width: 16, height: 16 });
  expect(Math.abs(raster.data[0]! - 200)).toBeLessThan(8);
  expect(metadata.wasAnimated).toBe(true);
  expect(metadata.notices).toEqual(['The file is an animation of 2 frames; the first was opened.']);
});

test('opens the first frame of an animated PNG and says so', async () => {
  const animation = { type: 'acTL', data: Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 0) };
  const { metadata } = await decodeImage(plainPng(noise(8, 8, 3, 8), [animation]));
  expect(metadata.wasAnimated).toBe(true);
  expect(metadata.notices).toEqual(['The file is an animation of 3 frames; the first was opened.']);
});

test('opens a picture of one pixel', async () => {
  const image = noise(1, 1, 3, 8);
  expect((await decodeImage(plainPng(image))).raster).toEqual(image);
});

test('refuses too many pixels by the header alone, naming the sizes', async () => {
  await expect(decodeImage(headerOnlyPng(30_000, 20_000))).rejects.toMatchObject({
    code: 'image-too-large',
    data: { size: '30000 × 20000 pixels (600 megapixels)', limit: '300 megapixels', width: 30_000, height: 20_000 },
  });
});

test('refuses a file of too many bytes before reading it', async () => {
  const path = join(await temporaryFolder(), 'big.png');
  await writeFile(path, plainPng(noise(8, 8, 3, 8)));
  await expect(decodeImage(path, { maxBytes: 20 })).rejects.toMatchObject({
    code: 'image-too-large',
    data: { path, maxBytes: 20 },
  });
});

test('names what is wrong with a file that cannot be opened', async () => {
  const folder = await temporaryFolder();
  const png = plainPng(noise(40, 40, 3, 8));
  const jpeg = await sharp(png).jpeg().toBuffer();
  const cases: readonly [string, Uint8Array | string, RegExp][] = [
    ['empty.png', new Uint8Array(0), /empty/],
    ['cut.png', png.subarray(0, png.length / 2), /cut off/],
    ['cut.jpg', jpeg.subarray(0, jpeg.length / 2), /cut off/],
    ['text.png', 'not a picture at all', /content is not/],
    ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>', /content is not/],
    ['head.jpg', jpeg.subarray(0, 4), /damaged/],
  ];
  for (const [name, content, reason] of cases) {
    const path = join(folder, name);
    await writeFile(path, content);
    const data: unknown = expect.objectContaining({ path, reason: expect.stringMatching(reason) as string });
    await expect(decodeImage(path), name).rejects.toMatchObject({ code: 'image-unreadable', data });
  }
});

test('tells a folder and a missing file from a damaged one', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'album.png'));
  const reasonOf = async (name: string): Promise<unknown> =>
    await decodeImage(join(folder, name)).catch((error: { data: { reason: string } }) => error.data.reason);
  expect(await reasonOf('album.png')).toBe('it is a folder');
  expect(await reasonOf('missing.png')).toBe('there is no such file');
});

test.skipIf(process.platform === 'win32')(
  'does not wait for a pipe that nobody writes into (needs mkfifo)',
  async () => {
    const path = join(await temporaryFolder(), 'pipe.png');
    execFileSync('mkfifo', [path]);
    const data: unknown = { path, reason: 'it is not a regular file' };
    await expect(decodeImage(path)).rejects.toMatchObject({ code: 'image-unreadable', data });
  },
);

test('refuses samples that are neither 8 nor 16 bit', async () => {
  const floats = sharp(new Float32Array(8 * 8 * 3), { raw: { width: 8, height: 8, channels: 3 } });
  const file = await floats
    .pipelineColourspace('scrgb')
    .toColourspace('scrgb')
    .tiff({ compression: 'none' })
    .toBuffer();
  const reason = 'its samples are of the kind “float”; 8 and 16 bit can be opened';
  await expect(decodeImage(file)).rejects.toMatchObject({ code: 'image-unreadable', data: { reason } });
});
