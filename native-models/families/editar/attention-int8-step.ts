// A single new position over an int8 cache: what decoding does most of the time, with as few nodes as possible.
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { add, multiply, reshape, slice, split } from '../../onnx/ops.ts';
import { groupQueryAttention } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { headDim, imageTokens, masked } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { turned, turnsOfFirst } from './key-spread.ts';
import type { Attended } from './layers.ts';

/** What the layers share beside the inputs of all forms. */
export interface StepInputs {
  /** By layer, [1, batch, heads, 1, headDim] sum of the text's values. */
  readonly textSums: readonly Value[];
  /** [3, headDim, headDim] what a single new position does to queries, keys and values. */
  readonly turns: Value;
}

/** @param textValues [layers, batch, dim] mean value of the text */
export function stepInputs(
  g: GraphBuilder,
  at: string,
  config: TransformerConfig,
  shared: Shared,
  textValues: Value,
): StepInputs {
  const byHead = reshape(g, path(at, 'text_sums'), textValues, [config.layers, -1, config.heads, 1, headDim(config)]);
  const sums = multiply(g, path(at, 'text_sums'), byHead, g.scalar(config.textTokens));
  return {
    textSums: split(g, path(at, 'text_sums'), sums, new Array<number>(config.layers).fill(1), 0),
    turns: turnsOfFirst(g, path(at, 'turns'), config, shared),
  };
}

/** One new position of every row. The text lies in the cache as a single key and value of zeros, so that its score is 0; the
 * kernel tells its weight. All the text's other positions have the same score and together weigh as much as one key
 * with the logarithm of their number for a score: the sink. A sink also keeps the kernel from tiling, which for one
 * query per head over an int8 cache costs a fifth more time than writing out the scores.
 * @param scales of keys and values, each [heads, 1, headDim] @returns the result [batch, 1, dim] and the extended cache */
export function stepAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  scales: readonly Value[],
  config: TransformerConfig,
  shared: Shared,
  { textSums, turns }: StepInputs,
  layer: number,
): Attended & KeysAndValues {
  const [found, key, value, weights] = [0, 1, 2, 3].map((i) => `${at}/kernel/output_${i}` as Value);
  const parts = turned(g, path(at, 'turn'), qkv, turns, config);
  const sink = config.textTokens > 1 ? Math.log(config.textTokens - 1) : masked;
  groupQueryAttention(g, at, parts, past, [found, key, value, weights], config, shared, {
    biased: false,
    isRotated: true,
    scales,
    sink,
  });
  const text = imageTokens(config);
  const weight = slice(g, path(at, 'weight'), weights, text, text + 1, 3); // [batch, heads, 1, 1]
  const ofHeads = multiply(g, path(at, 'text'), weight, textSums[layer]);
  const ofText = reshape(g, path(at, 'text'), ofHeads, [-1, 1, config.dim]);
  return { mixed: add(g, at, found, ofText), key, value };
}
