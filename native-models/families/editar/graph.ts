// The transformer as one graph for prefill and decode, and the small adapter that brings text rows to its width.
import { addThenRmsNorm, rmsNorm, under } from '../../onnx/blocks.ts';
import type { Lookup } from '../../onnx/blocks.ts';
import { contrib, none } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { fullWeight, linear, toBytes } from '../../onnx/linear.ts';
import type { Precision } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { absolute, concat, divide, gather, geluTanh, matMul, multiply, reshape, silu, slice } from '../../onnx/ops.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { ropeTable } from './rope.ts';

/** Shows an inner value to whoever compares it with a reference. */
export type Tap = (name: string, value: Value) => void;

/** What the keys and values of past positions are kept as. */
export type CacheDtype = 'fp32' | 'int8';

export interface TransformerOptions {
  readonly precision: Precision;
  readonly cache: CacheDtype;
  readonly tap?: Tap;
}

/** Values that every layer uses. */
interface Shared {
  readonly positions: Value; // [batch, new] row of the rotary tables
  readonly lastPositions: Value; // [batch] past + new - 1
  readonly total: Value; // past + new
  readonly bias: Value; // [1, 1, new, past + new] added to attention scores
  readonly cos: Value;
  readonly sin: Value;
  /** Whether the new positions begin the sequence; only where the cache is int8. */
  readonly isFirst?: Value;
}

/** `rows` [1, text, captionDim] → `cond` [1, text, dim]; `uncond` is the same projection of the learned "no text" table
 * (editar.md 5.3): a constant that is folded when the graph is opened. */
export function textAdapter(g: GraphBuilder, config: TransformerConfig, w: Lookup, precision: Precision): void {
  const { textTokens, captionDim, dim } = config;
  const project = (at: string, rows: Value): Value => {
    const wide = linear(g, path(at, 'fc1'), rows, w('cls_embedding.cap_proj.fc1.weight'), precision);
    return linear(g, path(at, 'fc2'), geluTanh(g, at, wide), w('cls_embedding.cap_proj.fc2.weight'), precision);
  };
  const dims = [1, textTokens, dim];
  g.output('cond', project('/cond', g.input('rows', 'f32', [1, textTokens, captionDim])), 'f32', dims);
  const table = reshape(g, '/uncond', fullWeight(g, w('cls_embedding.uncond_embedding')), [1, textTokens, captionDim]);
  g.output('uncond', project('/uncond/project', table), 'f32', dims);
}

/** Token ids and ready-made rows in, guided logits of the last position out.
 *
 * Inputs: `input_ids` [batch, ids], `embeddings` [batch, rows, dim] (text rows; either may have no entries, together they are
 * the `new` positions, ids first), `position_ids` [batch, new], `seqlens_k` [batch] and `total_sequence_length`, the
 * additive `attention_bias` [1, 1, new, total], `guide` [pictures, batch] and the cache `past_key_values.{i}.{key,value}`
 * [batch, heads, capacity, headDim].
 * Outputs: `logits` [pictures, vocab] = guide · logits of the last position: guidance is a mix of batch rows
 * (l_u + η (l_c − l_u) has the weights η and 1 − η), and `present.{i}.{key,value}`, meant to be bound to the memory of the past.
 * With an int8 cache there are also `is_first`, the scales `past_key_values.{i}.{key,value}_scale` [heads, 1, headDim] and, measured
 * where `is_first` is true, `present.{i}.{key,value}_scale`. */
export function transformer(g: GraphBuilder, config: TransformerConfig, w: Lookup, options: TransformerOptions): void {
  const { tap = () => undefined, precision } = options;
  const ids = g.input('input_ids', 'i64', ['batch', 'ids']);
  const rows = g.input('embeddings', 'f32', ['batch', 'rows', config.dim]);
  const shared = sharedInputs(g, config, options.cache);
  const guide = g.input('guide', 'f32', ['pictures', 'batch']);
  const embedded = gather(g, '/tok_embeddings', fullWeight(g, w('tok_embeddings.weight')), ids);
  let sum = concat(g, '/embeddings', [embedded, rows], 1); // [batch, new, dim]
  let normed = rmsNorm(g, '/layers.0/attention_norm', sum, w('layers.0.attention_norm.weight'), config.normEps);
  for (let i = 0; i < config.layers; i++) {
    const at = `/layers.${i}`;
    const weights = under(w, `layers.${i}`);
    const mixed = attention(g, path(at, 'attention'), normed, under(weights, 'attention'), config, options, shared, i);
    const half = addThenRmsNorm(g, path(at, 'ffn_norm'), sum, mixed, weights('ffn_norm.weight'), config.normEps);
    const grown = swiglu(g, path(at, 'feed_forward'), half.normed, under(weights, 'feed_forward'), precision);
    const nextNorm = i + 1 < config.layers ? `layers.${i + 1}.attention_norm` : 'norm';
    const next = addThenRmsNorm(g, `/${nextNorm}`, half.sum, grown, w(`${nextNorm}.weight`), config.normEps);
    ({ sum, normed } = next);
    tap(`layer.${i}`, sum);
  }
  const last = reshape(g, '/last', slice(g, '/last', normed, -1, 2 ** 31 - 1, 1), [-1, config.dim]);
  tap('final_norm_last', last);
  const logits = linear(g, '/output', last, w('output.weight'), precision);
  tap('raw_logits', logits);
  g.output('logits', matMul(g, '/guide', guide, logits), 'f32', ['pictures', config.vocab]);
}

function sharedInputs(g: GraphBuilder, config: TransformerConfig, cache: CacheDtype): Shared {
  const table = ropeTable(config);
  const dims = [table.positions, table.pairs];
  return {
    positions: g.input('position_ids', 'i64', ['batch', 'new']),
    lastPositions: g.input('seqlens_k', 'i32', ['batch']),
    total: g.input('total_sequence_length', 'i32', []),
    bias: g.input('attention_bias', 'f32', [1, 1, 'new', 'total']),
    cos: g.weight('rope.cos', 'f32', dims, () => Promise.resolve(toBytes(table.cos))),
    sin: g.weight('rope.sin', 'f32', dims, () => Promise.resolve(toBytes(table.sin))),
    isFirst: cache === 'int8' ? g.input('is_first', 'bool', []) : undefined,
  };
}

//   x ── wqkv ── GroupQueryAttention(past, present; rotary inside) ── wo
function attention(
  g: GraphBuilder,
  at: string,
  x: Value,
  w: Lookup,
  config: TransformerConfig,
  options: TransformerOptions,
  shared: Shared,
  layer: number,
): Value {
  const qkv = linear(g, path(at, 'wqkv'), x, w('wqkv.weight'), options.precision);
  const mixed = cachedAttention(g, at, qkv, config, options.cache, shared, layer);
  return linear(g, path(at, 'wo'), mixed, w('wo.weight'), options.precision);
}

function cachedAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  config: TransformerConfig,
  cache: CacheDtype,
  shared: Shared,
  layer: number,
): Value {
  const past = `past_key_values.${layer}`;
  const present = `present.${layer}`;
  const dtype = cache === 'int8' ? 'i8' : 'f32';
  const dims = ['batch', config.heads, 'capacity', headDim(config)];
  const cached = { key: g.input(`${past}.key`, dtype, dims), value: g.input(`${past}.value`, dtype, dims) };
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

/** w2( silu(w1 x) · w3 x ). */
function swiglu(g: GraphBuilder, at: string, x: Value, w: Lookup, precision: Precision): Value {
  const gate = silu(g, at, linear(g, path(at, 'w1'), x, w('w1.weight'), precision));
  const value = linear(g, path(at, 'w3'), x, w('w3.weight'), precision);
  return linear(g, path(at, 'w2'), multiply(g, at, gate, value), w('w2.weight'), precision);
}
