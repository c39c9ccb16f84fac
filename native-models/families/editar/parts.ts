import type { WeightPrecision } from '../../api.ts';
import type { Lookup } from '../../onnx/blocks.ts';
import { blockFormats } from '../../onnx/linear.ts';
import type { WeightForm } from '../../onnx/linear.ts';
import type { Part, PartGraph } from '../../parts/part.ts';
import { t5Encoder } from '../../text-encoders/t5/graph.ts';
import type { T5Config } from '../../text-encoders/t5/config.ts';
import type { VqConfig } from '../../tokenizers/image/vq/config.ts';
import { vqDecoderHead, vqDecoderTail, vqEncoder } from '../../tokenizers/image/vq/graph.ts';
import { cacheLayout } from './cache-layout.ts';
import type { TransformerConfig } from './config.ts';
import { textAdapter, transformer } from './graph.ts';

/** Graphs of an EditAR pack, by the names of their files. */
export const graphNames = {
  textEncoder: 'text-encoder',
  textAdapter: 'text-adapter',
  transformer: 'transformer',
  transformerProcessor: 'transformer-processor',
  transformerRows: 'transformer-rows',
  vqEncoder: 'vq-encoder',
  vqDecoderHead: 'vq-decoder-head',
  vqDecoderTail: 'vq-decoder-tail',
  vqDecoderBand: 'vq-decoder-band',
} as const;

/** What each part is built from. */
export interface PartSource<Config> {
  readonly config: Config;
  readonly weights: Lookup;
  readonly precision: WeightPrecision;
  readonly fingerprint: string;
}

/** Below this nothing is gained by rounding the cache, nor is there much to prefill. */
const smallCacheBytes = 128 * 2 ** 20;

/** Whether a model has quantised weights and much to keep: then its pack has a graph for the processor that keeps keys and values in
 * int8, with weights in wide blocks. */
export const isLargeAndQuantised = (config: TransformerConfig, precision: WeightPrecision): boolean =>
  precision !== 'fp32' && guidedCacheBytes(config, 4) > smallCacheBytes;

/** Keys and values of one guided picture. */
export const guidedCacheBytes = (config: TransformerConfig, bytesPerValue: number): number =>
  2 * 2 * config.layers * config.dim * cacheLayout(config, 1).capacity * bytesPerValue;

/** Bytes of the weights that a step multiplies with: all linear layers and the head, scales included. */
export function linearBytes({ dim, layers, ffnHidden, vocab }: TransformerConfig, form: WeightForm): number {
  const values = layers * (4 * dim * dim + 3 * dim * ffnHidden) + dim * vocab;
  if (form === 'fp32') return values * 4;
  const { bits, block } = blockFormats[form];
  return values * (bits / 8 + 4 / block);
}

/** The form of weights that the processor multiplies with over an int8 cache. */
export const wideForm = (precision: WeightPrecision): WeightForm =>
  precision === 'fp32' ? 'fp32' : `${precision}-wide`;

const processorGraph = (config: TransformerConfig, weights: Lookup, precision: WeightPrecision): PartGraph => ({
  name: graphNames.transformerProcessor,
  build: (g) => transformer(g, config, weights, { weights: wideForm(precision), cache: 'int8' }),
});

/** The transformer for every device and form of cache, and the adapter that widens text for it. */
export function transformerPart({ config, weights, precision, fingerprint }: PartSource<TransformerConfig>): Part {
  return {
    name: 'transformer',
    fingerprint,
    graphs: [
      { name: graphNames.textAdapter, build: (g) => textAdapter(g, config, weights, precision) },
      {
        name: graphNames.transformer,
        build: (g) => transformer(g, config, weights, { weights: precision, cache: 'fp32' }),
      },
      {
        name: graphNames.transformerRows,
        build: (g) => transformer(g, config, weights, { weights: precision, cache: 'rows' }),
      },
      ...(isLargeAndQuantised(config, precision) ? [processorGraph(config, weights, precision)] : []),
    ],
  };
}

/** The T5 encoder. */
export const textEncoderPart = ({ config, weights, precision, fingerprint }: PartSource<T5Config>): Part => ({
  name: 'text-encoder',
  fingerprint,
  graphs: [{ name: graphNames.textEncoder, build: (g) => t5Encoder(g, config, weights, precision) }],
});

/** The image tokenizer always runs in fp32: rounding flips the ids of nearly equal codes (editar.md 3.2). */
export const vqPart = ({ config, weights, fingerprint }: Omit<PartSource<VqConfig>, 'precision'>): Part => ({
  name: 'vq',
  fingerprint,
  graphs: [
    { name: graphNames.vqEncoder, build: (g) => vqEncoder(g, config, weights) },
    { name: graphNames.vqDecoderHead, build: (g) => vqDecoderHead(g, config, weights) },
    { name: graphNames.vqDecoderTail, build: (g) => vqDecoderTail(g, config, weights, 'measured') },
    { name: graphNames.vqDecoderBand, build: (g) => vqDecoderTail(g, config, weights, 'frozen') },
  ],
});
