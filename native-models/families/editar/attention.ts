// Attention over cached positions, in the three forms that a cache can have.
import { none } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { toBytes } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { scaleInputs, stepAttention, stepInputs, textValuesInput } from './attention-int8-step.ts';
import type { StepInputs } from './attention-int8-step.ts';
import { int8Attention, int8Inputs } from './attention-int8.ts';
import type { Int8Inputs } from './attention-int8.ts';
import { groupQueryAttention } from './attention-kernels.ts';
import type { Shared } from './attention-kernels.ts';
import { rowsAttention, rowsInputs } from './attention-rows.ts';
import type { RowsInputs } from './attention-rows.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { ropeTable } from './rope.ts';

/** How keys and values of past positions are kept: as fp32 or int8 extended in place, or (`rows`) as fp32 that the graph only
 * reads, returning the new positions for the host to write. `int8-step` is the same int8 cache for a graph that takes single
 * positions after the text alone: without the branches of all else a step is a tenth shorter. */
export type CacheForm = 'fp32' | 'int8' | 'int8-step' | 'rows';

/** Inputs of a form of cache that every layer shares. */
export interface CacheInputs {
  readonly shared: Shared;
  readonly int8?: Int8Inputs;
  readonly int8Step?: StepInputs;
  readonly rows?: RowsInputs;
}

/** Declares the inputs that every layer shares. */
export function cacheInputs(g: GraphBuilder, config: TransformerConfig, cache: CacheForm): CacheInputs {
  const table = ropeTable(config);
  const dims = [table.positions, table.pairs];
  const shared = {
    positions: g.input('position_ids', 'i64', ['batch', 'new']),
    total: g.input('total_sequence_length', 'i32', []),
    bias: cache === 'int8-step' ? none : g.input('attention_bias', 'f32', [1, 1, 'new', 'total']),
    lastPositions: g.input('seqlens_k', 'i32', ['batch']),
    cos: g.weight('rope.cos', 'f32', dims, () => Promise.resolve(toBytes(table.cos))),
    sin: g.weight('rope.sin', 'f32', dims, () => Promise.resolve(toBytes(table.sin))),
  };
  return {
    shared,
    int8: cache === 'int8' ? int8Inputs(g, config, shared) : undefined,
    int8Step: cache === 'int8-step' ? stepInputs(g, config, shared, textValuesInput(g, config)) : undefined,
    rows: cache === 'rows' ? rowsInputs(g, shared) : undefined,
  };
}

/** Attention of the new positions over the cache and themselves, causal. Declares the layer's cache inputs and outputs.
 * @param qkv [batch, new, 3 · dim] @returns [batch, new, dim], and over an int8 cache the text's mean value [batch, 1, dim] */
export function cachedAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  config: TransformerConfig,
  { shared, int8, int8Step, rows }: CacheInputs,
  layer: number,
): { readonly mixed: Value; readonly textValue?: Value } {
  const dtype = int8 || int8Step ? 'i8' : 'f32';
  const dims = ['batch', config.heads, 'capacity', headDim(config)];
  const input = (part: string): Value => g.input(`past_key_values.${layer}.${part}`, dtype, dims);
  const past = { key: input('key'), value: input('value') };
  if (rows) return { mixed: rowsAttention(g, at, qkv, past, config, shared, rows, layer) };
  if (int8) return int8Attention(g, at, qkv, past, config, shared, int8, layer);
  const outputs = [`${path(at, 'mixed')}/output_0`, `present.${layer}.key`, `present.${layer}.value`];
  if (int8Step)
    stepAttention(g, at, qkv, past, scaleInputs(g, config, layer), config, shared, int8Step, layer, outputs);
  else groupQueryAttention(g, at, qkv, past, outputs, config, shared, { biased: true });
  for (const name of outputs.slice(1)) g.declareOutput(name, dtype, dims);
  return { mixed: outputs[0] as Value };
}
