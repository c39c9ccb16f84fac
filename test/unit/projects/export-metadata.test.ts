import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ExportOptions } from '#common/contract/documents.ts';
import { setCanvas } from '#common/document/canvas-commands.ts';
import { DocumentStore } from '#common/document/store.ts';
import { projectId } from '#common/document/records.ts';
import { acceptVersion, addVersion } from '#common/document/version-commands.ts';
import type { Bounds } from '#common/geometry.ts';
import { joinParts } from '#node/images/join-parts.ts';
import { withJpegSegments } from '#node/images/jpeg-segments.ts';
import { Documents } from '#node/projects/documents.ts';
import { openStores } from '#node/projects/stores.ts';
import { exiftoolTags, hasExiftool } from '../../helpers/exiftool.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { adobeRgb, cameraExif, sampleXmp } from '../images/fixtures.ts';

// From a photo as cameras write it to an exported file, as another program reads that.

const formats = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'psd'] as const;
const everything = { quality: 92, keepsMetadata: true, keepsPlace: true, hasRecipe: true } as const;
const aiTags = ['DigitalSourceType', 'AISystemUsed', 'AIPromptInformation', 'Recipe', 'Parameters'];

/** Lies on its side, under a profile of its own, with EXIF, XMP and a place in both. */
async function photo(): Promise<Uint8Array> {
  const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#28643c' } })
    .jpeg()
    .toBuffer();
  const { parts } = withJpegSegments(jpeg, { exif: cameraExif(), xmp: Buffer.from(sampleXmp), icc: adobeRgb() });
  return await joinParts(parts);
}

const deepPicture = () =>
  sharp(
    Uint16Array.from({ length: 40 * 30 * 3 }, (_, i) => i * 18),
    { raw: { width: 40, height: 30, channels: 3 } },
  )
    .toColourspace('rgb16')
    .withIccProfile('p3')
    .png()
    .toBuffer();

/** Opens a picture, keeps an edit of it, and tells what another program reads from exports. */
async function exporter(picture: Uint8Array, canvas?: Bounds) {
  const { blobs, ...stores } = openStores(temporaryFolder());
  const documents = new Documents({ ...stores, blobs, version: '1.2.3' });
  onTestFinished(() => documents[Symbol.asyncDispose]());
  const { document, records } = await documents.open({ blob: await blobs.put(picture), name: 'photo' });
  const store = new DocumentStore(records);
  const { image, offset } = store.require(store.require(projectId).layerOrder[0]!);
  if (canvas) setCanvas(store, canvas);
  const recipe = { version: 1, task: 'edit', instruction: 'make it green' };
  const made = { recipe, ids: [], seed: 5, model: 'mini', title: 'x', createdAt: 1 };
  acceptVersion(store, addVersion(store, { ...made, picture: { image: store.require(image), offset } }), 'Green');
  return async (options: ExportOptions) => {
    const { blob, notices } = await documents.export(document, store.all(), options, { name: 'out' });
    const path = join(temporaryFolder(), `out.${options.format}`);
    writeFileSync(path, await blobs.get(blob!));
    return { tags: exiftoolTags(path), notices };
  };
}

describe.skipIf(!hasExiftool)('another program reads from what is exported', () => {
  test.each(formats)(
    'as %s, with everything: camera, place, title, profile and recipe of an upright picture',
    async (format) => {
      const { tags } = await (await exporter(await photo()))({ ...everything, format });
      expect(tags).toMatchObject({
        ...{ ImageWidth: 30, ImageHeight: 40, Make: 'Maker', Model: 'Camera One', Title: 'A lamp' },
        ...{ ExposureTime: 1 / 125, ExifImageWidth: 30, ExifImageHeight: 40 },
        ...{ AISystemUsed: 'mini', AIPromptInformation: 'make it green' },
      });
      expect(tags).toHaveProperty('ProfileDescription');
      expect(tags['GPSLatitude']).toBeCloseTo(51.5, 5);
      expect(tags['Orientation'] ?? 1).toBe(1);
      expect(tags['DigitalSourceType']).toMatch(/compositeWithTrainedAlgorithmicMedia$/);
      expect(JSON.parse(String(tags['Recipe']))).toMatchObject({ instruction: 'make it green' });
      expect(tags).not.toHaveProperty('ThumbnailImage');
      expect(tags['Warning'] ?? '').not.toMatch(/^(?!\[minor\]).+/);
    },
  );

  test('which part of the photo the recipe is of, where the canvas was cropped before the edit', async () => {
    const canvas = { x: 3, y: 5, width: 20, height: 30 };
    const { tags } = await (await exporter(await photo(), canvas))({ ...everything, format: 'png' });
    expect(tags).toMatchObject({ ImageWidth: 20, ImageHeight: 30 });
    expect(JSON.parse(String(tags['Recipe']))).toMatchObject({ instruction: 'make it green', crop: canvas });
    const { tags: whole } = await (await exporter(await photo()))({ ...everything, format: 'png' });
    expect(JSON.parse(String(whole['Recipe']))).not.toHaveProperty('crop');
  });

  test.each(formats)('as %s, without the place: no coordinates anywhere, the rest as before', async (format) => {
    const { tags } = await (await exporter(await photo()))({ ...everything, format, keepsPlace: false });
    expect(Object.keys(tags).filter((name) => name.startsWith('GPS'))).toEqual([]);
    expect(tags).toMatchObject({ Make: 'Maker', Title: 'A lamp' });
  });

  test.each(formats)('as %s, with nothing: the profile alone, which its colours need', async (format) => {
    const bare = { ...everything, format, keepsMetadata: false, keepsPlace: false, hasRecipe: false };
    const { tags } = await (await exporter(await photo()))(bare);
    for (const name of ['Make', 'Model', 'Title', 'ExposureTime', 'GPSLatitude', ...aiTags]) {
      expect(tags).not.toHaveProperty(name);
    }
    expect(tags).toHaveProperty('ProfileDescription');
    expect(tags).toMatchObject({ ImageWidth: 30, ImageHeight: 40 });
  });

  test.each([
    ['png', { BitDepth: 16 }, []],
    ['tiff', { BitsPerSample: '16 16 16' }, []],
    ['psd', { BitDepth: 16 }, []],
    ['avif', { ImagePixelDepth: '10 10 10' }, ['The format has no 16 bit samples; 10 bits were kept.']],
    ['jpeg', { BitsPerSample: 8 }, ['The format has no 16 bit samples; 8 bits were kept.']],
    ['webp', {}, ['The format has no 16 bit samples; 8 bits were kept.']],
  ] as const)(
    'as %s, the depth of a picture with 16 bits as far as the format goes',
    async (format, depth, notices) => {
      const exported = await (await exporter(await deepPicture()))({ ...everything, format });
      expect(exported.tags).toMatchObject({ ...depth, ProfileDescription: expect.stringContaining('P3') });
      expect(exported.notices).toEqual(notices);
    },
  );
});
