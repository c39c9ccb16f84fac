import { writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TransformerConfig } from '../../native-models/families/editar/config.ts';
import { transformerTensors } from '../../native-models/families/editar/weights.ts';
import type { TensorShape } from '../../native-models/tensor/tensor.ts';
import { elementCount } from '../../native-models/tensor/tensor.ts';
import type { T5Config } from '../../native-models/text-encoders/t5/config.ts';
import { t5Tensors } from '../../native-models/text-encoders/t5/weights.ts';
import type { VqConfig } from '../../native-models/tokenizers/image/vq/config.ts';
import { vqTensors } from '../../native-models/tokenizers/image/vq/weights.ts';
import { safetensorsBytes } from './checkpoint-files.ts';

/** A complete EditAR of a few thousand weights: 32 × 32 pixels, 4 × 4 cells, 64 codes. */
export const tinyTransformer: TransformerConfig = {
  dim: 64,
  layers: 2,
  heads: 4,
  ffnHidden: 128,
  vocab: 64,
  grid: 4,
  textTokens: 12,
  captionDim: 32,
  normEps: 1e-5,
  ropeBase: 10000,
};

export const tinyVq: VqConfig = {
  ch: 16,
  chMult: [1, 1, 2, 2],
  numResBlocks: 1,
  zChannels: 16,
  codebookSize: 64,
  codebookDim: 8,
  groups: 8,
  normEps: 1e-6,
};

export const tinyT5: T5Config = {
  dModel: 32,
  heads: 2,
  dKv: 16,
  dFf: 64,
  layers: 2,
  vocab: 40,
  buckets: 8,
  maxDistance: 16,
  normEps: 1e-6,
  textTokens: 12,
};

/** Standard normal numbers from a seed. */
export function gaussian(count: number, seed: number): Float32Array {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** Random weights in the published layout: matrices N(0, 0.2), norms 1. */
export function randomCheckpoint(tensors: readonly TensorShape[], seed: number, std = 0.2): Buffer {
  const header: Record<string, object> = {};
  const chunks: Buffer[] = [];
  let offset = 0;
  for (const [index, { name, dims }] of tensors.entries()) {
    const values = gaussian(elementCount(dims), seed + index);
    const isNorm = dims.length === 1 && name.endsWith('weight');
    for (let i = 0; i < values.length; i++) values[i] = isNorm ? 1 + 0.1 * values[i] : std * values[i];
    const bytes = Buffer.from(values.buffer);
    header[name] = { dtype: 'F32', shape: dims, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    chunks.push(bytes);
  }
  return safetensorsBytes(header, Buffer.concat(chunks));
}

const words = ['make', 'the', 'red', 'ball', 'blue', 'remove', 'tree', 'a', 'given', 'image'];

/** A Hugging Face tokenizer that knows a few words. */
export const tinyTokenizer = {
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Metaspace', replacement: '▁', add_prefix_space: true }],
  },
  post_processor: null,
  decoder: null,
  model: {
    type: 'Unigram',
    unk_id: 2,
    vocab: [['<pad>', 0], ['</s>', 0], ['<unk>', 0], ...words.map((word) => [`▁${word}`, -1])],
  },
};

export interface TinyCheckpoints {
  readonly gpt: string;
  readonly vq: string;
  readonly t5: string;
}

/** Writes transformer, image tokenizer and text encoder into `folder`, with the config file that names what shapes do not tell. */
export async function writeTinyCheckpoints(
  folder: string,
  transformer = tinyTransformer,
  std = 0.2,
): Promise<TinyCheckpoints> {
  const t5 = join(folder, 't5');
  await mkdir(t5, { recursive: true });
  const paths = { gpt: join(folder, 'gpt.safetensors'), vq: join(folder, 'vq.safetensors'), t5 };
  await writeFile(paths.gpt, randomCheckpoint(transformerTensors(transformer), 1, std));
  await writeFile(paths.vq, randomCheckpoint(vqTensors(tinyVq), 1000));
  await writeFile(join(t5, 'model.safetensors'), randomCheckpoint(t5Tensors(tinyT5), 2000));
  await writeFile(join(t5, 'tokenizer.json'), JSON.stringify(tinyTokenizer));
  const huggingFace = {
    d_model: tinyT5.dModel,
    num_heads: tinyT5.heads,
    d_kv: tinyT5.dKv,
    d_ff: tinyT5.dFf,
    num_layers: tinyT5.layers,
    vocab_size: tinyT5.vocab,
    relative_attention_num_buckets: tinyT5.buckets,
    relative_attention_max_distance: tinyT5.maxDistance,
    layer_norm_epsilon: tinyT5.normEps,
    feed_forward_proj: 'gated-gelu',
  };
  await writeFile(join(t5, 'config.json'), JSON.stringify(huggingFace));
  const config = { transformer: { heads: transformer.heads }, vq: { groups: tinyVq.groups } };
  await writeFile(join(folder, 'editar.json'), JSON.stringify(config));
  return paths;
}
