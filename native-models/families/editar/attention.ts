// Attention over cached positions, in the three forms that a cache can have.
import { contrib, none } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { toBytes } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import {
  absolute,
  add,
  cast,
  concat,
  divide,
  matMul,
  multiply,
  reshape,
  softmax,
  split,
  subtract,
  transpose,
} from '../../onnx/ops.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { ropeTable } from './rope.ts';

/** How keys and values of past positions are kept: as fp32 or int8 extended in place, or (`rows`) as fp32 that the graph only
 * reads, returning the new positions for the host to write. */
export type CacheForm = 'fp32' | 'int8' | 'rows';

/** Values that every layer uses. */
export interface Shared {
  readonly positions: Value; // [batch, new] row of the rotary tables
  readonly lastPositions: Value; // [batch] past + new - 1
  readonly total: Value; // past + new
  readonly bias: Value; // [1, 1, new, past + new] added to attention scores
  readonly cos: Value;
  readonly sin: Value;
  /** Whether the new positions begin the sequence; only where the cache is int8. */
  readonly isFirst?: Value;
  /** Only where the cache has the `rows` form. */
  readonly rows?: RowsInputs;
}

/** Declares the inputs that every layer shares. */
export function sharedInputs(g: GraphBuilder, config: TransformerConfig, cache: CacheForm): Shared {
  const table = ropeTable(config);
  const dims = [table.positions, table.pairs];
  const positions = g.input('position_ids', 'i64', ['batch', 'new']);
  const total = g.input('total_sequence_length', 'i32', []);
  const bias = g.input('attention_bias', 'f32', [1, 1, 'new', 'total']);
  return {
    positions,
    lastPositions: g.input('seqlens_k', 'i32', ['batch']),
    total,
    bias,
    cos: g.weight('rope.cos', 'f32', dims, () => Promise.resolve(toBytes(table.cos))),
    sin: g.weight('rope.sin', 'f32', dims, () => Promise.resolve(toBytes(table.sin))),
    rows: cache === 'rows' ? rowsInputs(g, bias, positions, total) : undefined,
    isFirst: cache === 'int8' ? g.input('is_first', 'bool', []) : undefined,
  };
}

/** Attention of the new positions over the cache and themselves, causal. Declares the layer's cache inputs and outputs.
 * @param qkv [batch, new, 3 · dim] @returns [batch, new, dim] */
export function cachedAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  config: TransformerConfig,
  cache: CacheForm,
  shared: Shared,
  layer: number,
): Value {
  const past = `past_key_values.${layer}`;
  const present = `present.${layer}`;
  const dtype = cache === 'int8' ? 'i8' : 'f32';
  const dims = ['batch', config.heads, 'capacity', headDim(config)];
  const cached = { key: g.input(`${past}.key`, dtype, dims), value: g.input(`${past}.value`, dtype, dims) };
  if (cache === 'rows') return rowsAttention(g, at, qkv, cached, config, shared, present);
  const names = [`${path(at, 'mixed')}/output_0`, `${present}.key`, `${present}.value`];
  const size: Size = { config, shared };
  if (cache === 'int8') quantisedAttention(g, at, qkv, cached, names, size, layer);
  else groupQueryAttention(g, at, [qkv, cached.key, cached.value], names, size, { biased: true });
  g.declareOutput(names[1], dtype, dims);
  g.declareOutput(names[2], dtype, dims);
  return names[0] as Value;
}

interface Size {
  readonly config: TransformerConfig;
  readonly shared: Shared;
}

interface Cached {
  readonly key: Value;
  readonly value: Value;
}

/** The fused kernel: rotates queries and keys, appends to the cache, attends causally.
 * @param inputs qkv, past key, past value, and for a quantised cache both scales
 * @param outputs names of the result and of the extended cache */
function groupQueryAttention(
  g: GraphBuilder,
  at: string,
  [qkv, key, value, keyScale, valueScale]: readonly Value[],
  outputs: readonly string[],
  { config, shared }: Size,
  options: { readonly biased: boolean },
): void {
  const { positions, lastPositions, total, cos, sin, bias } = shared;
  const inputs = [qkv, none, none, key, value, lastPositions, total, cos, sin, positions];
  if (options.biased) inputs.push(bias);
  if (keyScale) inputs.push(none, keyScale, valueScale);
  g.nodeInto(path(at, 'GroupQueryAttention'), 'GroupQueryAttention', inputs, outputs, {
    domain: contrib,
    attributes: {
      num_heads: { int: config.heads },
      kv_num_heads: { int: config.heads },
      scale: { float: headDim(config) ** -0.5 },
      do_rotary: { int: 1 },
      rotary_interleaved: { int: 1 },
      ...(keyScale && {
        k_quant_type: { text: 'PER_CHANNEL' },
        v_quant_type: { text: 'PER_CHANNEL' },
        kv_cache_bit_width: { int: 8 },
      }),
    },
  });
}

/** An int8 cache. Where the prefix begins, attention runs on the exact keys and values, which is faster too, and the cache gets
 * them rounded, with scales measured on them; afterwards the kernel reads and extends the int8 cache in place.
 *
 *          ┌ is_first: GroupQueryAttention(no past) ─ k, v ─ scale = max |·| · headroom / 127 ─ round ─ past[0..new)
 *   qkv ── If
 *          └ else:     GroupQueryAttention(past, scales)                                                          */
function quantisedAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  cached: Cached,
  names: readonly string[],
  size: Size,
  layer: number,
): void {
  const { config, shared } = size;
  const scaleDims = [config.heads, 1, headDim(config)];
  const cacheDims = ['batch', config.heads, 'capacity', headDim(config)];
  const scales = [`key_scale`, `value_scale`].map((name) =>
    g.input(`past_key_values.${layer}.${name}`, 'f32', scaleDims),
  );
  const scaleNames = [`present.${layer}.key_scale`, `present.${layer}.value_scale`];

  const begin = g.branch(`${at}/begin`);
  const fresh = [`${at}/begin/output_0`, `${at}/begin/key`, `${at}/begin/value`];
  groupQueryAttention(begin, path(at, 'begin'), [qkv, none, none], fresh, size, { biased: false });
  begin.declareOutput(fresh[0], 'f32', ['batch', 'new', config.dim]);
  const filled = [cached.key, cached.value].map((past, i) =>
    quantiseInto(begin, path(at, 'begin', i ? 'value' : 'key'), fresh[i + 1] as Value, past),
  );
  for (const { present } of filled) begin.declareOutput(present, 'i8', cacheDims);
  for (const { scale } of filled) begin.declareOutput(scale, 'f32', scaleDims);

  const extend = g.branch(`${at}/extend`);
  const extended = [0, 1, 2].map((i) => `${at}/extend/output_${i}`);
  const inputs = [qkv, cached.key, cached.value, ...scales];
  groupQueryAttention(extend, path(at, 'extend'), inputs, extended, size, { biased: true });
  extend.declareOutput(extended[0], 'f32', ['batch', 'new', config.dim]);
  for (const name of extended.slice(1)) extend.declareOutput(name, 'i8', cacheDims);
  scales.forEach((scale, i) => {
    const kept = extend.node(path(at, 'extend', `scale_${i}`, 'Identity'), 'Identity', [scale]);
    extend.declareOutput(kept, 'f32', scaleDims);
  });

  g.nodeInto(path(at, 'If'), 'If', [shared.isFirst!], [...names, ...scaleNames], {
    attributes: { then_branch: { graph: begin.toGraph() }, else_branch: { graph: extend.toGraph() } },
  });
  for (const name of scaleNames) g.declareOutput(name, 'f32', scaleDims);
}

/** Keys or values of later tokens exceed those of the picture now and then; they are clipped at this multiple of its largest. */
const scaleHeadroom = 1.25;

/** Rounds `fresh` [batch, heads, new, headDim] to int8 per channel and puts it in front of the cache.
 *
 * The rest of the cache is passed on from the same memory, so nothing is copied but the new part. */
function quantiseInto(g: GraphBuilder, at: string, fresh: Value, past: Value): { present: Value; scale: Value } {
  const largest = g.node(path(at, 'ReduceMax'), 'ReduceMax', [absolute(g, at, fresh), g.ints(0, 2)], {
    attributes: { keepdims: { int: 0 } },
  }); // [heads, headDim]
  const raised = g.node(path(at, 'Max'), 'Max', [largest, g.scalar(1e-6)]);
  const flat = multiply(g, at, raised, g.scalar(scaleHeadroom / 127));
  const scale = g.node(path(at, 'Unsqueeze'), 'Unsqueeze', [flat, g.ints(1)]); // [heads, 1, headDim]
  const steps = divide(g, at, fresh, scale);
  const zero = g.constant('i8', [], [0]);
  const rounded = g.node(path(at, 'QuantizeLinear'), 'QuantizeLinear', [steps, g.scalar(1), zero]);
  const length = g.node(path(at, 'Shape'), 'Shape', [rounded], {
    attributes: { start: { int: 2 }, end: { int: 3 } },
  });
  const end = g.ints(2 ** 31 - 1);
  const rest = g.node(path(at, 'Slice'), 'Slice', [past, length, end, g.ints(2)]);
  return { present: concat(g, at, [rounded, rest], 2), scale };
}

/** Without in-place caches: the past is read over its whole capacity, positions beyond the filled ones masked out, and the keys
 * and values of the new positions come out as `present_rows`. */
function rowsAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: Cached,
  config: TransformerConfig,
  shared: Shared,
  present: string,
): Value {
  const { heads, dim } = config;
  const size = headDim(config);
  const byHead = (name: string, x: Value): Value =>
    transpose(g, path(at, name), reshape(g, path(at, name), x, [0, 0, heads, size]), [0, 2, 1, 3]);
  const rotate = (name: string, x: Value): Value =>
    g.node(path(at, name, 'RotaryEmbedding'), 'RotaryEmbedding', [x, shared.positions, shared.cos, shared.sin], {
      domain: contrib,
      attributes: { interleaved: { int: 1 }, num_heads: { int: heads } },
    });
  const [q, k, v] = split(g, at, qkv, [dim, dim, dim], 2);
  const query = byHead('q', rotate('q', q));
  const fresh = { key: byHead('k', rotate('k', k)), value: byHead('v', v) };
  // Scores are joined rather than keys: joining keys would copy the whole cache in every step.
  const scoresOf = (name: string, key: Value): Value =>
    g.node(path(at, name, 'FusedMatMul'), 'FusedMatMul', [query, key], {
      domain: contrib,
      attributes: { transB: { int: 1 }, alpha: { float: size ** -0.5 } },
    });
  const scores = concat(g, path(at, 'scores'), [scoresOf('past', past.key), scoresOf('new', fresh.key)], 3);
  const weights = softmax(g, at, add(g, path(at, 'biased'), scores, shared.rows!.bias));
  const ofPast = sliceColumns(g, path(at, 'past_weights'), weights, g.ints(0), shared.rows!.capacity);
  const ofFresh = sliceColumns(g, path(at, 'new_weights'), weights, shared.rows!.capacity, g.ints(2 ** 31 - 1));
  const mixed = add(
    g,
    path(at, 'mixed'),
    matMul(g, path(at, 'past_values'), ofPast, past.value),
    matMul(g, path(at, 'new_values'), ofFresh, fresh.value),
  );
  const dims = ['batch', heads, 'new', size];
  g.output(present.replace('present', 'present_rows') + '.key', fresh.key, 'f32', dims);
  g.output(present.replace('present', 'present_rows') + '.value', fresh.value, 'f32', dims);
  return reshape(g, at, transpose(g, at, mixed, [0, 2, 1, 3]), [0, 0, dim]);
}

const sliceColumns = (g: GraphBuilder, at: string, x: Value, from: Value, to: Value): Value =>
  g.node(path(at, 'Slice'), 'Slice', [x, from, to, g.ints(3)]);

interface RowsInputs {
  readonly bias: Value;
  readonly capacity: Value; // [1]
}

/** What is added to the scores of capacity + new keys: the bias of the filled past, a mask over its unused rest, and the bias of
 * the new positions with a causal mask. [1, 1, new, capacity + new] */
function rowsInputs(g: GraphBuilder, bias: Value, positions: Value, total: Value): RowsInputs {
  const at = '/rows_bias';
  const dimOf = (name: string, x: Value, axis: number): Value =>
    g.node(path(at, name, 'Shape'), 'Shape', [x], { attributes: { start: { int: axis }, end: { int: axis + 1 } } });
  const fresh = dimOf('new', positions, 1);
  const capacity = dimOf('capacity', 'past_key_values.0.key' as Value, 2);
  const wide = reshape(g, path(at, 'total'), cast(g, path(at, 'total'), total, 'i64'), [1]);
  const past = subtract(g, path(at, 'past'), wide, fresh);
  const unused = subtract(g, path(at, 'unused'), capacity, past);
  const pads = concat(g, path(at, 'pads'), [g.ints(0, 0, 0, 0, 0, 0, 0), unused], 0);
  const pastBias = sliceColumns(g, path(at, 'past'), bias, g.ints(0), past);
  const padded = g.node(path(at, 'Pad'), 'Pad', [pastBias, pads, g.scalar(masked)]);
  const square = concat(g, path(at, 'square'), [fresh, fresh], 0);
  const full = g.node(path(at, 'Expand'), 'Expand', [g.scalar(masked), square]);
  const causal = g.node(path(at, 'Trilu'), 'Trilu', [full, g.constant('i64', [], [1])], {
    attributes: { upper: { int: 1 } },
  });
  const freshBias = add(g, path(at, 'causal'), sliceColumns(g, path(at, 'new'), bias, past, wide), causal);
  return { bias: concat(g, at, [padded, freshBias], 3), capacity };
}

/** Low enough that its exponential is 0 beside any score, and far from overflow. */
const masked = -1e30;
