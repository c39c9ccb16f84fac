import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { buildEditarPack, openModel, readPack } from '#models';
import { zEditRequest } from '#common/contract/edit-request.ts';
import type { JobMessage } from '#common/contract/job-message.ts';
import { editFromRecipe, parseRecipe } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { Engine } from '#node/engine/engine.ts';
import { readRecipe } from '#node/images/read-recipe.ts';
import { createLog } from '#node/log/log.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

type Finished = Extract<JobMessage, { type: 'finished' }>;

async function tinyEngine() {
  const folder = temporaryFolder();
  const out = join(folder, 'tiny');
  const app = { version: 'test', onnxruntime: 'test' };
  await buildEditarPack({ ...(await writeTinyCheckpoints(folder)), precision: 'fp32', out, app });
  const config = { library: { find: () => readPack(out) }, openModel, version: 'test', log: createLog('silent') };
  const engine = new Engine(config);
  const run = (request: object): Promise<Finished> =>
    new Promise((resolve, reject) => {
      engine.edit(zEditRequest.parse(request), (message) => {
        if (message.type === 'finished') resolve(message);
        if (message.type === 'failed') reject(new Error(message.message));
      });
    });
  onTestFinished(() => engine[Symbol.asyncDispose]());
  return { folder, run };
}

const allIds = ({ ids, further = [] }: Finished): number[][] => [ids ?? [], ...further.map((other) => other.ids ?? [])];

test('the recipe in a picture makes the same picture again, bit for bit', async () => {
  const { folder, run } = await tinyEngine();
  const image = join(folder, 'photo.png');
  const noise = Buffer.from(Uint8Array.from({ length: 50 * 40 * 3 }, (_, i) => (i * 37) % 256));
  await writeFile(
    image,
    await sharp(noise, { raw: { width: 50, height: 40, channels: 3 } })
      .png()
      .toBuffer(),
  );
  const first = await run({
    ...{ image, instruction: 'make the ball blue', out: join(folder, 'a.png'), variants: 2, seed: 11 },
    ...{
      sampling: { cfg: 2, temperature: 0.9, topK: 20 },
      selection: { region: { x: 5, y: 5, width: 20, height: 20 } },
    },
    kept: [7, 8, 9, 10],
  });
  const found = parseRecipe((await readRecipe(first.out)).recipe) as EditRecipe;
  expect(found).toMatchObject({ device: 'cpu', variant: 0, kept: [7, 8, 9, 10], image: 'photo.png' });
  const edit = editFromRecipe(found);
  const again = await run({ ...edit, image, out: join(folder, 'b.png') });
  expect(allIds(again)).toEqual(allIds(first));
  expect(allIds(again)[0]!.slice(0, 4)).toEqual([7, 8, 9, 10]);
  const pixels = (path: string): Promise<Buffer> => sharp(path).raw().toBuffer();
  expect(await pixels(join(folder, 'b.png'))).toEqual(await pixels(join(folder, 'a.png')));
  expect(await pixels(join(folder, 'b-2.png'))).toEqual(await pixels(join(folder, 'a-2.png')));
  const other = await run({ ...edit, seed: 12, image, out: join(folder, 'c.png') });
  expect(allIds(other)).not.toEqual(allIds(first));
});
