// Attention over cached positions, in the forms that one kind of run serves for all.
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { toBytes } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { groupQueryAttention } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { rowsAttention, rowsInputs } from './attention-rows.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';
import type { Attended, LayersOptions } from './layers.ts';
import { ropeTable } from './rope.ts';

/** How keys and values of past positions are kept: as fp32 or int8 extended in place, or (`rows`) as fp32 that the graph only
 * reads, returning the new positions for the host to write. */
export type CacheForm = 'fp32' | 'int8' | 'rows';

/** Declares the inputs that every layer shares. */
export function sharedInputs(g: GraphBuilder, config: TransformerConfig): Shared {
  const table = ropeTable(config);
  const dims = [table.positions, table.pairs];
  return {
    positions: g.input('position_ids', 'i64', ['batch', 'new']),
    total: g.input('total_sequence_length', 'i32', []),
    bias: g.input('attention_bias', 'f32', [1, 1, 'new', 'total']),
    lastPositions: g.input('seqlens_k', 'i32', ['batch']),
    cos: g.weight('rope.cos', 'f32', dims, () => Promise.resolve(toBytes(table.cos))),
    sin: g.weight('rope.sin', 'f32', dims, () => Promise.resolve(toBytes(table.sin))),
  };
}

/** Dims of a layer's keys or values in a cache. */
export const cacheDims = (config: TransformerConfig): (string | number)[] => [
  'batch',
  config.heads,
  'capacity',
  headDim(config),
];

/** Declares a layer's cached keys and values. */
export function pastInputs(
  g: GraphBuilder,
  config: TransformerConfig,
  dtype: 'f32' | 'i8',
  layer: number,
): KeysAndValues {
  const input = (part: string): Value => g.input(`past_key_values.${layer}.${part}`, dtype, cacheDims(config));
  return { key: input('key'), value: input('value') };
}

/** Attention of the new positions over an fp32 cache and themselves, causal. Declares each layer's cache inputs and outputs. */
export function plainAttention(
  g: GraphBuilder,
  config: TransformerConfig,
  cache: 'fp32' | 'rows',
  shared: Shared,
): LayersOptions<Attended>['attend'] {
  const rows = cache === 'rows' ? rowsInputs(g, shared) : undefined;
  return (at, qkv, layer) => {
    const past = pastInputs(g, config, 'f32', layer);
    if (rows) return { mixed: rowsAttention(g, at, qkv, past, config, shared, rows, layer) };
    const outputs = [`${path(at, 'mixed')}/output_0`, `present.${layer}.key`, `present.${layer}.value`];
    groupQueryAttention(g, at, qkv, past, outputs, config, shared, { biased: true });
    for (const name of outputs.slice(1)) g.declareOutput(name, 'f32', cacheDims(config));
    return { mixed: outputs[0] as Value };
  };
}
