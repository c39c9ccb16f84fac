import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EditModel, EditOptions, EditRun, RgbImage } from '../../native-models/api.ts';
import { buildEditarPack, openModel } from '../../native-models/index.ts';
import { writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';
import type { TinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

const app = { version: 'test', onnxruntime: 'test' };
const settings: EditOptions = { cfg: 3, temperature: 1, topK: 20, topP: 1, seed: 5, variants: 1 };
const cells = 16;

let folder: string;
let checkpoints: TinyCheckpoints;
let model: EditModel;

const picture = (seed: number): RgbImage => ({
  width: 32,
  height: 32,
  data: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7 * seed + (i >> 5) * seed) % 256),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'editar-synthetic-'));
  checkpoints = await writeTinyCheckpoints(folder);
  await buildEditarPack({ ...checkpoints, precision: 'fp32', out: join(folder, 'tiny'), app });
  model = await openModel(join(folder, 'tiny'), { device: 'cpu' });
});

afterAll(async () => {
  await model[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function begin(options: Partial<EditOptions> = {}, more: object = {}): Promise<EditRun> {
  const input = { image: picture(3), task: 'edit' as const, instruction: 'make the ball blue', ...more };
  return model.begin(input, { ...settings, ...options });
}

async function run(
  options: Partial<EditOptions> = {},
  more: object = {},
): Promise<{ ids: number[][]; source: number[] }> {
  await using edit = await begin(options, more);
  while (edit.committed < edit.totalSteps) await edit.step();
  return { ids: edit.ids.map((ids) => [...ids]), source: [...edit.sourceIds] };
}

test('the same seed gives the same ids, another seed others', async () => {
  const first = await run();
  expect(first.ids[0]).toHaveLength(cells);
  expect(await run()).toEqual(first);
  expect((await run({ seed: 6 })).ids).not.toEqual(first.ids);
});

test('a prompt after another on the same picture gives what it gives on a fresh model', async () => {
  const prompt = { instruction: 'remove the red tree' };
  await run({ variants: 2 });
  const reused = await run({}, prompt);
  await using fresh = await openModel(join(folder, 'tiny'), { device: 'cpu' });
  await using edit = await fresh.begin({ image: picture(3), task: 'edit', ...prompt }, settings);
  while (edit.committed < edit.totalSteps) await edit.step();
  expect(reused.ids[0]).toEqual([...edit.ids[0]]);
});

test('the first of several variants is the picture that one variant gives, and the others differ', async () => {
  const several = await run({ variants: 4 });
  expect(several.ids[0]).toEqual((await run()).ids[0]);
  expect(new Set(several.ids.map((ids) => ids.join())).size).toBe(4);
});

test('a variant is drawn alike alone and together with others', async () => {
  const several = await run({ variants: 3 });
  expect((await run({ firstVariant: 2 })).ids).toEqual([several.ids[2]]);
  expect((await run({ firstVariant: 1, variants: 2 })).ids).toEqual(several.ids.slice(1));
});

describe('going on from a row', () => {
  const columns = 4;
  const keep = (ids: readonly number[], rows: number) => ({
    locked: ids.map((id, cell) => (cell < rows * columns ? id : null)),
  });

  test.each([1, 2, 3])('with the same seed and settings gives the original again: %i rows kept', async (rows) => {
    const { ids } = await run({ variants: 2 });
    expect((await run({}, keep(ids[0], rows))).ids[0]).toEqual(ids[0]);
    expect((await run({ firstVariant: 1 }, keep(ids[1], rows))).ids[0]).toEqual(ids[1]);
  });

  test('with another seed, guidance or other words keeps the rows bit for bit and changes what follows', async () => {
    const [original] = (await run()).ids;
    const others = [
      await run({ seed: 6 }, keep(original, 2)),
      await run({ cfg: 9, seed: 7 }, keep(original, 2)),
      await run({ seed: 8 }, { ...keep(original, 2), instruction: 'remove the red tree' }),
    ];
    for (const { ids } of others) {
      expect(ids[0].slice(0, 2 * columns)).toEqual(original.slice(0, 2 * columns));
      expect(ids[0].slice(2 * columns)).not.toEqual(original.slice(2 * columns));
    }
  });
});

test('locked cells keep their ids and the rest is what feeding them one by one gives', async () => {
  const free = await run({ temperature: 0 });
  const locked = free.ids[0].map((id, cell) => (cell % 5 === 0 ? null : id));
  const partly = await run({ temperature: 0 }, { locked });
  expect(partly.ids[0]).toEqual(free.ids[0]);
  const sourceLocked = new Array<'source' | null>(cells).fill('source').fill(null, 5, 7);
  const source = await run({}, { locked: sourceLocked });
  source.ids[0].forEach((id, cell) => {
    if (cell !== 5 && cell !== 6) expect(id).toBe(source.source[cell]);
  });
});

test('a cancelled run keeps what was decided, and the model can begin another', async () => {
  const abort = new AbortController();
  await using edit = await begin();
  for (let i = 0; i < 6; i++) await edit.step(abort.signal);
  abort.abort(new Error('stop'));
  await expect(edit.step(abort.signal)).rejects.toThrow('stop');
  const decided = edit.ids[0].filter((id) => id >= 0).length;
  expect(decided).toBeGreaterThanOrEqual(6);
  const image = await edit.finish(0);
  expect(image.data).toHaveLength(32 * 32 * 3);
  await edit[Symbol.asyncDispose]();
  await run();
});

test('previews show each completed row once and the last picture is one full decode', async () => {
  await using edit = await begin();
  const rows: number[] = [];
  while (edit.committed < edit.totalSteps) {
    await edit.step();
    for (const band of await edit.preview()) {
      expect(band.image.width).toBe(32);
      expect(band.image.height).toBe(band.rows * 8);
      for (let row = 0; row < band.rows; row++) rows.push(band.firstRow + row);
    }
  }
  expect(rows[0]).toBe(0);
  expect(rows).toEqual([...new Set(rows)].sort());
  expect((await edit.finish(0)).height).toBe(32);
  expect(edit.timings.tokens).toBe(cells);
  expect(edit.etaMs).toBe(0);
});

test('an edit that keeps every cell gives the source as the tokenizer reproduces it', async () => {
  await using edit = await begin({}, { locked: new Array<'source'>(cells).fill('source') });
  while (edit.committed < edit.totalSteps) await edit.step();
  expect((await edit.finish(0)).data).toEqual((await edit.source()).data);
});

test('what does not fit is refused with every reason at once', async () => {
  const wrong = { image: { width: 8, height: 8, data: new Uint8Array(192) }, instruction: ' ' };
  await expect(begin({ topP: 0, variants: 9 }, wrong)).rejects.toThrow(
    /8 × 8 instead of 32 × 32.*instruction is empty.*top-p 0.*9 variants/,
  );
  await run();
});

describe.each(['int8', 'int4'] as const)('%s weights', (precision) => {
  test('build a pack that decodes', async () => {
    const out = join(folder, precision);
    const pack = await buildEditarPack({ ...checkpoints, precision, out, app });
    expect(pack.precision).toBe(precision);
    await using quantised = await openModel(out, { device: 'cpu' });
    await using edit = await quantised.begin({ image: picture(3), task: 'edit', instruction: 'a' }, settings);
    while (edit.committed < edit.totalSteps) await edit.step();
    expect(edit.ids[0].every((id) => id >= 0)).toBe(true);
  });
});
