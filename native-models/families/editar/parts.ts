import type { Lookup } from '../../onnx/blocks.ts';
import type { Precision } from '../../onnx/linear.ts';
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
  transformerInt8Cache: 'transformer-int8-cache',
  transformerRows: 'transformer-rows',
  transformerManyRowsInt8Cache: 'transformer-many-rows-int8-cache',
  transformerStepInt8Cache: 'transformer-step-int8-cache',
  vqEncoder: 'vq-encoder',
  vqDecoderHead: 'vq-decoder-head',
  vqDecoderTail: 'vq-decoder-tail',
  vqDecoderBand: 'vq-decoder-band',
} as const;

/** What each part is built from. */
export interface PartSource<Config> {
  readonly config: Config;
  readonly weights: Lookup;
  readonly precision: Precision;
  readonly fingerprint: string;
}

/** Below this nothing is gained by rounding the cache, nor is there much to prefill. */
const smallCacheBytes = 128 * 2 ** 20;

/** Whether a model has quantised weights and much to keep and to prefill: then its pack can keep keys and values in int8, and has
 * weights for many rows too. */
export const isLargeAndQuantised = (config: TransformerConfig, precision: Precision): boolean =>
  precision !== 'fp32' && guidedCacheBytes(config, 4) > smallCacheBytes;

/** Keys and values of one guided picture. */
export const guidedCacheBytes = (config: TransformerConfig, bytesPerValue: number): number =>
  2 * 2 * config.layers * config.dim * cacheLayout(config, 1).capacity * bytesPerValue;

const int8CacheGraphs = (config: TransformerConfig, weights: Lookup, precision: Precision): PartGraph[] => [
  {
    name: graphNames.transformerInt8Cache,
    build: (g) => transformer(g, config, weights, { weights: precision, cache: 'int8' }),
  },
  {
    name: graphNames.transformerManyRowsInt8Cache,
    build: (g) => transformer(g, config, weights, { weights: 'int8-many-rows', cache: 'int8' }),
  },
  {
    name: graphNames.transformerStepInt8Cache,
    build: (g) => transformer(g, config, weights, { weights: precision, cache: 'int8-step' }),
  },
];

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
      ...(isLargeAndQuantised(config, precision) ? int8CacheGraphs(config, weights, precision) : []),
    ],
  };
}

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
