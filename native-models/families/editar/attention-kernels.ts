// What the forms of cached attention share: the fused kernel, and its first steps for those that do without it.
import { contrib, none } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { reshape, split, transpose } from '../../onnx/ops.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** Values that every layer uses. */
export interface Shared {
  readonly positions: Value; // [batch, new] row of the rotary tables
  readonly lastPositions: Value; // [batch] past + new - 1
  readonly total: Value; // past + new
  readonly bias: Value; // [1, 1, new, past + new] added to attention scores
  readonly cos: Value;
  readonly sin: Value;
}

/** Keys and values of a layer, each [batch, heads, positions, headDim]. */
export interface KeysAndValues {
  readonly key: Value;
  readonly value: Value;
}

/** The same with queries, of new positions, each [batch, new, dim]. */
export interface QueriesKeysValues extends KeysAndValues {
  readonly query: Value;
}

/** In what the uses of the fused kernel differ. */
export interface KernelOptions {
  /** Adds `shared.bias` to the scores. */
  readonly biased: boolean;
  /** Queries and keys are rotated already. */
  readonly isRotated?: boolean;
  /** Scales of an int8 cache, each [heads, 1, headDim]. */
  readonly scales?: readonly Value[];
  /** Score of one more key per head, which has no value. */
  readonly sink?: number;
}

/** The fused kernel: appends to the cache and attends causally.
 * @param fresh [batch, new, 3 · dim] @param past the cache, or nothing at the beginning @param outputs names of the result, of the
 * extended cache, and where wanted of the weights [batch, heads, new, past + new] */
export function groupQueryAttention(
  g: GraphBuilder,
  at: string,
  fresh: Value,
  past: KeysAndValues | undefined,
  outputs: readonly string[],
  config: TransformerConfig,
  shared: Shared,
  { biased, isRotated = false, scales, sink }: KernelOptions,
): void {
  const { positions, lastPositions, total, cos, sin, bias } = shared;
  const inputs = [fresh, none, none, past?.key ?? none, past?.value ?? none, lastPositions, total];
  inputs.push(...(isRotated ? [none, none, none] : [cos, sin, positions]), biased ? bias : none);
  if (sink !== undefined) inputs.push(g.constant('f32', [config.heads], new Float32Array(config.heads).fill(sink)));
  if (scales) inputs.push(...scales);
  g.nodeInto(path(at, 'GroupQueryAttention'), 'GroupQueryAttention', inputs, outputs, {
    domain: contrib,
    attributes: {
      num_heads: { int: config.heads },
      kv_num_heads: { int: config.heads },
      scale: { float: headDim(config) ** -0.5 },
      do_rotary: { int: isRotated ? 0 : 1 },
      rotary_interleaved: { int: 1 },
      ...(outputs.length > 3 && { qk_output: { int: 2 } }),
      ...(scales && {
        k_quant_type: { text: 'PER_CHANNEL' },
        v_quant_type: { text: 'PER_CHANNEL' },
        kv_cache_bit_width: { int: 8 },
      }),
    },
  });
}

/** Queries, keys and values, the first two rotated: each [batch, new, dim]. */
export function rotated(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  { dim, heads }: TransformerConfig,
  { positions, cos, sin }: Shared,
): QueriesKeysValues {
  const rotate = (name: string, x: Value): Value =>
    g.node(path(at, name, 'RotaryEmbedding'), 'RotaryEmbedding', [x, positions, cos, sin], {
      domain: contrib,
      attributes: { interleaved: { int: 1 }, num_heads: { int: heads } },
    });
  const [q, k, value] = split(g, at, qkv, [dim, dim, dim], 2);
  return { query: rotate('q', q), key: rotate('k', k), value };
}

/** [batch, new, dim] → [batch, heads, new, headDim]. */
export function byHead(g: GraphBuilder, at: string, x: Value, config: TransformerConfig): Value {
  const name = path(at, 'by_head');
  return transpose(g, name, reshape(g, name, x, [0, 0, config.heads, headDim(config)]), [0, 2, 1, 3]);
}

/** Size of one axis, [1]. */
export const sizeOf = (g: GraphBuilder, at: string, x: Value, axis: number): Value =>
  g.node(path(at, 'Shape'), 'Shape', [x], { attributes: { start: { int: axis }, end: { int: axis + 1 } } });

/** x[…, from:to, …] along one axis, between values of [1]. */
export const sliceAlong = (g: GraphBuilder, at: string, x: Value, from: Value, to: Value, axis: number): Value =>
  g.node(path(at, 'Slice'), 'Slice', [x, from, to, g.ints(axis)]);
