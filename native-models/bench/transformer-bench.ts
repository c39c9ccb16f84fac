import { mkdtemp, rm, stat } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WeightPrecision } from '../api.ts';
import { NextTokenRun } from '../decode/next-token.ts';
import { cacheLayout, textSlotsFor } from '../families/editar/cache-layout.ts';
import type { CacheLayout } from '../families/editar/cache-layout.ts';
import { imageTokens } from '../families/editar/config.ts';
import type { TransformerConfig } from '../families/editar/config.ts';
import { transformer } from '../families/editar/graph.ts';
import { GuidedDecoder } from '../families/editar/guided-decoder.ts';
import type { TextRows } from '../families/editar/guided-decoder.ts';
import { isLargeAndQuantised, linearBytes, wideForm } from '../families/editar/parts.ts';
import { PrefixCache } from '../families/editar/prefix.ts';
import { TransformerRunner } from '../families/editar/transformer-runner.ts';
import { transformerTensors } from '../families/editar/weights.ts';
import type { GraphBuilder } from '../onnx/graph.ts';
import type { WeightForm } from '../onnx/linear.ts';
import { buildPart } from '../parts/build-part.ts';
import type { Part } from '../parts/part.ts';
import { openDecoder } from '../runtime/open.ts';
import type { DecoderSession } from '../runtime/decoder-session.ts';
import type { FloatTensor } from '../tensor/tensor.ts';
import type { BandwidthMeter } from './bandwidth.ts';
import { fillOutput } from './fill-cache.ts';
import { randomWeights } from './random-weights.ts';
import { median, mebibytes, ownMiB, peakMiB, residentMiB, timed } from './statistics.ts';

/** How keys and values are kept. */
export type CachePrecision = 'fp32' | 'int8';

/** What is timed. */
export interface TransformerBenchOptions {
  readonly precision: WeightPrecision;
  readonly tokens: number; // timed single-token steps
  readonly cache?: CachePrecision; // default: as packs of this precision keep it on the processor
  /** Whole pictures too: every cell, and with 80 % of the cells locked. Takes minutes at full size. */
  readonly pictures: boolean;
  readonly onProgress?: (what: string) => void;
}

/** Times are medians in milliseconds, sizes in MiB. */
export interface TransformerBench {
  readonly precision: WeightPrecision;
  readonly cache: CachePrecision;
  readonly fileMiB: number;
  readonly buildMs: number;
  readonly openMs: number;
  readonly openMiB: number; // resident memory that opening added
  readonly peakMiB: number; // of the whole process up to the first step
  /** Of that, what is not pages of files, which the system may drop. Only where it tells. */
  readonly ownMiB?: number;
  /** Longest time that nothing else could run in this process, from opening to the last timed step. */
  readonly longestBlockMs: number;
  readonly imagePrefillMs: number;
  readonly textPrefillMs: number; // one prompt
  readonly prefillMs: number; // picture, prompt and no-prompt, as an edit begins
  readonly naivePrefillMs: number; // both halves in full
  readonly secondPrefillMs: number; // another prompt on the same picture
  readonly context: number; // positions in the cache during the timed steps
  readonly msPerToken: number;
  readonly bytesPerToken: number;
  readonly bandwidth: number; // bytes per second, measured right before and after the timed steps
  readonly ratioToLimit: number;
  readonly variantsMsPerToken: Readonly<Record<number, number>>; // per picture, by number of variants
  readonly pictureMs?: number;
  readonly lockedPictureMs?: number;
}

/** Builds a transformer with random weights in a temporary folder and times it. The reads that a step cannot avoid are the
 * weights and both halves' cached positions; their time at the measured bandwidth is the limit that steps are compared with. */
export async function benchTransformer(
  config: TransformerConfig,
  meter: BandwidthMeter,
  options: TransformerBenchOptions,
): Promise<TransformerBench> {
  const folder = await mkdtemp(join(tmpdir(), 'editar-bench-'));
  try {
    const { precision, onProgress } = options;
    const cache = options.cache ?? (isLargeAndQuantised(config, precision) ? 'int8' : 'fp32');
    const form = cache === 'int8' ? wideForm(precision) : precision;
    onProgress?.(`building the ${precision} transformer`);
    const buildMs = await timed(() => buildPart(randomTransformer(config, form, cache), folder));
    const { size } = await stat(join(folder, 'bench.data'));
    const timings = await timeOpened(join(folder, 'whole.onnx'), config, meter, linearBytes(config, form), options);
    return { precision, cache, fileMiB: mebibytes(size), buildMs, ...timings };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function randomTransformer(config: TransformerConfig, form: WeightForm, cache: CachePrecision): Part {
  const weights = randomWeights(transformerTensors(config));
  const build = (g: GraphBuilder): void => transformer(g, config, weights, { weights: form, cache });
  return { name: 'bench', fingerprint: '', graphs: [{ name: 'whole', build }] };
}

type OpenedTimings = Omit<TransformerBench, 'precision' | 'cache' | 'fileMiB' | 'buildMs'>;
type SessionTimings = Omit<OpenedTimings, 'openMs' | 'openMiB' | 'longestBlockMs'>;

/** @param weightBytes that a step reads */
async function timeOpened(
  graph: string,
  config: TransformerConfig,
  meter: BandwidthMeter,
  weightBytes: number,
  options: TransformerBenchOptions,
): Promise<OpenedTimings> {
  const before = residentMiB();
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const { value, ms: openMs } = await valueAndTime(() => openDecoder(graph, { device: 'cpu' }));
  await using session = value;
  const openMiB = residentMiB() - before;
  const timings = await timeSession(session, config, meter, weightBytes, options);
  delays.disable();
  return { openMs, openMiB, longestBlockMs: delays.max / 1e6, ...timings };
}

async function timeSession(
  session: DecoderSession,
  config: TransformerConfig,
  meter: BandwidthMeter,
  weightBytes: number,
  options: TransformerBenchOptions,
): Promise<SessionTimings> {
  const isInteger = session.layout.tensors[0].dtype === 'i8';
  const layout = cacheLayout(config, textSlotsFor(session));
  using prefix = new PrefixCache(new TransformerRunner(session, config, layout), layout);
  const text = { cond: textRows(config), uncond: textRows(config) };
  const [ids, otherIds] = [randomIds(config), randomIds(config)];
  const { decoder, ...prefills } = await timePrefills(prefix, ids, otherIds, text, options);
  options.onProgress?.('single steps');
  const context = Math.min(layout.capacity - options.tokens - 1, Math.round(layout.capacity * 0.78));
  await fillOutput(prefix.cache, layout, config);
  const memory = { peakMiB: peakMiB(), ownMiB: await ownMiB() }; // what measures the bandwidth takes half a gibibyte more
  const steps = await timeSteps(decoder, config, layout, context, options.tokens, meter);
  const bytesPerToken = weightBytes + 2 * context * cacheBytesPerPosition(config, isInteger);
  const pictures = options.pictures ? await timePictures(prefix, config, otherIds, text, options) : {};
  const variantsMsPerToken = await timeVariants(prefix, config, otherIds, text, layout, context, options);
  options.onProgress?.('naive prefill');
  const naivePrefillMs = await timeNaivePrefill(session, config, text.cond, ids);
  return {
    ...memory,
    ...prefills,
    naivePrefillMs,
    context,
    msPerToken: steps.ms,
    bytesPerToken,
    bandwidth: steps.bandwidth,
    ratioToLimit: bytesPerToken / steps.bandwidth / (steps.ms / 1000),
    variantsMsPerToken,
    ...pictures,
  };
}

async function timePrefills(
  prefix: PrefixCache,
  ids: Int32Array,
  otherIds: Int32Array,
  text: TextRows,
  { onProgress }: TransformerBenchOptions,
) {
  onProgress?.('prefill');
  const guidance = { pictures: 1, cfg: 3 };
  const imagePrefillMs = await timed(() => prefix.setImage(ids, 2));
  const textPrefillMs = await timed(() => prefix.setText(0, text.cond));
  const prefillMs = await timed(() => GuidedDecoder.begin(prefix, otherIds, text, guidance));
  const second = await valueAndTime(() => GuidedDecoder.begin(prefix, otherIds, text, guidance));
  const { decoder } = second.value;
  return { imagePrefillMs, textPrefillMs, prefillMs, secondPrefillMs: second.ms, decoder };
}

async function valueAndTime<T>(run: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const before = performance.now();
  const value = await run();
  return { value, ms: performance.now() - before };
}

const textRows = ({ textTokens, dim }: TransformerConfig): FloatTensor => ({
  dims: [1, textTokens, dim],
  data: Float32Array.from({ length: textTokens * dim }, () => Math.random() - 0.5),
});

const randomIds = (config: TransformerConfig): Int32Array =>
  Int32Array.from({ length: imageTokens(config) }, () => Math.floor(Math.random() * config.vocab));

/** Single-token steps for one guided picture from the middle of the output on; what the cache holds there does not matter. */
async function timeSteps(
  decoder: GuidedDecoder,
  config: TransformerConfig,
  layout: CacheLayout,
  context: number,
  tokens: number,
  meter: BandwidthMeter,
): Promise<{ ms: number; bandwidth: number }> {
  const first = context - layout.output;
  const bandwidths = [await meter.measure()];
  const times: number[] = [];
  for (let i = 0; i < tokens; i++) {
    const token = Int32Array.of(Math.floor(Math.random() * config.vocab));
    times.push(await timed(() => decoder.forward([token], first + i)));
    if (i % 16 === 15) bandwidths.push(await meter.measure(3));
  }
  return { ms: median(times), bandwidth: median(bandwidths) };
}

async function timeVariants(
  prefix: PrefixCache,
  config: TransformerConfig,
  ids: Int32Array,
  text: TextRows,
  layout: CacheLayout,
  context: number,
  options: TransformerBenchOptions,
): Promise<Record<number, number>> {
  const perPicture: Record<number, number> = {};
  for (const pictures of [2, 4]) {
    options.onProgress?.(`${pictures} variants`);
    const { decoder } = await GuidedDecoder.begin(prefix, ids, text, { pictures, cfg: 3 });
    const times: number[] = [];
    for (let i = 0; i < 8; i++) {
      const tokens = Array.from({ length: pictures }, () => Int32Array.of(Math.floor(Math.random() * config.vocab)));
      times.push(await timed(() => decoder.forward(tokens, context - layout.output + i)));
    }
    perPicture[pictures] = median(times) / pictures;
  }
  return perPicture;
}

/** Decodes whole pictures: all cells free, and all but a square of a fifth of the cells locked. */
async function timePictures(
  prefix: PrefixCache,
  config: TransformerConfig,
  ids: Int32Array,
  text: TextRows,
  options: TransformerBenchOptions,
): Promise<{ pictureMs: number; lockedPictureMs: number }> {
  const decodeAll = async (locked: readonly (number | null)[]): Promise<number> => {
    const { decoder, logits } = await GuidedDecoder.begin(prefix, ids, text, { pictures: 1, cfg: 3 });
    const run = new NextTokenRun(decoder, logits, locked, (row) => Math.abs(Math.round(row[0] * 1e6)) % config.vocab);
    return timed(async () => {
      while (run.committed < run.cells) await run.step();
    });
  };
  const side = Math.round(config.grid * Math.sqrt(0.2));
  const from = Math.floor((config.grid - side) / 2);
  const isInside = (at: number): boolean => at >= from && at < from + side;
  const locked = Array.from(ids, (id, cell) =>
    isInside(Math.floor(cell / config.grid)) && isInside(cell % config.grid) ? null : id,
  );
  options.onProgress?.('a whole picture');
  const pictureMs = await decodeAll(new Array<null>(ids.length).fill(null));
  options.onProgress?.('a picture with 80 % of its cells locked');
  return { pictureMs, lockedPictureMs: await decodeAll(locked) };
}

/** The reference's prefill: picture and text in full for both halves at once. */
async function timeNaivePrefill(
  session: DecoderSession,
  config: TransformerConfig,
  text: FloatTensor,
  ids: Int32Array,
): Promise<number> {
  const layout = cacheLayout(config, 0);
  const cache = session.createCache(2, layout.capacity);
  try {
    const runner = new TransformerRunner(session, config, layout);
    const both = new Float32Array(2 * text.data.length);
    both.set(text.data);
    both.set(text.data, text.data.length);
    const embeddings = { dims: [2, config.textTokens, config.dim], data: both };
    const feed = { ids: [ids, ids], embeddings, position: 0, guide: Float32Array.of(3, -2) };
    return await timed(() => runner.begin(cache, 0, feed));
  } finally {
    cache[Symbol.dispose]();
  }
}

/** Bytes of one row's keys and values at one position. */
const cacheBytesPerPosition = ({ dim, layers }: TransformerConfig, isInteger: boolean): number =>
  2 * layers * dim * (isInteger ? 1 : 4);
