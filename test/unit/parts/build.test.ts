import { mkdir, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPack, verifyPack } from '../../../native-models/parts/pack.ts';
import type { Pack } from '../../../native-models/parts/pack.ts';
import { buildEditarPack } from '../../../native-models/families/editar/build.ts';
import type { BuildEditarOptions } from '../../../native-models/families/editar/build.ts';
import { transformerTensors } from '../../../native-models/families/editar/weights.ts';
import { t5Tensors } from '../../../native-models/text-encoders/t5/weights.ts';
import { openModel } from '../../../native-models/open-model.ts';
import { temporaryFolder } from '../../helpers/checkpoint-files.ts';
import { startRangeServer } from '../../helpers/range-server.ts';
import type { ServedFile } from '../../helpers/range-server.ts';
import { randomCheckpoint, tinyT5, tinyTransformer, writeTinyCheckpoints } from '../../helpers/tiny-checkpoints.ts';

async function tinyBuild(changes: Partial<BuildEditarOptions> = {}): Promise<BuildEditarOptions> {
  const folder = await temporaryFolder({});
  const checkpoints = await writeTinyCheckpoints(folder);
  return {
    ...checkpoints,
    precision: 'int8',
    out: join(folder, 'packs', 'tiny'),
    app: { version: '1.2.3', onnxruntime: '1.30.0' },
    ...changes,
  };
}

/** What a build that failed has left in the folder of packs. */
const leftovers = (options: BuildEditarOptions): Promise<string[]> => readdir(join(options.out, '..')).catch(() => []);

test('a built pack lists every file with its size and hash, and nothing else lies in it', async () => {
  const options = await tinyBuild();
  const pack = await buildEditarPack(options);
  expect(pack).toMatchObject({ id: 'tiny', family: 'editar', imageSize: 32, grid: 4, precision: 'int8' });
  expect(pack.sampling).toEqual({ cfg: 3, temperature: 1, topK: 64, topP: 1 });
  const listed = [...pack.files.map(({ file }) => file), 'pack.json'].sort();
  expect((await readdir(options.out)).sort()).toEqual(listed);
  expect((await verifyPack(options.out)).pack).toEqual(pack);
});

test('building twice from the same files gives the same bytes', async () => {
  const options = await tinyBuild();
  const first = await buildEditarPack(options);
  const second = await buildEditarPack({ ...options, out: `${options.out}-again`, id: 'tiny' });
  expect(second.files).toEqual(first.files);
});

test('a model with a large cache gets a graph that keeps it in int8, with weights of its own, and edits with it', async () => {
  const options = await tinyBuild();
  const large = { ...tinyTransformer, layers: 17, grid: 64 };
  await writeTinyCheckpoints(join(options.gpt, '..'), large);
  const pack = await buildEditarPack(options);
  const small = await buildEditarPack(await tinyBuild());
  expect(pack.parts.transformer).toEqual([...small.parts.transformer, 'transformer-processor.onnx']);
  await expectThreeCells(options.out);
  await leaveOut(options.out, 'transformer-processor.onnx');
  await expectThreeCells(options.out); // as packs of earlier versions, which have none
});

async function expectThreeCells(folder: string): Promise<void> {
  await using model = await openModel(folder, { device: 'cpu' });
  const { imageSize, grid } = model.capabilities;
  expect(grid).toBe(64);
  const image = { width: imageSize, height: imageSize, data: new Uint8Array(imageSize ** 2 * 3).fill(90) };
  await using run = await model.begin(
    { image, task: 'edit', instruction: 'make the ball red' },
    { ...model.samplingDefaults, seed: 0, variants: 1 },
  );
  for (let i = 0; i < 3; i++) await run.step();
  expect(run.committed).toBe(3);
}

/** Takes one file out of a pack. */
async function leaveOut(folder: string, left: string): Promise<void> {
  const path = join(folder, 'pack.json');
  const pack = JSON.parse(await readFile(path, 'utf8')) as Pack;
  const parts = Object.entries(pack.parts).map(([name, files]) => [name, files?.filter((file) => file !== left)]);
  const files = pack.files.filter(({ file }) => file !== left);
  await writeFile(path, JSON.stringify({ ...pack, parts: Object.fromEntries(parts), files }));
  await rm(join(folder, left));
}

test('an fp32 pack can use the checkpoint where it lies', async () => {
  const options = await tinyBuild({ precision: 'fp32', link: true });
  await buildEditarPack(options);
  const linked = await stat(join(options.out, 'transformer-checkpoint.pt'));
  expect(linked.ino).toBe((await stat(options.gpt)).ino);
  const weights = (await stat(options.gpt)).size;
  expect((await stat(join(options.out, 'transformer.data'))).size).toBeLessThan(weights / 4);
  await using model = await openModel(options.out, { device: 'cpu' });
  expect(model.capabilities.vocab).toBe(64);
});

test('an interrupted build goes on with the parts that were finished', async () => {
  const options = await tinyBuild();
  const abort = new AbortController();
  const stopAtVq = (part: string): void => {
    if (part === 'vq') abort.abort(new Error('stop'));
  };
  await expect(buildEditarPack({ ...options, signal: abort.signal, onProgress: stopAtVq })).rejects.toThrow('stop');
  expect(await leftovers(options)).toEqual(['tiny.building']);
  const parts = new Set<string>();
  await buildEditarPack({ ...options, onProgress: (part) => parts.add(part) });
  expect([...parts]).toEqual(['vq']);
  expect(await leftovers(options)).toEqual(['tiny']);
  await verifyPack(options.out);
});

test('parts of an interrupted build are not used when their checkpoint has changed', async () => {
  const options = await tinyBuild();
  const abort = new AbortController();
  const stop = (part: string): void => {
    if (part === 'vq') abort.abort(new Error('stop'));
  };
  await expect(buildEditarPack({ ...options, signal: abort.signal, onProgress: stop })).rejects.toThrow('stop');
  await writeFile(options.gpt, randomCheckpoint(transformerTensors(tinyTransformer), 77));
  const parts = new Set<string>();
  await buildEditarPack({ ...options, onProgress: (part) => parts.add(part) });
  expect([...parts]).toEqual(['transformer', 'vq']);
});

/** The files of the text encoder's folder, below `encoder/`. */
async function served({ t5 }: Pick<BuildEditarOptions, 't5'>): Promise<Record<string, ServedFile>> {
  const names = await readdir(t5);
  const files = await Promise.all(names.map((name) => readFile(join(t5, name))));
  return Object.fromEntries(names.map((name, i) => [`encoder/${name}`, { bytes: files[i], etag: '"1"' }]));
}

test('everything may lie at addresses, and the text encoder in shards', async () => {
  const options = await tinyBuild();
  const local = await buildEditarPack(options);
  const files = await served(options);
  const half = t5Tensors(tinyT5).length >> 1;
  const shards = [t5Tensors(tinyT5).slice(0, half), t5Tensors(tinyT5).slice(half)];
  const weightMap = shards.flatMap((tensors, i) => tensors.map(({ name }) => [name, `part-${i}.safetensors`]));
  const index = JSON.stringify({ weight_map: Object.fromEntries(weightMap) as object });
  const whole = files['encoder/model.safetensors'];
  delete files['encoder/model.safetensors'];
  await using server = await startRangeServer({
    ...files,
    'encoder/model.safetensors.index.json': { bytes: Buffer.from(index) },
    'encoder/part-0.safetensors': { ...whole, bytes: randomCheckpoint(shards[0], 2000) },
    'encoder/part-1.safetensors': { ...whole, bytes: randomCheckpoint(shards[1], 2000 + half) },
    'gpt.safetensors': { bytes: await readFile(options.gpt) },
    'vq.safetensors': { bytes: await readFile(options.vq) },
  });
  const remote = await buildEditarPack({
    ...options,
    gpt: `${server.url}gpt.safetensors`,
    vq: `${server.url}vq.safetensors`,
    t5: `${server.url}encoder`,
    configFile: join(options.gpt, '..', 'editar.json'),
    out: `${options.out}-remote`,
  });
  expect(remote.files).toEqual(local.files);
});

describe('a build that cannot succeed says why and leaves nothing', () => {
  async function expectFailure(options: BuildEditarOptions, message: RegExp, code: string): Promise<void> {
    await expect(buildEditarPack(options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(await leftovers(options)).toEqual([]);
  }

  test('truncated weights', async () => {
    const options = await tinyBuild();
    await truncate(options.gpt, 5000);
    await expectFailure(options, /gpt\.safetensors/, 'checkpoint-invalid');
  });

  test('weights that are not numbers', async () => {
    const options = await tinyBuild();
    const bytes = await readFile(options.gpt);
    bytes.writeFloatLE(NaN, bytes.length - 400);
    await writeFile(options.gpt, bytes);
    await expectFailure(options, /tensor layers\.1\..* holds NaN/, 'checkpoint-invalid');
  });

  test('weights that are whole numbers', async () => {
    const options = await tinyBuild();
    const bytes = (await readFile(options.gpt)).toString('latin1');
    const changed = bytes.replace('"norm.weight":{"dtype":"F32"', '"norm.weight":{"dtype":"I32"');
    await writeFile(options.gpt, changed, 'latin1');
    await expectFailure(options, /norm\.weight.*i32/, 'checkpoint-mismatch');
  });

  test('another kind of model in place of the transformer', async () => {
    const options = await tinyBuild();
    await expectFailure({ ...options, gpt: options.vq }, /not an EditAR transformer/, 'checkpoint-mismatch');
  });

  test('missing and extra tensors, all named at once', async () => {
    const options = await tinyBuild();
    const tensors = transformerTensors(tinyTransformer)
      .filter(({ name }) => name !== 'norm.weight')
      .map((tensor) => (tensor.name === 'output.weight' ? { ...tensor, dims: [63, 64] } : tensor));
    await writeFile(options.gpt, randomCheckpoint([...tensors, { name: 'surprise', dims: [2] }], 3));
    await expectFailure(options, /norm\.weight[\s\S]*surprise[\s\S]*output\.weight/, 'checkpoint-mismatch');
  });

  test('parts that do not belong together', async () => {
    const options = await tinyBuild();
    const other = { ...tinyTransformer, vocab: 96 };
    await writeFile(options.gpt, randomCheckpoint(transformerTensors(other), 3));
    await expectFailure(options, /64 codes, the transformer 96/, 'checkpoint-mismatch');
  });

  test('a number of heads that does not divide the width', async () => {
    const options = await tinyBuild();
    await writeFile(join(options.gpt, '..', 'editar.json'), JSON.stringify({ transformer: { heads: 5 } }));
    await expectFailure(options, /5 heads do not divide 64/, 'checkpoint-mismatch');
  });

  test('a tokenizer that is none', async () => {
    const options = await tinyBuild();
    await writeFile(join(options.t5, 'tokenizer.json'), '{}');
    await expectFailure(options, /tokenizer/, 'pack-invalid');
  });

  test('an address below which something is missing', async () => {
    const options = await tinyBuild();
    const files = await served(options);
    await using server = await startRangeServer(files);
    const t5 = `${server.url}encoder/`;
    server.files.delete('encoder/config.json');
    await expectFailure({ ...options, t5 }, /encoder\/config\.json: the server answered 404/, 'download-failed');
    server.files.delete('encoder/model.safetensors');
    await expectFailure(
      { ...options, t5 },
      /has no weights below it; looked for model\.safetensors/,
      'checkpoint-invalid',
    );
  });

  test('a description that is no JSON', async () => {
    const options = await tinyBuild();
    await writeFile(join(options.t5, 'config.json'), 'd_model: 32');
    await expectFailure(options, /config\.json: .*expected object/, 'checkpoint-mismatch');
  });

  test('a folder that exists already', async () => {
    const options = await tinyBuild();
    await mkdir(options.out, { recursive: true });
    await expect(buildEditarPack(options)).rejects.toThrow(/exists already/);
  });
});

describe('a damaged pack is refused by name', () => {
  test('when a file is missing or cut off', async () => {
    const options = await tinyBuild();
    await buildEditarPack(options);
    await truncate(join(options.out, 'vq.data'), 10);
    await expect(readPack(options.out)).rejects.toThrow(/vq\.data has 10 bytes instead of/);
  });

  test('when a byte has changed', async () => {
    const options = await tinyBuild();
    await buildEditarPack(options);
    const path = join(options.out, 'transformer.data');
    const bytes = await readFile(path);
    bytes[1000] ^= 1;
    await writeFile(path, bytes);
    await readPack(options.out);
    await expect(verifyPack(options.out)).rejects.toThrow(/transformer\.data does not match its hash/);
  });

  test('when pack.json is cut off', async () => {
    const options = await tinyBuild();
    await buildEditarPack(options);
    await truncate(join(options.out, 'pack.json'), 10);
    await expect(readPack(options.out)).rejects.toThrow(/pack\.json is not JSON, or is cut off/);
  });

  test('when pack.json points outside the folder', async () => {
    const options = await tinyBuild();
    await buildEditarPack(options);
    const path = join(options.out, 'pack.json');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll('vq.data', '../vq.data'));
    await expect(readPack(options.out)).rejects.toThrow(/plain file name/);
  });
});
