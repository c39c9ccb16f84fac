import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ExifReader from 'exifreader';
import { expect, test } from 'vitest';
import { AppError } from '#common/contract/errors.ts';
import { decodeImage } from '#node/images/decode.ts';
import { encodeBytes } from '#node/images/encode.ts';
import { toSrgb8 } from '#node/images/to-srgb.ts';

/** 48 × 32 in four quarters: red, green; blue, light grey. Its EXIF asks for a quarter turn, which HEIC readers must ignore: in this
 * format turns are the container's business, and this one has none. */
const sample = fileURLToPath(new URL('./samples/quarters.heic', import.meta.url));

test('opens HEIC upright, with its profile and EXIF', async () => {
  const { raster, metadata } = await decodeImage(sample);
  expect(raster).toMatchObject({ width: 48, height: 32, channels: 3, depth: 8 });
  expect(raster.profile?.length).toBeGreaterThan(128);
  expect(metadata.format).toBe('heic');
  const { data } = await toSrgb8(raster);
  const centres = [
    { x: 12, y: 8, colour: [220, 40, 40] },
    { x: 36, y: 8, colour: [40, 200, 40] },
    { x: 12, y: 24, colour: [40, 40, 220] },
    { x: 36, y: 24, colour: [230, 230, 230] },
  ];
  for (const { x, y, colour } of centres) {
    for (const [c, value] of colour.entries()) {
      expect(Math.abs(data[(y * 48 + x) * 3 + c] - value)).toBeLessThanOrEqual(4);
    }
  }
});

test('hands the EXIF of HEIC on, with orientation 1', async () => {
  const { raster, metadata } = await decodeImage(sample);
  const written = await encodeBytes(raster, 'jpeg', { metadata });
  const tags = ExifReader.load(Buffer.from(written));
  expect(tags.Make?.description).toBe('Test Camera');
  expect(tags.Orientation?.value).toBe(1);
});

test('refuses HEIC that is cut off, and limits its pixels before decoding', async () => {
  const bytes = await readFile(sample);
  for (const length of [40, 600, bytes.length - 100]) {
    await expect(decodeImage(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'image-unreadable' });
  }
  const refusal = decodeImage(sample, { maxPixels: 1000 });
  await expect(refusal).rejects.toBeInstanceOf(AppError);
  await expect(refusal).rejects.toMatchObject({ code: 'image-too-large' });
});
