import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeBytes } from '#node/images/encode.ts';
import { exiftoolTags, hasExiftool } from '../../helpers/exiftool.ts';
import { cameraExif, noise, sampleXmp, temporaryFolder } from './fixtures.ts';

const recipe = {
  recipe: { version: 1, instruction: 'make the <car> red & shiny' },
  parameters: { prompt: 'make the <car> red & shiny', fields: { Seed: 7 } },
  system: 'EditAR mini',
  systemVersion: 'EditAR Studio 0.1.0',
  isWhollyNew: false,
};

describe.skipIf(!hasExiftool)('another program', () => {
  test.each(['png', 'jpg', 'webp', 'tif'] as const)(
    'reads from .%s what a photographer keeps and how it was made',
    async (ending) => {
      const path = join(await temporaryFolder(), `edited.${ending}`);
      const formats = { png: 'png', jpg: 'jpeg', webp: 'webp', tif: 'tiff' } as const;
      const metadata = { exif: cameraExif(), xmp: Buffer.from(sampleXmp) };
      await writeFile(path, await encodeBytes(noise(24, 16, 3, 8), formats[ending], { metadata, recipe }));
      const tags = exiftoolTags(path);
      expect(tags).toMatchObject({
        DigitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia',
        AISystemUsed: 'EditAR mini',
        AISystemVersionUsed: 'EditAR Studio 0.1.0',
        AIPromptInformation: 'make the <car> red & shiny',
        Title: 'A lamp',
      });
      expect(JSON.parse(String(tags['Recipe']))).toEqual(recipe.recipe);
      expect(tags).not.toHaveProperty('ThumbnailImage');
      expect(tags['Orientation'] ?? 1).toBe(1);
      expect(tags).toHaveProperty('GPSLatitude');
      if (ending === 'png') expect(tags['Parameters']).toContain('Seed: 7');
      expect(tags['Warning'] ?? '').not.toMatch(/^(?!\[minor\]).+/);
    },
  );

  test('finds no place where it was to be left out', async () => {
    const path = join(await temporaryFolder(), 'edited.jpg');
    const metadata = { exif: cameraExif(), xmp: Buffer.from(sampleXmp) };
    await writeFile(path, await encodeBytes(noise(24, 16, 3, 8), 'jpeg', { metadata, keepGps: false }));
    expect(Object.keys(exiftoolTags(path)).filter((name) => name.startsWith('GPS'))).toEqual([]);
  });
});
