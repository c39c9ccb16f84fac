import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCheckpoint } from '../../native-models/checkpoint/open-checkpoint.ts';
import type { CacheForm } from '../../native-models/families/editar/attention.ts';
import { transformer } from '../../native-models/families/editar/graph.ts';
import { GuidedDecoder } from '../../native-models/families/editar/guided-decoder.ts';
import { cacheLayout } from '../../native-models/families/editar/cache-layout.ts';
import { PrefixCache } from '../../native-models/families/editar/prefix.ts';
import { TransformerRunner } from '../../native-models/families/editar/transformer-runner.ts';
import type { Lookup } from '../../native-models/onnx/blocks.ts';
import type { WeightForm } from '../../native-models/onnx/linear.ts';
import type { GraphBuilder } from '../../native-models/onnx/graph.ts';
import { withGraphs } from '../../native-models/parts/with-graphs.ts';
import { lookupIn } from '../../native-models/parts/weights-lookup.ts';
import { openDecoder } from '../../native-models/runtime/open.ts';
import type { Backend } from '../../native-models/runtime/session.ts';
import { gaussian, tinyTransformer, writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

/** 64 cells: enough to measure the scales of an int8 cache on. */
const config = { ...tinyTransformer, grid: 8 };
const cells = 64;

let folder: string;
let gpt: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'editar-synthetic-'));
  ({ gpt } = await writeTinyCheckpoints(folder, config, 0.08));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const conditionIds = Int32Array.from({ length: cells }, (_, i) => (i * 11) % 64);
const teacher = Int32Array.from({ length: cells }, (_, i) => (i * 23 + 5) % 64);
const dims = [1, config.textTokens, config.dim];
/** Text rows; loud ones reach far into the channel that `loudWeights` listens to. */
const rows = (seed: number, isLoud: boolean) => ({
  dims,
  data: gaussian(dims[1] * dims[2], seed).map((value, i) => (isLoud && i % config.dim === 0 ? 10 : value)),
});

/** Weights with which the first channel, where pictures have nothing, makes large values. */
const loudWeights =
  (weights: Lookup): Lookup =>
  (name) => {
    const ref = weights(name);
    const factor = name === 'tok_embeddings.weight' ? 0 : name.endsWith('wqkv.weight') ? 5 : 1;
    const first = name.endsWith('wqkv.weight') ? 2 * config.dim : 0; // row of the first value
    const changed = (value: number, i: number): number =>
      i % config.dim === 0 && i / config.dim >= first ? value * factor : value;
    return { ...ref, read: async () => (factor === 1 ? ref.read() : (await ref.read()).map(changed)) };
  };

/** Weights with which one channel of the values is near nothing for even ids and the loudest of its head for odd ones. */
const unevenWeights =
  (weights: Lookup): Lookup =>
  (name) => {
    const ref = weights(name);
    const { dim } = config;
    const changed = (value: number, i: number): number => {
      if (name === 'tok_embeddings.weight' && i % dim === 0) return (i / dim) % 2 ? 0.24 : 0;
      if (!name.endsWith('wqkv.weight') || Math.floor(i / dim) !== 2 * dim) return value;
      return i % dim === 0 ? 1.4 : value / 10;
    };
    return { ...ref, read: async () => (await ref.read()).map(changed) };
  };

interface Way {
  readonly cache?: CacheForm;
  readonly backend?: Backend;
  readonly textSlots?: 0 | 1;
  /** Text with values many times larger than the picture's. */
  readonly loudText?: boolean;
  /** A picture of even ids, whose values are much smaller in one channel than those of the output, of odd ids. */
  readonly unevenIds?: boolean;
  readonly cacheMemory?: 'host' | 'device';
  /** The last cells one by one instead of in one step. */
  readonly stepwise?: boolean;
  readonly weights?: WeightForm;
}

/** Guided logits [cells][vocab] of cells 0 to 40 and of the last one, for two pictures side by side. */
async function teacherForced(way: Way = {}): Promise<Float32Array[]> {
  const { cache = 'fp32', backend = 'ffi', textSlots = 1, cacheMemory = 'host', loudText = false } = way;
  await using checkpoint = await openCheckpoint(gpt);
  const change = loudText ? loudWeights : way.unevenIds ? unevenWeights : (same: Lookup) => same;
  const weights = change(lookupIn(checkpoint));
  const [picture, output] = way.unevenIds
    ? [conditionIds.map((id) => id & ~1), teacher.map((id) => id | 1)]
    : [conditionIds, teacher];
  const build = (g: GraphBuilder) => transformer(g, config, weights, { weights: way.weights ?? 'fp32', cache });
  return await withGraphs([{ name: 'transformer', build }], async (path) => {
    await using session = await openDecoder(path('transformer'), { backend, cacheMemory });
    const layout = cacheLayout(config, textSlots);
    using prefix = new PrefixCache(new TransformerRunner(session, config, layout), layout);
    const text = { cond: rows(7, loudText), uncond: rows(8, loudText) };
    const settings = { pictures: 2, cfg: 3 };
    const { decoder, logits } = await GuidedDecoder.begin(prefix, picture, text, settings);
    const all = [logits];
    const feed = (from: number, to: number) => [output.subarray(from, to), output.subarray(from, to)];
    const last = way.stepwise ? 62 : 40;
    for (let cell = 0; cell < last; cell++) all.push(await decoder.forward(feed(cell, cell + 1), cell));
    all.push(await decoder.forward(feed(last, 63), last));
    return [...all.slice(0, 41), all.at(-1)!];
  });
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.flatMap((logits, i) => [...logits].map((value, j) => Math.abs(value - b[i][j]))));
}

function relativeError(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  let difference = 0;
  let norm = 0;
  expected.forEach((logits, i) =>
    logits.forEach((value, j) => {
      difference += (actual[i][j] - value) ** 2;
      norm += value ** 2;
    }),
  );
  return Math.sqrt(difference / norm);
}

test('a cache that only the host extends gives the same logits as one extended in place', async () => {
  const rows = await teacherForced({ cache: 'rows', backend: 'stock' });
  expect(largestDifference(rows, await teacherForced())).toBeLessThan(1e-4);
});

test('one slot for the whole text gives the same logits as every text position', async () => {
  expect(largestDifference(await teacherForced({ textSlots: 0 }), await teacherForced())).toBeLessThan(1e-4);
});

test('a cache in device memory, filled and fed without row slices, gives the same logits', async () => {
  const inDevice = await teacherForced({ textSlots: 0, cacheMemory: 'device' });
  expect(largestDifference(inDevice, await teacherForced())).toBeLessThan(1e-4);
});

test.each(['fp32', 'rows', 'int8'] as const)(
  'a run of cells in one step gives the same logits as single steps, with a cache in the form %s',
  async (cache) => {
    const [run, steps] = [await teacherForced({ cache }), await teacherForced({ cache, stepwise: true })];
    expect(largestDifference(run, steps)).toBeLessThan(1e-4);
  },
);

test('a run of cells over an int8 cache weighs a loud text as single steps do', async () => {
  const loud = { cache: 'int8', loudText: true } as const;
  const [run, steps] = [await teacherForced(loud), await teacherForced({ ...loud, stepwise: true })];
  expect(largestDifference(run, steps)).toBeLessThan(1e-3);
});

test('an int8 cache with measured scales stays close', async () => {
  const error = relativeError(await teacherForced({ cache: 'int8' }), await teacherForced());
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(0.03);
});

test('values of text may be many times larger than all of the picture, as they are in trained models', async () => {
  const loud = { loudText: true };
  const [exact, int8] = [await teacherForced(loud), await teacherForced({ ...loud, cache: 'int8' })];
  const silent = await teacherForced();
  expect(relativeError(silent, exact)).toBeGreaterThan(0.3); // the text matters
  expect(relativeError(int8, exact)).toBeLessThan(0.03);
});

test("values of the output may be many times larger than the picture's in a channel", async () => {
  const uneven = { unevenIds: true };
  const error = relativeError(await teacherForced({ ...uneven, cache: 'int8' }), await teacherForced(uneven));
  expect(error).toBeLessThan(0.03);
});

test.each(['int8', 'int8-wide'] as const)('weights of the form %s change little', async (weights) => {
  for (const cache of ['fp32', 'int8'] as const) {
    const error = relativeError(await teacherForced({ cache, weights }), await teacherForced({ cache }));
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.06);
  }
});
