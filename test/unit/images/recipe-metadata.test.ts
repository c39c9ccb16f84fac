import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeImage } from '../../../electron/node/images/decode.ts';
import { encodeBytes, encodeImage } from '../../../electron/node/images/encode.ts';
import { exifChunk, readPngTexts, textChunk } from '../../../electron/node/images/png-chunks.ts';
import { readRecipe } from '../../../electron/node/images/read-recipe.ts';
import { parametersText, parseParameters } from '../../../electron/node/images/recipe-metadata.ts';
import type { RecipeStamp } from '../../../electron/node/images/recipe-metadata.ts';
import { noise, plainPng, sampleXmp, tagsOf, temporaryFolder, userCommentExif } from './fixtures.ts';

const stamp: RecipeStamp = {
  recipe: { version: 1, instruction: 'make the <car> “red” & shiny', seed: 83 },
  parameters: {
    prompt: 'make the <car> “red” & shiny\nand nothing else',
    fields: { Steps: '1024', Seed: '83', 'CFG scale': '3', Size: '512x512', Model: 'a, b: c' },
  },
  system: 'EditAR mini',
  systemVersion: 'EditAR Studio 0.1.0',
  isWhollyNew: false,
};
const picture = noise(16, 16, 3, 8);
const formats = ['png', 'jpg', 'webp', 'avif', 'tif'];

test.each(formats)('a recipe comes back from .%s as it went in', async (extension) => {
  const path = join(await temporaryFolder(), `result.${extension}`);
  await encodeImage(picture, path, { recipe: stamp });
  expect(await readRecipe(path)).toEqual({ recipe: stamp.recipe, parameters: stamp.parameters });
});

test.each(['png', 'jpeg', 'webp', 'tiff'] as const)('%s says in XMP that a model had a part in it', async (format) => {
  const found = tagsOf(await encodeBytes(picture, format, { recipe: stamp }));
  const kind = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia';
  expect(found.xmp?.['DigitalSourceType']?.value).toBe(kind);
  expect(found.xmp?.['AISystemUsed']?.value).toBe('EditAR mini');
  expect(found.xmp?.['AISystemVersionUsed']?.value).toBe('EditAR Studio 0.1.0');
  expect(found.xmp?.['AIPromptInformation']?.value).toBe(stamp.parameters.prompt);
});

test('a picture of which nothing is a photo is named so', async () => {
  const bytes = await encodeBytes(picture, 'jpeg', { recipe: { ...stamp, isWhollyNew: true } });
  const found = tagsOf(bytes);
  expect(found.xmp?.['DigitalSourceType']?.value).toMatch(/\/trainedAlgorithmicMedia$/);
});

test('adds to the XMP that is there, and replaces an older recipe', async () => {
  const first = await decodeImage(
    await encodeBytes(picture, 'jpeg', { metadata: { xmp: Buffer.from(sampleXmp) }, recipe: stamp }),
  );
  const later = { ...stamp, recipe: { version: 1, seed: 5 } };
  const path = join(await temporaryFolder(), 'again.jpg');
  await encodeImage(first.raster, path, { metadata: first.metadata, recipe: later });
  const xmp = new TextDecoder().decode((await decodeImage(path)).metadata.xmp);
  expect(xmp).toContain('<dc:title>A lamp</dc:title>');
  expect(xmp.match(/<editar:recipe>/g)).toHaveLength(1);
  expect(xmp.match(/<Iptc4xmpExt:DigitalSourceType>/g)).toHaveLength(1);
  expect((await readRecipe(path)).recipe).toEqual({ version: 1, seed: 5 });
});

test('writes nothing about the edit when it is switched off, and drops the recipe of an earlier one', async () => {
  const plain = await encodeBytes(picture, 'png');
  expect(readPngTexts(plain)).toEqual([]);
  const { raster, metadata } = await decodeImage(await encodeBytes(picture, 'webp', { recipe: stamp }));
  const path = join(await temporaryFolder(), 'off.webp');
  await encodeImage(raster, path, { metadata });
  expect(await readRecipe(path)).toEqual({});
});

const foreign =
  'a cat, (best: 1.2)\nNegative prompt: dog,\nbird\n' +
  'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768, Model: sd, Lora hashes: "a: 1, b: 2", Version: v1';

test('reads the parameters of other programs from the texts of a PNG', async () => {
  const path = join(await temporaryFolder(), 'foreign.png');
  await writeFile(path, plainPng(picture, [textChunk({ keyword: 'parameters', text: foreign })]));
  const { parameters, recipe } = await readRecipe(path);
  expect(recipe).toBeUndefined();
  expect(parameters).toEqual({
    prompt: 'a cat, (best: 1.2)',
    negativePrompt: 'dog,\nbird',
    fields: {
      Steps: '20',
      Sampler: 'Euler a',
      'CFG scale': '7',
      Seed: '1',
      Size: '512x768',
      Model: 'sd',
      'Lora hashes': 'a: 1, b: 2',
      Version: 'v1',
    },
  });
});

test.each([true, false])('reads them from the comment of EXIF, little endian: %s', async (isLittle) => {
  const path = join(await temporaryFolder(), 'comment.png');
  await writeFile(path, plainPng(picture, [exifChunk(userCommentExif(foreign, isLittle))]));
  expect((await readRecipe(path)).parameters?.fields['Seed']).toBe('1');
});

test('text beyond Latin-1 goes into a PNG unharmed', async () => {
  const parameters = { prompt: 'красная машина 🚗', fields: { Seed: '1' } };
  const bytes = await encodeBytes(picture, 'png', { recipe: { ...stamp, parameters } });
  const texts = readPngTexts(bytes);
  expect(texts.find(({ keyword }) => keyword === 'parameters')?.text).toBe(parametersText(parameters));
});

test('takes a text without settings as the prompt', () => {
  expect(parseParameters('just some words, and: more')).toEqual({ prompt: 'just some words, and: more', fields: {} });
});
