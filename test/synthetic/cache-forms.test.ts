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
import type { GraphBuilder } from '../../native-models/onnx/graph.ts';
import { withGraphs } from '../../native-models/parity/with-graphs.ts';
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
const rows = (seed: number) => ({ dims, data: gaussian(dims[1] * dims[2], seed) });

interface Way {
  readonly cache?: CacheForm;
  readonly backend?: Backend;
  readonly textSlots?: number;
  readonly cacheMemory?: 'host' | 'device';
  /** The last cells one by one instead of in one step. */
  readonly stepwise?: boolean;
  /** Prefix and runs through a second session, with weights for many rows. */
  readonly withManyRows?: boolean;
}

/** Guided logits [cells][vocab] of cells 0 to 40 and of the last one, for two pictures side by side. */
async function teacherForced(way: Way = {}): Promise<Float32Array[]> {
  const { cache = 'fp32', backend = 'ffi', textSlots = 1, cacheMemory = 'host' } = way;
  await using checkpoint = await openCheckpoint(gpt);
  const weights = lookupIn(checkpoint);
  const forms = { plain: 'fp32', 'many-rows': 'int8-many-rows' } as const;
  const graphs = (['plain', 'many-rows'] as const).map((name) => ({
    name,
    build: (g: GraphBuilder) => transformer(g, config, weights, { weights: forms[name], cache }),
  }));
  return await withGraphs(graphs, async (path) => {
    await using session = await openDecoder(path('plain'), { backend, cacheMemory });
    await using manyRows = way.withManyRows ? await openDecoder(path('many-rows')) : undefined;
    const layout = cacheLayout(config, textSlots);
    using prefix = new PrefixCache(new TransformerRunner(session, config, layout, manyRows), layout);
    const text = { cond: rows(7), uncond: rows(8) };
    const settings = { pictures: 2, cfg: 3 };
    const { decoder, logits } = await GuidedDecoder.begin(prefix, conditionIds, text, settings);
    const all = [logits];
    const feed = (from: number, to: number) => [teacher.subarray(from, to), teacher.subarray(from, to)];
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

test.each([
  ['fp32', 1],
  ['rows', 1],
  ['int8', 8],
] as const)(
  'a run of cells in one step gives the same logits as single steps, with a cache in the form %s',
  async (cache, textSlots) => {
    const [run, steps] = [
      await teacherForced({ cache, textSlots }),
      await teacherForced({ cache, textSlots, stepwise: true }),
    ];
    expect(largestDifference(run, steps)).toBeLessThan(1e-4);
  },
);

test('an int8 cache with measured scales stays close, and eight text slots are closer than one', async () => {
  const exact = await teacherForced();
  const error = relativeError(await teacherForced({ cache: 'int8', textSlots: 8 }), exact);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(0.03);
  expect(error).toBeLessThan(relativeError(await teacherForced({ cache: 'int8' }), exact));
});

test('weights for many rows, for prefix and runs on the same cache, change little', async () => {
  const rounded = await teacherForced({ cache: 'int8', textSlots: 8 });
  const both = await teacherForced({ cache: 'int8', textSlots: 8, withManyRows: true });
  const error = relativeError(both, rounded);
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(0.02); // measured: 0.013
});
