import { link, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeAtomically } from '../../../electron/node/images/atomic-write.ts';
import { decodeImage } from '../../../electron/node/images/decode.ts';
import { encodeBytes, encodeImage } from '../../../electron/node/images/encode.ts';
import { photoshopBlock } from '../../../electron/node/images/photoshop.ts';
import { builtInProfile } from '../../../electron/node/images/to-srgb.ts';
import { cameraExif, gammaProfile, noise, sampleXmp, tagsOf, temporaryFolder, thumbnailMark } from './fixtures.ts';

const kinds = (['png', 'tiff'] as const).flatMap((format) =>
  ([1, 2, 3, 4] as const).flatMap((channels) =>
    ([8, 16] as const).flatMap((depth) => [true, false].map((hasProfile) => ({ format, channels, depth, hasProfile }))),
  ),
);

test.each(kinds)('$format gives back $channels × $depth bit exactly, with profile: $hasProfile', async (kind) => {
  const grey = gammaProfile('Grey gamma 2.2', 2.2);
  const profile = kind.channels < 3 ? grey : await builtInProfile('p3');
  const image = noise(37, 23, kind.channels, kind.depth, kind.hasProfile ? profile : undefined);
  const path = join(await temporaryFolder(), `picture.${kind.format}`);
  const { notices } = await encodeImage(image, path);
  const { raster } = await decodeImage(path);
  expect(notices).toEqual([]);
  expect(raster.data).toEqual(image.data);
  expect(raster).toMatchObject({ width: 37, height: 23, channels: kind.channels, depth: kind.depth });
  expect(raster.profile && Buffer.from(raster.profile)).toEqual(kind.hasProfile ? Buffer.from(profile) : undefined);
});

test.each([
  ['jpeg', 3],
  ['webp', 4],
  ['avif', 4],
] as const)('%s keeps size, channels and the bytes of the profile', async (format, channels) => {
  const profile = await builtInProfile('p3');
  const { raster } = await decodeImage(await encodeBytes(noise(64, 48, 4, 8, profile), format));
  expect(raster).toMatchObject({ width: 64, height: 48, channels, depth: 8 });
  expect(Buffer.from(raster.profile!)).toEqual(Buffer.from(profile));
});

test.each(['jpeg', 'webp', 'avif'] as const)('%s holds the same numbers with and without a profile', async (format) => {
  const profile = await builtInProfile('p3');
  const flat = {
    ...noise(64, 64, 3, 8),
    data: new Uint8Array(64 * 64 * 3).map((_, index) => [200, 60, 30][index % 3]!),
  };
  const { raster } = await decodeImage(await encodeBytes({ ...flat, profile }, format, { quality: 100 }));
  for (const [index, expected] of [200, 60, 30].entries())
    expect(Math.abs(raster.data[index]! - expected)).toBeLessThan(4);
});

test('keeps 10 of 16 bits in AVIF and 8 in the others, and says so', async () => {
  const path = join(await temporaryFolder(), 'deep.avif');
  const { notices } = await encodeImage(noise(64, 64, 3, 16), path);
  expect(notices).toEqual(['The format has no 16 bit samples; 10 bits were kept.']);
  expect((await decodeImage(path)).raster.depth).toBe(16);
});

test('puts transparency on white in JPEG, and says so', async () => {
  const path = join(await temporaryFolder(), 'flat.jpg');
  const clear = { ...noise(16, 16, 4, 8), data: new Uint8Array(16 * 16 * 4) };
  const { notices } = await encodeImage(clear, path);
  expect(notices).toEqual(['JPEG has no transparency; the picture was put on white.']);
  expect([...(await decodeImage(path)).raster.data.subarray(0, 3)]).toEqual([255, 255, 255]);
});

test('writes grey as grey JPEG', async () => {
  const { raster } = await decodeImage(await encodeBytes(noise(16, 16, 1, 8), 'jpeg'));
  expect(raster.channels).toBe(1);
});

const iptc = Buffer.from([0x1c, 2, 5, 0, 5, ...Buffer.from('Title')]);
const formats = ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const;

test.each(formats)(
  '%s carries camera, place, XMP and profile, upright and without the old thumbnail',
  async (format) => {
    const image = noise(40, 30, 3, 8, await builtInProfile('p3'));
    const metadata = { exif: cameraExif(), xmp: Buffer.from(sampleXmp), iptc };
    const bytes = await encodeBytes(image, format, { metadata });
    const found = tagsOf(bytes);
    expect(found.exif?.Model?.description).toBe('Camera One');
    expect(found.exif?.Orientation?.value ?? 1).toBe(1);
    expect(found.exif?.PixelXDimension?.value).toBe(40);
    expect(found.gps?.Latitude).toBeCloseTo(51.5, 5);
    expect(Buffer.from(bytes).includes(thumbnailMark)).toBe(false);
    const { metadata: again } = await decodeImage(bytes);
    expect(Buffer.from(again.xmp!).toString()).toContain('<dc:title>A lamp</dc:title>');
    expect(Buffer.from(again.xmp!).toString()).not.toContain('tiff:Orientation');
    expect(again.iptc && Buffer.from(again.iptc)).toEqual(['jpeg', 'tiff'].includes(format) ? iptc : undefined);
    expect((await decodeImage(bytes)).raster).toMatchObject({ width: 40, height: 30 });
  },
);

test.each(formats)('%s leaves the place out when told to', async (format) => {
  const metadata = { exif: cameraExif(), xmp: Buffer.from(sampleXmp) };
  const bytes = await encodeBytes(noise(40, 30, 3, 8), format, { metadata, keepGps: false });
  const found = tagsOf(bytes);
  expect(found.exif?.Model?.description).toBe('Camera One');
  expect(found.gps).toBeUndefined();
  expect(Buffer.from((await decodeImage(bytes)).metadata.xmp!).toString()).not.toContain('GPS');
});

test('hands EXIF on from TIFF to JPEG', async () => {
  const tiff = await encodeBytes(noise(40, 30, 3, 16), 'tiff', { metadata: { exif: cameraExif() } });
  const { raster, metadata } = await decodeImage(tiff);
  const found = tagsOf(await encodeBytes(raster, 'jpeg', { metadata }));
  expect(found.exif?.Model?.description).toBe('Camera One');
  expect(found.exif?.ExposureTime?.description).toBe('1/125');
  expect(found.gps?.Latitude).toBeCloseTo(51.5, 5);
});

test('writes a picture whose EXIF is damaged, without it', async () => {
  const metadata = { exif: Buffer.from('II*\0\xff\xff\xff\x00nonsense', 'latin1') };
  const { metadata: again } = await decodeImage(await encodeBytes(noise(8, 8, 3, 8), 'png', { metadata }));
  expect(again.exif).toBeUndefined();
});

test('leaves out what is too big for a JPEG segment, and says so', async () => {
  const path = join(await temporaryFolder(), 'big.jpg');
  const xmp = Buffer.from(sampleXmp.replace('A lamp', 'lamp '.repeat(20_000)));
  const { notices } = await encodeImage(noise(8, 8, 3, 8), path, { metadata: { xmp } });
  expect(notices).toEqual(['XMP is larger than JPEG can hold and was left out.']);
});

test('finds IPTC records inside the resources of Photoshop', () => {
  expect(photoshopBlock(iptc).length % 2).toBe(0);
});

test('refuses an unknown extension before any work', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'picture.bmp');
  await expect(encodeImage(noise(8, 8, 3, 8), path)).rejects.toMatchObject({
    code: 'unsupported-format',
    data: { path, format: '.bmp' },
  });
  expect(await readdir(folder)).toEqual([]);
});

test('refuses a side that the format cannot hold', async () => {
  const path = join(await temporaryFolder(), 'wide.webp');
  await expect(encodeImage(noise(16_384, 1, 3, 8), path)).rejects.toMatchObject({
    code: 'unsupported-size',
    data: { width: 16_384 },
  });
});

test('never writes over an input, under any of its names', async () => {
  const folder = await temporaryFolder();
  const [input, other] = [join(folder, 'photo.png'), join(folder, 'same.png')];
  await writeFile(input, 'untouched');
  await link(input, other);
  for (const path of [input, other]) {
    const writing = encodeImage(noise(8, 8, 3, 8), path, { neverOverwrite: [input] });
    await expect(writing).rejects.toMatchObject({ code: 'output-is-input' });
  }
  expect(await readFile(input, 'utf8')).toBe('untouched');
});

test('replaces an older file whole, and leaves nothing else behind', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.png'), 'older');
  await encodeImage(noise(8, 8, 3, 8), join(folder, 'a.png'));
  expect(await readdir(folder)).toEqual(['a.png']);
});

test('keeps the older file and leaves nothing behind when the disk is full', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.png');
  await writeFile(path, 'older');
  const full = async (): Promise<never> => await Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  await expect(writeAtomically(path, [Buffer.from('new')], full)).rejects.toMatchObject({
    code: 'disk-full',
    data: { path },
  });
  expect(await readdir(folder)).toEqual(['a.png']);
  expect(await readFile(path, 'utf8')).toBe('older');
});

test('says when the folder is missing or the name is taken by a folder', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'b.png'));
  const write = async (name: string) => await encodeImage(noise(4, 4, 3, 8), join(folder, name));
  await expect(write('none/a.png')).rejects.toMatchObject({ code: 'output-folder-missing' });
  await expect(write('b.png')).rejects.toMatchObject({ code: 'output-not-writable' });
  expect(await readdir(folder)).toEqual(['b.png']);
});
