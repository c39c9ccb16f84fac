import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { selectTensors } from '../checkpoint/name-map.ts';
import { readTensors } from '../checkpoint/read-tensors.ts';
import type { RawTensor } from '../checkpoint/read-tensors.ts';
import type { TensorSource } from '../checkpoint/checkpoint.ts';
import { NextTokenRun } from '../decode/next-token.ts';
import type { PickToken } from '../decode/next-token.ts';
import { argmax, drawByNoise, filterLogits } from '../decode/sampler.ts';
import { imageTokens, totalPositions } from '../families/editar/config.ts';
import type { TransformerConfig } from '../families/editar/config.ts';
import { transformerConfig } from '../families/editar/derive-config.ts';
import { textAdapter, transformer } from '../families/editar/graph.ts';
import { GuidedDecoder } from '../families/editar/guided-decoder.ts';
import type { TextRows } from '../families/editar/guided-decoder.ts';
import { cacheLayout } from '../families/editar/cache-layout.ts';
import { PrefixCache } from '../families/editar/prefix.ts';
import { ropeTable } from '../families/editar/rope.ts';
import { TransformerRunner } from '../families/editar/transformer-runner.ts';
import { ignoredTransformerTensors, transformerTensors } from '../families/editar/weights.ts';
import type { GraphBuilder } from '../onnx/graph.ts';
import { lookupIn } from '../parts/weights-lookup.ts';
import { openDecoder, openSession } from '../runtime/open.ts';
import type { DecoderSession } from '../runtime/decoder-session.ts';
import { asFloats } from '../runtime/host-tensor.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';
import { compareExactly, compareNumbers } from './compare.ts';
import type { ParityResult } from './result.ts';
import { withGraphs } from '../parts/with-graphs.ts';

const internals = { relativeL2: 1e-4, maxAbs: 1e-3 };
const rawLogits = { maxAbs: 5e-4 };
const guidedLogits = { maxAbs: 2e-3 };
const eta = 3;

interface Manifest {
  readonly config: {
    readonly n_head: number;
    readonly cfg_interval_of_interval_run: number;
    readonly sampling_of_sampled_run: { temperature: number; top_k: number; top_p: number };
  };
}

type Tensors = ReadonlyMap<string, RawTensor>;

/** Everything the checks of one case share. */
interface Case {
  readonly config: TransformerConfig;
  readonly manifest: Manifest;
  readonly session: DecoderSession;
  readonly text: TextRows;
  readonly conditionIds: Int32Array;
  readonly source: TensorSource;
  readonly read: (file: string) => Promise<Tensors>;
}

/** Runs an `editar-gpt-*` case: rotary table, text projection, prefill internals, teacher-forced logits, whole loops. The loops run
 * on the shared prefix with collapsed text, the teacher-forced pass also on every text position uncollapsed. */
export async function checkEditarTransformer(folder: string): Promise<ParityResult> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  await using checkpoint = await openCheckpoint(join(folder, 'checkpoint.pt'));
  const config = transformerConfig(checkpoint, { heads: manifest.config.n_head });
  const source = selectTensors(checkpoint, transformerTensors(config), { ignore: ignoredTransformerTensors });
  const weights = lookupIn(source);
  const read = (file: string): Promise<Tensors> => readTensors(join(folder, `${file}.safetensors`));
  const graphs = [
    { name: 'adapter', build: (g: GraphBuilder) => textAdapter(g, config, weights, 'fp32') },
    {
      name: 'plain',
      build: (g: GraphBuilder) => transformer(g, config, weights, { weights: 'fp32', cache: 'fp32' }),
    },
    { name: 'tapped', build: (g: GraphBuilder) => tappedTransformer(g, config, weights) },
  ];
  return await withGraphs(graphs, async (path) => {
    const inputs = await read('inputs');
    await using adapter = await openSession(path('adapter'));
    await using session = await openDecoder(path('plain'));
    const rows = {
      dtype: 'f32',
      dims: [1, config.textTokens, config.captionDim],
      data: inputs.get('t5')!.data,
    } as HostTensor;
    const { cond, uncond } = await adapter.run({ rows });
    const text = { cond: asFloats(cond), uncond: asFloats(uncond) };
    const conditionIds = inputs.get('cond_ids')!.data as Int32Array;
    const one: Case = { config, manifest, session, text, conditionIds, source, read };
    const errors = [await checkRope(one)];
    await using tapped = await openDecoder(path('tapped'));
    errors.push(await checkPrefill(one, tapped));
    errors.push(await checkTeacherForced(one, inputs.get('teacher_ids')!.data as Int32Array));
    errors.push(await checkGreedy(one), await checkSampled(one));
    return {
      maxError: Math.max(...errors),
      detail: 'rope, prefill, teacher-forced logits, four greedy loops, one sampled loop',
    };
  });
}

const floats = (tensors: Tensors, name: string): Float32Array => tensors.get(name)!.data as Float32Array;
const ids = (tensors: Tensors, name: string): Int32Array => tensors.get(name)!.data as Int32Array;

function tappedTransformer(g: GraphBuilder, config: TransformerConfig, weights: ReturnType<typeof lookupIn>): void {
  transformer(g, config, weights, {
    weights: 'fp32',
    cache: 'fp32',
    tap: (name, value) => g.output(`tap.${name}`, value, 'f32', tapDims(name, config)),
  });
}

const tapDims = (name: string, config: TransformerConfig): (string | number)[] =>
  name.startsWith('layer')
    ? ['batch', 'new', config.dim]
    : ['batch', name === 'raw_logits' ? config.vocab : config.dim];

async function checkRope({ config, read }: Case): Promise<number> {
  const expected = await read('rope');
  const table = ropeTable(config);
  const error = Math.max(
    compareNumbers('rope cos', table.cos, floats(expected, 'cos'), { maxAbs: 2e-6 }),
    compareNumbers('rope sin', table.sin, floats(expected, 'sin'), { maxAbs: 2e-6 }),
  );
  const text = [imageTokens(config) * table.pairs, (imageTokens(config) + config.textTokens) * table.pairs] as const;
  const zeros = new Float32Array(config.textTokens * table.pairs);
  compareExactly('rope text rows', [...table.cos.subarray(...text)], zeros);
  compareExactly('rope text rows', [...table.sin.subarray(...text)], zeros);
  return error;
}

/** The naive prefill: both halves at once, picture and text in one pass. */
async function checkPrefill(one: Case, tapped: DecoderSession): Promise<number> {
  const { config, text, conditionIds } = one;
  const expected = await one.read('prefill');
  const errors = [
    compareNumbers('cap_proj', join2(text.cond.data, text.uncond.data), floats(expected, 'cap_proj'), internals),
  ];
  const count = imageTokens(config) + config.textTokens;
  const cache = tapped.createCache(2, totalPositions(config));
  const outputs = await tapped.run(cache, { firstRow: 0, rows: 2 }, prefillFeeds(config, conditionIds, text), [
    'logits',
    ...tapped.outputs.map(({ name }) => name).filter((name) => name.startsWith('tap.')),
  ]);
  const compare = (what: string, actual: ArrayLike<number>, tolerance = internals): void => {
    errors.push(compareNumbers(what, actual, floats(expected, what), tolerance));
  };
  compare('layer_first', outputs['tap.layer.0'].data as Float32Array);
  compare('layer_last', outputs[`tap.layer.${config.layers - 1}`].data as Float32Array);
  compare('final_norm_last', outputs['tap.final_norm_last'].data as Float32Array);
  compare('k0', firstKeys(config, cache.layer(0).key as Float32Array, cache.capacity, count));
  const raw = outputs['tap.raw_logits'].data as Float32Array;
  errors.push(
    compareNumbers('logits_last_cond', raw.subarray(0, config.vocab), floats(expected, 'logits_last_cond'), rawLogits),
    compareNumbers('logits_last_uncond', raw.subarray(config.vocab), floats(expected, 'logits_last_uncond'), rawLogits),
    compareNumbers(
      'logits_last_cfg',
      outputs.logits.data as Float32Array,
      floats(expected, 'logits_last_cfg'),
      guidedLogits,
    ),
  );
  cache[Symbol.dispose]();
  return Math.max(...errors);
}

function join2(a: Float32Array, b: Float32Array): Float32Array {
  const joined = new Float32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** Keys of the conditional half, [heads, positions, headDim], without the unused rest of the cache. */
function firstKeys(config: TransformerConfig, keys: Float32Array, capacity: number, count: number): Float32Array {
  const size = config.dim / config.heads;
  const dense = new Float32Array(config.heads * count * size);
  for (let head = 0; head < config.heads; head++) {
    const start = head * capacity * size;
    dense.set(keys.subarray(start, start + count * size), head * count * size);
  }
  return dense;
}

function prefillFeeds(config: TransformerConfig, conditionIds: Int32Array, text: TextRows): Record<string, HostTensor> {
  const cells = imageTokens(config);
  const count = cells + config.textTokens;
  const twice = <T>(row: readonly T[]): T[] => [...row, ...row];
  const positions = Array.from({ length: count }, (_, i) => BigInt(i));
  return {
    input_ids: { dtype: 'i64', dims: [2, cells], data: BigInt64Array.from(twice([...conditionIds].map(BigInt))) },
    embeddings: {
      dtype: 'f32',
      dims: [2, config.textTokens, config.dim],
      data: join2(text.cond.data, text.uncond.data),
    },
    position_ids: { dtype: 'i64', dims: [2, count], data: BigInt64Array.from(twice(positions)) },
    seqlens_k: { dtype: 'i32', dims: [2], data: new Int32Array(2).fill(count - 1) },
    total_sequence_length: { dtype: 'i32', dims: [], data: Int32Array.of(count) },
    attention_bias: { dtype: 'f32', dims: [1, 1, count, count], data: new Float32Array(count * count) },
    guide: { dtype: 'f32', dims: [1, 2], data: Float32Array.of(eta, 1 - eta) },
  };
}

const newPrefix = ({ session, config }: Case): PrefixCache => {
  const layout = cacheLayout(config, 1);
  return new PrefixCache(new TransformerRunner(session, config, layout), layout);
};

/** Feeds the recorded ids and compares the guided logits of every cell, and those of each half. */
async function checkTeacherForced(one: Case, teacher: Int32Array): Promise<number> {
  const expected = await one.read('teacher');
  const { vocab } = one.config;
  let largest = 0;
  const runs = [
    { name: 'cfg', text: one.text, cfg: eta, tolerance: guidedLogits },
    { name: 'cond', text: one.text, cfg: 1, tolerance: rawLogits },
    { name: 'uncond', text: { cond: one.text.uncond, uncond: one.text.uncond }, cfg: 1, tolerance: rawLogits },
  ];
  for (const { name, text, cfg, tolerance } of runs) {
    using prefix = newPrefix(one);
    const begun = await GuidedDecoder.begin(prefix, one.conditionIds, text, { pictures: 1, cfg });
    let { logits } = begun;
    const reference = floats(expected, name);
    for (let cell = 0; cell < teacher.length; cell++) {
      const row = reference.subarray(cell * vocab, (cell + 1) * vocab);
      largest = Math.max(largest, compareNumbers(`teacher ${name} cell ${cell}`, logits, row, tolerance));
      if (cell + 1 < teacher.length) logits = await begun.decoder.forward([teacher.subarray(cell, cell + 1)], cell);
    }
    largest = Math.max(largest, await checkSeveralAtOnce(prefix, one, text, cfg, teacher, reference, tolerance));
  }
  return largest;
}

/** All but the last token in one multi-token step gives the logits of the last cell. */
async function checkSeveralAtOnce(
  prefix: PrefixCache,
  one: Case,
  text: TextRows,
  cfg: number,
  teacher: Int32Array,
  reference: Float32Array,
  tolerance: { maxAbs: number },
): Promise<number> {
  const { decoder } = await GuidedDecoder.begin(prefix, one.conditionIds, text, { pictures: 1, cfg });
  const logits = await decoder.forward([teacher.subarray(0, teacher.length - 1)], 0);
  const last = reference.subarray((teacher.length - 1) * one.config.vocab);
  return compareNumbers('teacher, all at once', logits, last, tolerance);
}

async function loop(one: Case, settings: { cfg: number; cfgInterval?: number }, pick: PickToken): Promise<Int32Array> {
  using prefix = newPrefix(one);
  const { decoder, logits } = await GuidedDecoder.begin(prefix, one.conditionIds, one.text, {
    pictures: 1,
    ...settings,
  });
  return await finish(new NextTokenRun(decoder, logits, new Array<null>(imageTokens(one.config)).fill(null), pick));
}

async function finish(run: NextTokenRun): Promise<Int32Array> {
  while (run.committed < run.cells) await run.step();
  return run.ids[0];
}

async function checkGreedy(one: Case): Promise<number> {
  const expected = await one.read('greedy');
  const interval = one.manifest.config.cfg_interval_of_interval_run;
  compareExactly('greedy cfg ids', await loop(one, { cfg: eta }, argmax), ids(expected, 'cfg_ids'));
  compareExactly('greedy ids without guidance', await loop(one, { cfg: 1 }, argmax), ids(expected, 'nocfg_ids'));
  const stopped = await loop(one, { cfg: eta, cfgInterval: interval }, argmax);
  compareExactly('greedy ids with a guidance interval', stopped, ids(expected, 'interval_ids'));
  compareExactly('greedy ids without a picture', await loopWithoutPicture(one), ids(expected, 'mode0_ids'));
  return 0;
}

/** Input mode 0: learned rows stand in for the condition picture. */
async function loopWithoutPicture(one: Case): Promise<Int32Array> {
  const { config, text } = one;
  const prefix = newPrefix(one);
  const rows = { dims: [1, imageTokens(config), config.dim], data: await one.source.read('img_uncond_embedding') };
  await prefix.setRows(rows, 2);
  const { decoder, logits } = await GuidedDecoder.continue(prefix, text, { pictures: 1, cfg: eta });
  return finish(new NextTokenRun(decoder, logits, new Array<null>(imageTokens(config)).fill(null), argmax));
}

async function checkSampled(one: Case): Promise<number> {
  const expected = await one.read('sampled');
  const { temperature, top_k: topK, top_p: topP } = one.manifest.config.sampling_of_sampled_run;
  const { vocab } = one.config;
  const noise = floats(expected, 'e');
  const pick: PickToken = (logits, _, cell) =>
    drawByNoise(filterLogits(logits, { temperature, topK, topP }), noise.subarray(cell * vocab, (cell + 1) * vocab));
  compareExactly('sampled ids', await loop(one, { cfg: eta }, pick), ids(expected, 'ids'));
  return 0;
}
