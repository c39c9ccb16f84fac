import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { addLayer, setLayerLook, setLayerMask } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { setCanvas } from '#common/document/canvas-commands.ts';
import { acceptVersion, addVersion } from '#common/document/version-commands.ts';
import { blendModes } from '#common/raster/blend.ts';
import { storeTiled } from '#node/blobs/tiled-pixels.ts';
import { decodeImage } from '#node/images/decode.ts';
import { encodeBytes } from '#node/images/encode.ts';
import { Documents } from '#node/projects/documents.ts';
import { openStores } from '#node/projects/stores.ts';
import { exiftoolTags, hasExiftool } from '../../helpers/exiftool.ts';
import { readPsd } from '../../helpers/read-psd.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { cameraExif, noise, sampleXmp } from '../images/fixtures.ts';

const options = { quality: 92, keepsMetadata: true, keepsPlace: true, hasRecipe: true, format: 'psd' } as const;

async function setUp(photo: Promise<Buffer> | Buffer = solid(60, 40, '#0a141e')) {
  const { blobs, ...stores } = openStores(temporaryFolder());
  const documents = new Documents({ ...stores, blobs, version: '1.2.3' });
  onTestFinished(() => documents[Symbol.asyncDispose]());
  const opened = await documents.open({ blob: await blobs.put(await photo), name: 'photo.png' });
  const store = new DocumentStore(opened.records);
  /** As a reader without a canvas sees it. */
  const exported = async (changed: { keepsPlace?: boolean; skipsWhole?: boolean } = {}) => {
    const { skipsWhole, ...more } = { skipsWhole: false, ...changed };
    const wanted = { ...options, ...more };
    const { blob, notices } = await documents.export(opened.document, store.all(), wanted, { name: 'out.psd' });
    const bytes = await blobs.get(blob!);
    return { psd: readPsd(bytes, { skipsWhole }), bytes, notices };
  };
  return { blobs, store, exported };
}

const solid = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

type Blobs = Awaited<ReturnType<typeof setUp>>['blobs'];

/** One colour, opaque. */
async function colour(blobs: Blobs, width: number, height: number, rgb: readonly number[]) {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : rgb[i % 4]!));
  return await storeTiled(blobs, { width, height, channels: 4, depth: 8, data });
}

const pixel = (data: ArrayLike<number>, at: number) => [0, 1, 2, 3].map((channel) => data[at * 4 + channel]);

test('layers come back with their pixels, places, looks, locks and masks, and the merged picture', async () => {
  const { blobs, store, exported } = await setUp();
  const id = addLayer(store, {
    name: 'Grün 🌲',
    image: await colour(blobs, 10, 6, [1, 200, 3]),
    offset: { x: -4, y: 8 },
  });
  setLayerLook(store, id, { blend: 'hard-light', opacity: 0.5, isLocked: true });
  const strengths = Uint8Array.from({ length: 60 }, (_, i) => i * 4);
  const mask = await storeTiled(blobs, { width: 10, height: 6, channels: 1, depth: 8, data: strengths });
  setLayerMask(store, id, mask);
  const hidden = addLayer(store, { name: 'hidden', image: await colour(blobs, 5, 5, [9, 9, 9]) });
  setLayerLook(store, hidden, { isVisible: false });

  const { psd, notices } = await exported();
  expect([psd.width, psd.height, notices]).toEqual([60, 40, []]);
  const [photo, green, last] = psd.children!;
  expect(photo).toMatchObject({ name: 'photo.png', left: 0, top: 0, opacity: 1, blendMode: 'normal', hidden: false });
  expect(pixel(photo!.imageData!.data, 0)).toEqual([10, 20, 30, 255]);
  expect(green).toMatchObject({ name: 'Grün 🌲', left: -4, top: 8, right: 6, bottom: 14, blendMode: 'hard light' });
  expect(green!.opacity).toBeCloseTo(0.5, 2);
  expect(green!.protected).toMatchObject({ transparency: true, composite: true, position: true });
  expect(pixel(green!.imageData!.data, 59)).toEqual([1, 200, 3, 255]);
  expect(green!.mask).toMatchObject({ disabled: false, left: -4, top: 8, right: 6, bottom: 14, defaultColor: 0 });
  expect(Array.from({ length: 60 }, (_, i) => green!.mask!.imageData!.data[i * 4])).toEqual([...strengths]);
  setLayerLook(store, id, { isMaskOn: false });
  expect((await exported()).psd.children![1]!.mask?.disabled).toBe(true);
  expect(last).toMatchObject({ name: 'hidden', hidden: true });
  expect(pixel(psd.imageData!.data, 39 * 60 + 59)).toEqual([10, 20, 30, 255]);
  expect(pixel(psd.imageData!.data, 13 * 60 + 5)).not.toEqual([10, 20, 30, 255]); // the strongest end of the mask
});

test('every blend mode is one that Photoshop files know', async () => {
  const { blobs, store, exported } = await setUp();
  const image = await colour(blobs, 4, 4, [1, 2, 3]);
  for (const blend of blendModes) setLayerLook(store, addLayer(store, { name: blend, image }), { blend });
  const [, ...over] = (await exported()).psd.children!;
  expect(over.map(({ blendMode }) => blendMode)).toEqual(blendModes.map((blend) => blend.replace('-', ' ')));
});

test('a cropped document begins at the corner of its canvas', async () => {
  const { store, exported } = await setUp();
  setCanvas(store, { x: 12, y: 7, width: 30, height: 20 });
  const { psd } = await exported();
  expect([psd.width, psd.height]).toEqual([30, 20]);
  expect(psd.children![0]).toMatchObject({ left: -12, top: -7, right: 48, bottom: 33 });
});

test('16 bits and the colour profile stay as they are', async () => {
  const samples = Uint16Array.from({ length: 20 * 10 * 3 }, (_, i) => [65535, 32768 + i, i * 7][i % 3]!);
  const raw = { width: 20, height: 10, channels: 3 } as const;
  const deep = await sharp(samples, { raw }).toColourspace('rgb16').withIccProfile('p3').png().toBuffer();
  const { blobs, store, exported } = await setUp(deep);
  const id = store.require(projectId).layerOrder[0]!;
  const strengths = Uint8Array.from({ length: 200 }, (_, i) => i);
  setLayerMask(store, id, await storeTiled(blobs, { width: 20, height: 10, channels: 1, depth: 8, data: strengths }));
  const { psd, bytes, notices } = await exported({ skipsWhole: true });
  expect([notices, psd.bitsPerChannel, psd.children!.length]).toEqual([[], 16, 1]);
  const own = (await decodeImage(deep)).raster;
  const { imageData, mask } = psd.children![0]!;
  const rgb = Array.from({ length: 600 }, (_, i) => imageData!.data[Math.floor(i / 3) * 4 + (i % 3)]);
  expect(rgb).toEqual(Array.from(own.data));
  expect(Array.from({ length: 200 }, (_, i) => mask!.imageData!.data[i * 4])).toEqual(
    Array.from(strengths, (value) => value * 257),
  );
  expect(Buffer.from(bytes).includes(Buffer.from(own.profile!))).toBe(true);
  setLayerMask(store, id, null);
  const { psd: plain } = await exported();
  const merged = Array.from({ length: 600 }, (_, i) => plain.imageData!.data[Math.floor(i / 3) * 4 + (i % 3)]);
  expect(merged).toEqual(rgb);
});

test('what is seen through keeps its alpha, and its colours lie on white as readers expect', async () => {
  const { blobs, store, exported } = await setUp();
  const photo = store.require(projectId).layerOrder[0]!;
  setLayerLook(store, photo, { isVisible: false });
  addLayer(store, { name: 'half', image: await colour(blobs, 60, 20, [200, 100, 0]), opacity: 0.5 });
  const { psd, bytes } = await exported();
  const back = pixel(psd.imageData!.data, 0); // with the white taken out again
  expect(back.map((value, channel) => Math.abs(value! - [200, 100, 0, 128][channel]!) <= 1)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(pixel(psd.imageData!.data, 39 * 60)).toEqual([255, 255, 255, 0]);
  expect(new DataView(bytes.buffer, bytes.byteOffset).getUint16(12)).toBe(4); // channels
});

test('noise, runs and rows of any width are packed so that they come back', async () => {
  const { blobs, store, exported } = await setUp();
  for (const width of [1, 2, 3, 127, 128, 129, 131, 300]) {
    const height = 3;
    const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
      const pixel = i >> 2;
      return [pixel < 140 ? 7 : pixel * 31, (pixel >> 1) * 5, pixel % 5 === 0 ? 0 : 9, 255 - (pixel % 3)][i & 3]!;
    });
    const image = await storeTiled(blobs, { width, height, channels: 4, depth: 8, data });
    addLayer(store, { name: `${width} wide`, image });
    const { psd } = await exported();
    const shown = psd.children!.at(-1)!.imageData!;
    expect([shown.width, shown.height]).toEqual([width, height]);
    expect(Buffer.from(shown.data).equals(Buffer.from(data))).toBe(true);
  }
});

test.skipIf(!hasExiftool)(
  'another program reads EXIF, XMP, place and profile from it, and no place where it is left out',
  async () => {
    const metadata = { exif: cameraExif(), density: 240 };
    const photo = await encodeBytes(noise(24, 16, 3, 8), 'jpeg', {
      metadata: { ...metadata, xmp: Buffer.from(sampleXmp) },
    });
    const { exported } = await setUp(Buffer.from(photo));
    const tags = async (keepsPlace: boolean) => {
      const path = join(temporaryFolder(), 'out.psd');
      writeFileSync(path, (await exported({ keepsPlace })).bytes);
      return exiftoolTags(path);
    };
    const kept = await tags(true);
    expect(kept).toMatchObject({ ImageWidth: 24, ImageHeight: 16, BitDepth: 8, NumChannels: 3, Title: 'A lamp' });
    expect(kept).toHaveProperty('ProfileDescription');
    expect(kept).toHaveProperty('GPSLatitude');
    expect(kept).toHaveProperty('Make');
    expect(kept).not.toHaveProperty('Warning');
    expect(await tags(false)).not.toHaveProperty('GPSLatitude');
  },
);

test('the recipe is in its XMP', async () => {
  const { store, exported } = await setUp();
  const { image, offset } = store.require(store.require(projectId).layerOrder[0]!);
  const recipe = { version: 1, task: 'edit', instruction: 'make it green' };
  const made = { recipe, ids: [], seed: 5, model: 'mini', title: 'x', createdAt: 1 };
  const version = addVersion(store, { ...made, picture: { image: store.require(image), offset } });
  acceptVersion(store, version, 'Green');
  expect((await exported()).psd.imageResources?.xmpMetadata).toContain('make it green');
});

test('a picture that is too large for the format is refused in words', async () => {
  const { store, exported } = await setUp();
  setCanvas(store, { x: 0, y: 0, width: 30_001, height: 2 });
  await expect(exported()).rejects.toMatchObject({ code: 'unsupported-size' });
});
