// Attention over an int8 cache.
import { contrib, none } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { absolute, cast, concat, divide, expand, multiply, range, reshape, subtract } from '../../onnx/ops.ts';
import { byHead, groupQueryAttention, rotated, sizeOf, sliceAlong } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** What the layers share beside the inputs of all forms. */
export interface Int8Inputs {
  /** Whether the new positions begin the sequence. */
  readonly isFirst: Value;
  /** Whether there are several new positions. */
  readonly isRun: Value;
  /** [batch, heads, new, 3] batch row, head and cache position of every new key. */
  readonly places: Value;
  readonly total: Value; // [1] past + new
}

/** Declares `is_first` and works out the rest. */
export function int8Inputs(g: GraphBuilder, config: TransformerConfig, { positions, total }: Shared): Int8Inputs {
  const at = '/places';
  const isFirst = g.input('is_first', 'bool', []);
  const batch = sizeOf(g, path(at, 'batch'), positions, 0);
  const fresh = sizeOf(g, path(at, 'new'), positions, 1);
  const end = reshape(g, path(at, 'total'), cast(g, path(at, 'total'), total, 'i64'), [1]);
  const isRun = g.node(path(at, 'Greater'), 'Greater', [reshape(g, path(at, 'new'), fresh, []), scalarOf(g, 1)]);
  const dims = concat(g, path(at, 'dims'), [batch, g.ints(config.heads), fresh, g.ints(1)], 0);
  const along = (name: string, from: Value, to: Value, shape: readonly number[]): Value => {
    const [start, stop] = [from, to].map((x, i) => reshape(g, path(at, name, i ? 'to' : 'from'), x, []));
    return expand(g, path(at, name), reshape(g, path(at, name), range(g, path(at, name), start, stop), shape), dims);
  };
  const past = subtract(g, path(at, 'past'), end, fresh);
  const axes = [
    along('row', g.ints(0), batch, [-1, 1, 1, 1]),
    along('head', g.ints(0), g.ints(config.heads), [1, -1, 1, 1]),
    along('position', past, end, [1, 1, -1, 1]),
  ];
  return { isFirst, isRun, places: concat(g, at, axes, 3), total: end };
}

const scalarOf = (g: GraphBuilder, value: number): Value => g.constant('i64', [], [value]);

interface Size {
  readonly config: TransformerConfig;
  readonly shared: Shared;
  readonly inputs: Int8Inputs;
}

/** An int8 cache, extended in place. Where the prefix begins, attention runs on the exact keys and values, which is faster too,
 * and the cache gets them rounded, with scales measured on them. A single position is the fused kernel's, which reads int8
 * directly; it would do so for every position of a run again, so a run widens the cache once instead.
 *
 *          ┌ is_first: GroupQueryAttention(no past) ─ k, v ─ scale = max |·| · headroom / 127 ─ round ─ past[0..new)
 *   qkv ── If          ┌ several: round into past ─ widen ─ MultiHeadAttention(bias)
 *          └ else: ─── If
 *                      └ one: GroupQueryAttention(past, scales)                                                      */
export function int8Attention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  config: TransformerConfig,
  shared: Shared,
  inputs: Int8Inputs,
  layer: number,
): Value {
  const size: Size = { config, shared, inputs };
  const scaleDims = [config.heads, 1, headDim(config)];
  const cacheDims = ['batch', config.heads, 'capacity', headDim(config)];
  const scales = ['key_scale', 'value_scale'].map((name) =>
    g.input(`past_key_values.${layer}.${name}`, 'f32', scaleDims),
  );
  const declare = (b: GraphBuilder, [mixed, ...cache]: readonly string[]): void => {
    b.declareOutput(mixed, 'f32', ['batch', 'new', config.dim]);
    for (const name of cache) b.declareOutput(name, 'i8', cacheDims);
  };

  const begin = g.branch(`${at}/begin`);
  const begun = beginning(begin, path(at, 'begin'), qkv, past, size);
  declare(begin, begun.outputs);
  for (const scale of begun.scales) begin.declareOutput(scale, 'f32', scaleDims);

  const extend = g.branch(`${at}/extend`);
  const run = extend.branch(`${at}/run`);
  declare(run, continuedByRun(run, path(at, 'run'), qkv, past, scales, size));
  const step = extend.branch(`${at}/step`);
  const stepped = [0, 1, 2].map((i) => `${at}/step/output_${i}`);
  groupQueryAttention(step, path(at, 'step'), qkv, past, stepped, config, shared, { biased: true, scales });
  declare(step, stepped);
  const extended = [0, 1, 2].map((i) => `${at}/extend/output_${i}`);
  branchOn(extend, path(at, 'extend'), inputs.isRun, extended, run, step);
  declare(extend, extended);
  scales.forEach((scale, i) => {
    const kept = extend.node(path(at, 'extend', `scale_${i}`, 'Identity'), 'Identity', [scale]);
    extend.declareOutput(kept, 'f32', scaleDims);
  });

  const present = `present.${layer}`;
  const names = [`${path(at, 'mixed')}/output_0`, `${present}.key`, `${present}.value`];
  const scaleNames = [`${present}.key_scale`, `${present}.value_scale`];
  branchOn(g, at, inputs.isFirst, [...names, ...scaleNames], begin, extend);
  for (const name of names.slice(1)) g.declareOutput(name, 'i8', cacheDims);
  for (const name of scaleNames) g.declareOutput(name, 'f32', scaleDims);
  return names[0] as Value;
}

function branchOn(
  g: GraphBuilder,
  at: string,
  condition: Value,
  outputs: readonly string[],
  then: GraphBuilder,
  otherwise: GraphBuilder,
): void {
  g.nodeInto(path(at, 'If'), 'If', [condition], outputs, {
    attributes: { then_branch: { graph: then.toGraph() }, else_branch: { graph: otherwise.toGraph() } },
  });
}

function beginning(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  { config, shared }: Size,
): { readonly outputs: readonly string[]; readonly scales: readonly Value[] } {
  const fresh = [`${at}/output_0`, `${at}/key`, `${at}/value`];
  groupQueryAttention(g, at, qkv, undefined, fresh, config, shared, { biased: false });
  const key = quantiseInto(g, path(at, 'key'), fresh[1] as Value, past.key);
  const value = quantiseInto(g, path(at, 'value'), fresh[2] as Value, past.value);
  return { outputs: [fresh[0], key.present, value.present], scales: [key.scale, value.scale] };
}

/** Keys of later tokens exceed those of the picture now and then; they are clipped at this multiple of its largest. */
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
  const rounded = round(g, at, fresh, scale);
  const length = sizeOf(g, path(at, 'length'), rounded, 2);
  const rest = sliceAlong(g, at, past, length, g.ints(2 ** 31 - 1), 2);
  return { present: concat(g, at, [rounded, rest], 2), scale };
}

const round = (g: GraphBuilder, at: string, x: Value, scale: Value): Value =>
  g.node(path(at, 'QuantizeLinear'), 'QuantizeLinear', [
    divide(g, path(at, 'steps'), x, scale),
    g.scalar(1),
    g.constant('i8', [], [0]),
  ]);

/** Several new positions of every row: written into the cache first, then attended to like the rest of it. Scales are applied to
 * the queries and to the result, so the cache itself is only widened.
 * @returns names of the result and of the extended cache */
function continuedByRun(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  [keyScale, valueScale]: readonly Value[],
  { config, shared, inputs }: Size,
): readonly string[] {
  const { query, ...fresh } = rotated(g, at, qkv, config, shared);
  const extend = (name: string, from: Value, x: Value, scale: Value): Value =>
    g.node(path(at, name, 'ScatterND'), 'ScatterND', [
      from,
      inputs.places,
      round(g, path(at, name), byHead(g, path(at, name), x, config), scale),
    ]);
  const key = extend('key', past.key, fresh.key, keyScale);
  const value = extend('value', past.value, fresh.value, valueScale);
  const widened = (name: string, x: Value): Value =>
    cast(g, path(at, name), sliceAlong(g, path(at, name), x, g.ints(0), inputs.total, 2), 'f32');
  const scaledBy = (name: string, x: Value, scale: Value): Value =>
    multiply(g, path(at, name), x, reshape(g, path(at, name), scale, [config.dim]));
  const mixed = g.node(
    path(at, 'MultiHeadAttention'),
    'MultiHeadAttention',
    [scaledBy('query', query, keyScale), widened('keys', key), widened('values', value), none, none, shared.bias],
    { domain: contrib, attributes: { num_heads: { int: config.heads }, scale: { float: headDim(config) ** -0.5 } } },
  );
  return [scaledBy('mixed', mixed, valueScale), key, value];
}
