import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { zBatchOptions } from '#common/contract/batch.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import { openBatch } from '#node/batch/run-batch.ts';
import { createServices } from '#node/services.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const programFolder = fileURLToPath(new URL('../..', import.meta.url));
const samples = join(programFolder, 'native-models', 'packs', 'mini', 'samples');
const names = ['meadow.png', 'winter.png', 'meadow2.png', 'winter2.png'];

test('with the embedded model, pictures are the same bit for bit whichever of two devices made them', async () => {
  const folder = temporaryFolder();
  const input = join(folder, 'in');
  await mkdir(input);
  for (const name of names) await copyFile(join(samples, name.replace('2', '')), join(input, name));
  const recipe = parseRecipe({ version: 1, instruction: 'make the house blue', seed: 4 });
  const makeOn = async (devices: readonly 'cpu'[]) => {
    await using services = await createServices({ programFolder, dataFolder: join(folder, 'data') });
    const output = join(folder, devices.join('-'));
    const wish = { input, output, recipe, options: zBatchOptions.parse({}), resume: false, devices };
    let together = 0; // items that decoded at once, at most
    await using opened = await openBatch(wish, services, new AbortController().signal, (message) => {
      if (message.type === 'progress') together = Math.max(together, message.running.length);
    });
    expect(await opened.run()).toMatchObject({ done: names.length });
    const pixels = await Promise.all(names.map((name) => sharp(join(output, name)).raw().toBuffer()));
    return { pixels, together };
  };
  const alone = await makeOn(['cpu']);
  const both = await makeOn(['cpu', 'cpu']);
  expect([alone.together, both.together]).toEqual([1, 2]);
  for (const [place, pixels] of alone.pixels.entries()) expect(both.pixels[place].equals(pixels)).toBe(true);
  expect(alone.pixels[0].equals(alone.pixels[1])).toBe(false);
}, 300_000);
