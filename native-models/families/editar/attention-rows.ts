// Attention without in-place caches.
import { contrib } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { add, cast, concat, matMul, reshape, softmax, subtract, transpose } from '../../onnx/ops.ts';
import { byHead, rotated, sizeOf, sliceAlong } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { headDim, masked } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** What the layers share beside the inputs of all forms. */
export interface RowsInputs {
  readonly bias: Value;
  readonly capacity: Value; // [1]
}

/** The past is read over its whole capacity, positions beyond the filled ones masked out, and the keys and values of the new
 * positions come out as `present_rows`. */
export function rowsAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  config: TransformerConfig,
  shared: Shared,
  inputs: RowsInputs,
  layer: number,
): Value {
  const size = headDim(config);
  const parts = rotated(g, at, qkv, config, shared);
  const [query, key, value] = (['query', 'key', 'value'] as const).map((name) =>
    byHead(g, path(at, name), parts[name], config),
  );
  const scoresOf = (name: string, keys: Value): Value =>
    g.node(path(at, name, 'FusedMatMul'), 'FusedMatMul', [query, keys], {
      domain: contrib,
      attributes: { transB: { int: 1 }, alpha: { float: size ** -0.5 } },
    });
  // Scores are joined rather than keys: joining keys would copy the whole cache in every step.
  const joined = concat(g, path(at, 'scores'), [scoresOf('past', past.key), scoresOf('new', key)], 3);
  const weights = softmax(g, at, add(g, path(at, 'biased'), joined, inputs.bias));
  const ofPast = sliceAlong(g, path(at, 'past_weights'), weights, g.ints(0), inputs.capacity, 3);
  const ofFresh = sliceAlong(g, path(at, 'new_weights'), weights, inputs.capacity, g.ints(2 ** 31 - 1), 3);
  const mixed = add(
    g,
    path(at, 'mixed'),
    matMul(g, path(at, 'past_values'), ofPast, past.value),
    matMul(g, path(at, 'new_values'), ofFresh, value),
  );
  const dims = ['batch', config.heads, 'new', size];
  g.output(`present_rows.${layer}.key`, key, 'f32', dims);
  g.output(`present_rows.${layer}.value`, value, 'f32', dims);
  return reshape(g, at, transpose(g, at, mixed, [0, 2, 1, 3]), [0, 0, config.dim]);
}

/** What is added to the scores of capacity + new keys: the bias of the filled past, a mask over its unused rest, and the bias of
 * the new positions with a causal mask. [1, 1, new, capacity + new] */
export function rowsInputs(g: GraphBuilder, { bias, positions, total }: Shared): RowsInputs {
  const at = '/rows_bias';
  const fresh = sizeOf(g, path(at, 'new'), positions, 1);
  const capacity = sizeOf(g, path(at, 'capacity'), 'past_key_values.0.key' as Value, 2);
  const wide = reshape(g, path(at, 'total'), cast(g, path(at, 'total'), total, 'i64'), [1]);
  const past = subtract(g, path(at, 'past'), wide, fresh);
  const unused = subtract(g, path(at, 'unused'), capacity, past);
  const pads = concat(g, path(at, 'pads'), [g.ints(0, 0, 0, 0, 0, 0, 0), unused], 0);
  const pastBias = sliceAlong(g, path(at, 'past'), bias, g.ints(0), past, 3);
  const padded = g.node(path(at, 'Pad'), 'Pad', [pastBias, pads, g.scalar(masked)]);
  const square = concat(g, path(at, 'square'), [fresh, fresh], 0);
  const full = g.node(path(at, 'Expand'), 'Expand', [g.scalar(masked), square]);
  const causal = g.node(path(at, 'Trilu'), 'Trilu', [full, g.constant('i64', [], [1])], {
    attributes: { upper: { int: 1 } },
  });
  const freshBias = add(g, path(at, 'causal'), sliceAlong(g, path(at, 'new'), bias, past, wide, 3), causal);
  return { bias: concat(g, at, [padded, freshBias], 3), capacity };
}
