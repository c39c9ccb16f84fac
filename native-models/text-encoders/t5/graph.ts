import type { WeightPrecision } from '../../api.ts';
import { rmsNorm, under } from '../../onnx/blocks.ts';
import type { Lookup, Tap } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { fullWeight, linear } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import {
  add,
  cast,
  gather,
  geluTanh,
  matMul,
  multiply,
  reshape,
  softmax,
  subtract,
  transpose,
} from '../../onnx/ops.ts';
import { relativeBucket } from './config.ts';
import type { T5Config } from './config.ts';

/** Lowest finite fp32: what a padded key's score becomes. */
const lowest = -3.4028234663852886e38;

/** `input_ids`, `attention_mask` [1, L] → `last_hidden_state` [1, L, dModel], padded rows included.
 *
 * Scores are not scaled by 1/√d; the position bias of block 0 serves every block. */
export function t5Encoder(
  g: GraphBuilder,
  config: T5Config,
  w: Lookup,
  precision: WeightPrecision,
  tap: Tap = () => undefined,
): void {
  const { textTokens: length, dModel } = config;
  const ids = g.input('input_ids', 'i64', [1, length]);
  const mask = g.input('attention_mask', 'i64', [1, length]);
  const bias = add(g, '/bias', positionBias(g, config, w), maskBias(g, mask, length));
  let x = gather(g, '/shared', fullWeight(g, w('shared.weight')), ids);
  for (let i = 0; i < config.layers; i++) {
    const at = `/encoder/block.${i}`;
    const weights = under(w, `encoder.block.${i}`);
    x = add(g, path(at, 'attention'), x, selfAttention(g, at, x, under(weights, 'layer.0'), config, bias, precision));
    x = add(g, path(at, 'ffn'), x, feedForward(g, at, x, under(weights, 'layer.1'), config, precision));
    tap(`block.${i}`, x);
  }
  const normed = rmsNorm(g, '/encoder/final_layer_norm', x, w('encoder.final_layer_norm.weight'), config.normEps);
  g.output('last_hidden_state', normed, 'f32', [1, length, dModel]);
}

/** [1, heads, L, L]: one learned number per head and bucket of the distance between key and query. */
function positionBias(g: GraphBuilder, config: T5Config, w: Lookup): Value {
  const { textTokens: length } = config;
  const buckets = new BigInt64Array(length * length);
  for (let query = 0; query < length; query++) {
    for (let key = 0; key < length; key++) {
      buckets[query * length + key] = BigInt(relativeBucket(key - query, config));
    }
  }
  const table = fullWeight(g, w('encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight'));
  const rows = gather(g, '/position_bias', table, g.constant('i64', [1, length, length], buckets));
  return transpose(g, '/position_bias', rows, [0, 3, 1, 2]);
}

/** 0 for real keys, the lowest number for padded ones; [1, 1, 1, L]. */
function maskBias(g: GraphBuilder, mask: Value, length: number): Value {
  const wide = reshape(g, '/mask', cast(g, '/mask', mask, 'f32'), [1, 1, 1, length]);
  return multiply(g, '/mask', subtract(g, '/mask', g.scalar(1), wide), g.scalar(lowest));
}

function selfAttention(
  g: GraphBuilder,
  block: string,
  x: Value,
  w: Lookup,
  config: T5Config,
  bias: Value,
  precision: WeightPrecision,
): Value {
  const at = path(block, 'attention');
  const { heads, dKv, textTokens: length } = config;
  const n = rmsNorm(g, path(at, 'layer_norm'), x, w('layer_norm.weight'), config.normEps);
  const project = (part: string, order: readonly number[]): Value => {
    const projected = linear(g, path(at, part), n, w(`SelfAttention.${part}.weight`), precision);
    const split = reshape(g, path(at, part), projected, [1, length, heads, dKv]);
    return transpose(g, path(at, part), split, order);
  };
  const scores = matMul(g, path(at, 'scores'), project('q', [0, 2, 1, 3]), project('k', [0, 2, 3, 1]));
  const weights = softmax(g, at, add(g, path(at, 'biased'), scores, bias));
  const mixed = matMul(g, path(at, 'values'), weights, project('v', [0, 2, 1, 3]));
  const joined = reshape(g, at, transpose(g, at, mixed, [0, 2, 1, 3]), [1, length, heads * dKv]);
  return linear(g, path(at, 'o'), joined, w('SelfAttention.o.weight'), precision);
}

function feedForward(
  g: GraphBuilder,
  block: string,
  x: Value,
  w: Lookup,
  config: T5Config,
  precision: WeightPrecision,
): Value {
  const at = path(block, 'ffn');
  const n = rmsNorm(g, path(at, 'layer_norm'), x, w('layer_norm.weight'), config.normEps);
  const gate = geluTanh(g, at, linear(g, path(at, 'wi_0'), n, w('DenseReluDense.wi_0.weight'), precision));
  const value = linear(g, path(at, 'wi_1'), n, w('DenseReluDense.wi_1.weight'), precision);
  return linear(g, path(at, 'wo'), multiply(g, at, gate, value), w('DenseReluDense.wo.weight'), precision);
}
