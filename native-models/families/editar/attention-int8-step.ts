// A single new position over an int8 cache: what decoding does most of the time, with as few nodes as possible.
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { gather, multiply, reshape, slice } from '../../onnx/ops.ts';
import { groupQueryAttention } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { headDim, imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { turned, turnOfFirst } from './key-spread.ts';

/** What the layers share beside the inputs of all forms. */
export interface StepInputs {
  /** [layers, batch, heads, 1, headDim] sum of the text's values. */
  readonly textSums: Value;
  /** [headDim, headDim] what a single new position does to queries and keys. */
  readonly turn: Value;
}

/** @param textValues [layers, batch, heads, 1, headDim] mean value of the text */
export function stepInputs(g: GraphBuilder, config: TransformerConfig, shared: Shared, textValues: Value): StepInputs {
  return {
    textSums: multiply(g, '/text_sums', textValues, g.scalar(config.textTokens)),
    turn: turnOfFirst(g, '/turn', config, shared),
  };
}

/** Declares `text_values`, the mean values of the rows' texts. @returns [layers, batch, heads, 1, headDim] */
export function textValuesInput(g: GraphBuilder, config: TransformerConfig): Value {
  const values = g.input('text_values', 'f32', [config.layers, 'batch', config.dim]);
  return reshape(g, '/text_values/by_head', values, [config.layers, -1, config.heads, 1, headDim(config)]);
}

/** Declares the scales of a layer's keys and values, each [heads, 1, headDim]. */
export const scaleInputs = (g: GraphBuilder, config: TransformerConfig, layer: number): readonly Value[] =>
  ['key_scale', 'value_scale'].map((name) =>
    g.input(`past_key_values.${layer}.${name}`, 'f32', [config.heads, 1, headDim(config)]),
  );

/** One new position of every row. The text lies in the cache as a single key and value of zeros, so that its score is 0; the
 * kernel tells its weight. All the text's other positions have the same score and together weigh as much as one key
 * with the logarithm of their number for a score: the sink. A sink also keeps the kernel from tiling, which for one
 * query per head over an int8 cache costs a fifth more time than writing out the scores.
 * @param outputs names of the result [batch, 1, dim] and of the extended cache */
export function stepAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  scales: readonly Value[],
  config: TransformerConfig,
  shared: Shared,
  { textSums, turn }: StepInputs,
  layer: number,
  [mixed, key, value]: readonly string[],
): void {
  const [found, weights] = [`${at}/kernel/output_0`, `${at}/kernel/output_3`] as Value[];
  const parts = turned(g, path(at, 'turn'), qkv, turn, config);
  const sink = config.textTokens > 1 ? Math.log(config.textTokens - 1) : neverChosen;
  groupQueryAttention(g, at, parts, past, [found, key, value, weights], config, shared, {
    biased: false,
    scales,
    sink,
  });
  const text = imageTokens(config);
  const weight = slice(g, path(at, 'weight'), weights, text, text + 1, 3); // [batch, heads, 1, 1]
  const sum = gather(g, path(at, 'text_sum'), textSums, g.constant('i64', [], [layer]));
  const ofText = reshape(g, path(at, 'text'), multiply(g, path(at, 'text'), weight, sum), [-1, 1, config.dim]);
  g.nodeInto(path(at, 'Add'), 'Add', [found, ofText], [mixed]);
}

/** A score so low that its weight is exactly 0. */
const neverChosen = -1e30;
