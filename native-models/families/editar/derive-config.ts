// Published checkpoints carry no configuration: sizes follow from shapes, the rest from the file's `args` or a side file.
import { z } from 'zod';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { ModelError } from '../../errors.ts';
import { zPack } from '../../parts/pack.ts';
import type { T5Config } from '../../text-encoders/t5/config.ts';
import type { VqConfig } from '../../tokenizers/image/vq/config.ts';
import type { TransformerConfig } from './config.ts';

const positive = z.int().positive();

export const zTransformerConfig = z.object({
  dim: positive,
  layers: positive,
  heads: positive,
  ffnHidden: positive,
  vocab: positive,
  grid: positive,
  textTokens: positive,
  captionDim: positive,
  normEps: z.number().positive(),
  ropeBase: z.number().positive(),
}) satisfies z.ZodType<TransformerConfig>;

export const zVqConfig = z.object({
  ch: positive,
  chMult: z.array(positive).min(1),
  numResBlocks: positive,
  zChannels: positive,
  codebookSize: positive,
  codebookDim: positive,
  groups: positive,
  normEps: z.number().positive(),
}) satisfies z.ZodType<VqConfig>;

export const zT5Config = z.object({
  dModel: positive,
  heads: positive,
  dKv: positive,
  dFf: positive,
  layers: positive,
  vocab: positive,
  buckets: positive,
  maxDistance: positive,
  normEps: z.number().positive(),
  textTokens: positive,
}) satisfies z.ZodType<T5Config>;

/** Numbers that a checkpoint's shapes do not tell, in a JSON file beside it. */
export const zConfigFile = z.object({
  transformer: zTransformerConfig.partial().optional(),
  vq: zVqConfig.partial().optional(),
  imageSize: positive.optional(),
  samplingDefaults: z
    .object({ cfg: z.number(), temperature: z.number(), topK: z.int(), topP: z.number() })
    .partial()
    .optional(),
  // What the pack says of itself.
  title: z.string().min(1).optional(),
  note: z.string().min(1).optional(),
  licence: zPack.shape.licence.optional(),
});
export type ConfigFile = z.infer<typeof zConfigFile>;

/** Heads of the named sizes of LlamaGen, which `args.gpt_model` of a published file names. */
const namedHeads: Readonly<Record<string, number>> = {
  'GPT-B': 12,
  'GPT-L': 16,
  'GPT-XL': 20,
  'GPT-XXL': 24,
  'GPT-3B': 32,
};

const usualHeadDim = 64;

/** @throws ModelError `checkpoint-mismatch` when the file has no transformer of this family in it */
export function transformerConfig(checkpoint: Checkpoint, given: Partial<TransformerConfig> = {}): TransformerConfig {
  const dims = (name: string): readonly number[] => dimsOf(checkpoint, name, 'an EditAR transformer');
  const [vocab, dim] = dims('tok_embeddings.weight');
  const [textTokens, captionDim] = dims('cls_embedding.uncond_embedding');
  const named = namedHeads[String(checkpoint.settings['args.gpt_model'])];
  const config: TransformerConfig = {
    dim,
    layers: countBlocks(checkpoint, /^layers\.(\d+)\.attention\.wqkv\.weight$/),
    heads: named ?? Math.max(1, Math.floor(dim / usualHeadDim)),
    ffnHidden: dims('layers.0.feed_forward.w1.weight')[0],
    vocab,
    grid: Math.round(Math.sqrt(dims('img_uncond_embedding')[0])),
    textTokens,
    captionDim,
    normEps: 1e-5,
    ropeBase: 10000,
    ...given,
  };
  if (config.dim % config.heads !== 0 || (config.dim / config.heads) % 4 !== 0) {
    throw new ModelError(
      'checkpoint-mismatch',
      `${config.heads} heads do not divide ${config.dim} dims into whole rotary pairs; name the number of heads in the config file`,
      { heads: config.heads, dim: config.dim },
    );
  }
  return config;
}

/** @throws ModelError `checkpoint-mismatch` when the file has no VQ-16 tokenizer in it */
export function vqConfig(checkpoint: Checkpoint, given: Partial<VqConfig> = {}): VqConfig {
  const dims = (name: string): readonly number[] => dimsOf(checkpoint, name, 'a VQ image tokenizer');
  const [ch] = dims('encoder.conv_in.weight');
  const levels = countBlocks(checkpoint, /^encoder\.conv_blocks\.(\d+)\.res\.0\.conv1\.weight$/);
  const [codebookSize, codebookDim] = dims('quantize.embedding.weight');
  return {
    ch,
    chMult: Array.from(
      { length: levels },
      (_, level) => dims(`encoder.conv_blocks.${level}.res.0.conv1.weight`)[0] / ch,
    ),
    numResBlocks: countBlocks(checkpoint, /^encoder\.conv_blocks\.0\.res\.(\d+)\.conv1\.weight$/),
    zChannels: dims('encoder.conv_out.weight')[0],
    codebookSize,
    codebookDim,
    groups: 32,
    normEps: 1e-6,
    ...given,
  };
}

const zHuggingFaceT5 = z.object({
  d_model: positive,
  num_heads: positive,
  d_kv: positive,
  d_ff: positive,
  num_layers: positive,
  vocab_size: positive,
  relative_attention_num_buckets: positive.default(32),
  relative_attention_max_distance: positive.default(128),
  layer_norm_epsilon: z.number().positive().default(1e-6),
  feed_forward_proj: z.literal('gated-gelu'),
});

/** Reads a Hugging Face `config.json`. @throws ModelError `checkpoint-mismatch` when it is not a gated-GELU T5 */
export function t5Config(json: unknown, name: string, textTokens: number): T5Config {
  const parsed = zHuggingFaceT5.safeParse(json);
  if (!parsed.success) {
    throw new ModelError('checkpoint-mismatch', `${name}: ${z.prettifyError(parsed.error)}`, { file: name });
  }
  const t5 = parsed.data;
  return {
    dModel: t5.d_model,
    heads: t5.num_heads,
    dKv: t5.d_kv,
    dFf: t5.d_ff,
    layers: t5.num_layers,
    vocab: t5.vocab_size,
    buckets: t5.relative_attention_num_buckets,
    maxDistance: t5.relative_attention_max_distance,
    normEps: t5.layer_norm_epsilon,
    textTokens,
  };
}

function dimsOf(checkpoint: Checkpoint, name: string, what: string): readonly number[] {
  if (checkpoint.names().includes(name)) return checkpoint.info(name).dims;
  throw new ModelError('checkpoint-mismatch', `${checkpoint.name} is not ${what}: it has no tensor ${name}`, {
    file: checkpoint.name,
    missing: [name],
  });
}

function countBlocks(checkpoint: Checkpoint, pattern: RegExp): number {
  const numbers = checkpoint.names().flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return new Set(numbers).size;
}
