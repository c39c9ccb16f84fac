import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { buildEditarPack, openModel, readPack } from '#models';
import { zEditOrder } from '#common/contract/edit-order.ts';
import type { Painting } from '#common/contract/edit-order.ts';
import { zEditRequest } from '#common/contract/edit-request.ts';
import type { JobMessage } from '#common/contract/job-message.ts';
import { editFromRecipe, parseRecipe, recipeFromEdit } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { Engine } from '#node/engine/engine.ts';
import { BlobStore } from '#node/blobs/blob-store.ts';
import { readRecipe } from '#node/images/read-recipe.ts';
import { mapServices } from '#node/maps/map-services.ts';
import { Orders } from '#node/rpc/orders.ts';
import { createLog } from '#node/log/log.ts';
import { requestByRecipe } from '../../electron/cli/commands/edit-by-recipe.ts';
import { recipeFiles } from '../../renderer/state/recipe-files.ts';
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
  return { folder, run, engine };
}

const allIds = ({ ids, further = [] }: Finished): number[][] => [ids ?? [], ...further.map((other) => other.ids ?? [])];

async function writeNoise(folder: string): Promise<string> {
  const image = join(folder, 'photo.png');
  const noise = Buffer.from(Uint8Array.from({ length: 50 * 40 * 3 }, (_, i) => (i * 37) % 256));
  await writeFile(
    image,
    await sharp(noise, { raw: { width: 50, height: 40, channels: 3 } })
      .png()
      .toBuffer(),
  );
  return image;
}

test('the recipe in a picture makes the same picture again, bit for bit', async () => {
  const { folder, run } = await tinyEngine();
  const image = await writeNoise(folder);
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

test('the files of an edit in the window, its painted selection beside it, make the same ids on the command line', async () => {
  const { folder, run, engine } = await tinyEngine();
  const image = await writeNoise(folder);
  const blobs = new BlobStore(join(folder, 'blobs'));
  const bounds = { x: 6, y: 4, width: 17, height: 21 };
  const strengths = Uint8Array.from({ length: 17 * 21 }, (_, i) => 40 + ((i * 53) % 216));
  const order = zEditOrder.parse({
    ...{ instruction: 'make the ball blue', seed: 8, variants: 3, sampling: { cfg: 3, temperature: 1.2, topK: 30 } },
    picture: { blob: await blobs.put(await readFile(image)), name: 'photo.png' },
    selection: { bounds, strengths: await blobs.put(strengths) },
  });
  const orders = new Orders(engine, blobs);
  const painted = new Promise<Painting>((resolve, reject) => {
    orders.onMessage(({ message }) => {
      if (message.type === 'finished') resolve(message);
      if (message.type === 'failed') reject(new Error(message.message));
    });
  });
  await orders.edit(order);
  const { pictures, sampling } = await painted;
  const selection = { mask: await blobs.put(strengths), bounds };
  const recipe = {
    ...recipeFromEdit({ ...order, selection: undefined, sampling }, 'photo.png'),
    variant: 2,
    selection,
  }; // as the page keeps it
  const maps = mapServices({ list: () => Promise.resolve([]) } as never, { blobs, files: undefined as never });
  const services = { blobs, maps: { write: async (map: never) => await maps.write(map, never) } };
  const files = await recipeFiles(recipe, 'make the ball blue!', { width: 50, height: 40 }, services);
  expect(files.map(({ name }) => name)).toEqual(['make-the-ball-blue.recipe.json', 'make-the-ball-blue.mask.png']);
  for (const { name, bytes } of files) await writeFile(join(folder, name), bytes);
  const file = join(folder, 'make-the-ball-blue.recipe.json');
  const said = { image, out: join(folder, 'again.png') };
  const again = await run({ ...(await requestByRecipe({ name: 'edit by recipe', recipe: file, said })) });
  expect(allIds(again)).toEqual([pictures[2].ids]);
  expect(pictures[1].ids).not.toEqual(pictures[2].ids);
});

test('an edit of a cropped canvas is made again of the whole photo by its recipe, bit for bit', async () => {
  const { folder, run } = await tinyEngine();
  const image = await writeNoise(folder);
  const crop = { x: 7, y: 3, width: 31, height: 29 };
  const part = join(folder, 'part.png');
  const { x: left, y: top, width, height } = crop;
  await sharp(image).extract({ left, top, width, height }).toFile(part);
  const edit = { instruction: 'make it red', seed: 5, selection: { region: { x: 4, y: 5, width: 12, height: 9 } } };
  const out = join(folder, 'of the part.png');
  await run({ ...edit, image: part, out });
  const recipe = { ...recipeFromEdit(zEditRequest.parse({ ...edit, image, out }), image), crop };
  const [file] = await recipeFiles(recipe, 'red', crop, undefined as never);
  const path = join(folder, file!.name);
  await writeFile(path, file!.bytes);
  const said = { image, out: join(folder, 'of the whole.png') };
  await run(await requestByRecipe({ name: 'edit by recipe', recipe: path, said }));
  const pixels = (name: string) => sharp(name).raw().toBuffer({ resolveWithObject: true });
  expect(await pixels(said.out)).toEqual(await pixels(out));
  const beyond = run({ ...edit, image, out, crop: { ...crop, width: 44 } });
  await expect(beyond).rejects.toThrow(/must lie inside|does not fit/);
});

const never = new AbortController().signal;
