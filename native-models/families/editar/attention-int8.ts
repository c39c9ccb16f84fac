// Several new positions over an int8 cache: the prefix, the text, a run of cells.
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import {
  add,
  cast,
  concat,
  divide,
  expand,
  gather,
  matMul,
  multiply,
  range,
  reduceMean,
  reshape,
  slice,
  subtract,
} from '../../onnx/ops.ts';
import { blockEnds, runAttention } from './attention-int8-run.ts';
import type { RunInputs } from './attention-int8-run.ts';
import { groupQueryAttention, sizeOf } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { cacheDims } from './attention.ts';
import { headroom, quantiseInto } from './cache-scales.ts';
import { headDim, imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { spreadMatrix } from './key-spread.ts';
import type { Attended } from './layers.ts';

/** What the layers share beside the inputs of all forms. */
export interface SeveralInputs extends RunInputs, Flags {
  /** [layers, batch, heads, 1, headDim] mean value of the text. */
  readonly textValues: Value;
  /** [batch, heads, new, headDim] of int8. */
  readonly zeros: Value;
}

/** What kind of run it is. */
export interface Flags {
  /** Whether the new positions begin the sequence. */
  readonly isFirst: Value;
  /** Whether the new positions are all the text. */
  readonly isText: Value;
}

/** @param textValues [layers, batch, dim] mean value of the text */
export function severalInputs(
  g: GraphBuilder,
  root: string,
  config: TransformerConfig,
  shared: Shared,
  textValues: Value,
  flags: Flags,
): SeveralInputs {
  const at = path(root, 'places');
  const { positions, total } = shared;
  const batch = sizeOf(g, path(at, 'batch'), positions, 0);
  const fresh = sizeOf(g, path(at, 'new'), positions, 1);
  const end = reshape(g, path(at, 'total'), cast(g, path(at, 'total'), total, 'i64'), [1]);
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
  const places = concat(g, at, axes, 3);
  const freshDims = concat(g, path(at, 'fresh_dims'), [batch, g.ints(config.heads), fresh, g.ints(headDim(config))], 0);
  return {
    ...flags,
    textValues: reshape(g, path(root, 'text_values'), textValues, [
      config.layers,
      -1,
      config.heads,
      1,
      headDim(config),
    ]),
    zeros: expand(g, path(at, 'zeros'), g.constant('i8', [1], [0]), freshDims),
    places,
    blockEnds: blockEnds(g, at, config, end),
  };
}

interface Size {
  readonly config: TransformerConfig;
  readonly shared: Shared;
  readonly inputs: SeveralInputs;
}

/** What attention of several positions gives in one layer. */
export interface SeveralFound extends Attended, KeysAndValues {
  readonly text: Value; // [batch, 1, dim] mean value of the text
  readonly scales: readonly Value[]; // of keys and values, each [heads, 1, headDim]
}

/** Several new positions over an int8 cache, extended in place. Where the prefix begins, attention runs on the exact keys and values, which is faster too,
 * and the cache gets them rounded, with scales measured on them. Values of text are many times larger than the picture's, so
 * they stay out of the cache: text is neither rotated nor told apart by its keys, which makes its attention a running mean,
 * and its own mean value, in fp32, is added with its weight to what later positions find in the cache. The fused kernel reads an int8
 * cache again for every new position, so a run of cells widens it once.
 * Keys lie in the cache rotated and spread (`key-spread.ts`), so queries are spread too.
 *
 *          ┌ is_first: GroupQueryAttention(no past) ─ k, v ─ scale = max |·| · headroom / 127 ─ round ─ past[0..new)
 *   qkv ── If
 *          │          ┌ is_text: running mean of v
 *          └ else: ── If
 *                     └ cells: round into past ─ for some heads at a time: widen, attend   */
export function severalAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  scales: readonly [Value, Value],
  config: TransformerConfig,
  shared: Shared,
  inputs: SeveralInputs,
  layer: number,
): SeveralFound {
  const textValue = gather(g, path(at, 'text_value'), inputs.textValues, g.constant('i64', [], [layer]));
  const size: Size = { config, shared, inputs };
  const declare = (b: GraphBuilder, [mixed, key, value, text, ...scaleNames]: readonly string[]): void => {
    b.declareOutput(mixed, 'f32', ['batch', 'new', config.dim]);
    for (const name of [key, value]) b.declareOutput(name, 'i8', cacheDims(config));
    b.declareOutput(text, 'f32', ['batch', 1, config.dim]);
    for (const name of scaleNames) b.declareOutput(name, 'f32', [config.heads, 1, headDim(config)]);
  };
  /** Pass on what a branch does not make: the text's value, the scales. */
  const keptText = (b: GraphBuilder, name: string): Value =>
    reshape(b, path(at, name, 'text_value'), textValue, [-1, 1, config.dim]);
  const keptScales = (b: GraphBuilder, name: string): Value[] =>
    scales.map((scale, i) => b.node(path(at, name, `scale_${i}`, 'Identity'), 'Identity', [scale]));
  const outputsOf = (name: string): Value[] => [0, 1, 2, 3, 4, 5].map((i) => `${at}/${name}/output_${i}` as Value);

  const begin = g.branch(`${at}/begin`);
  const begun = beginning(begin, path(at, 'begin'), qkv, past, size);
  declare(begin, [...begun.outputs, keptText(begin, 'begin'), ...begun.scales]);
  const extend = g.branch(`${at}/extend`);
  const text = extend.branch(`${at}/text`);
  declare(text, [...continuedByText(text, path(at, 'text'), qkv, past, scales[1], size), ...keptScales(text, 'text')]);
  const cells = extend.branch(`${at}/cells`);
  const run = runAttention(cells, path(at, 'cells'), qkv, past, scales, textValue, config, shared, inputs);
  declare(cells, [...run, keptText(cells, 'cells'), ...keptScales(cells, 'cells')]);
  branchOn(extend, path(at, 'extend'), inputs.isText, outputsOf('extend'), text, cells);
  declare(extend, outputsOf('extend'));

  const [mixed, key, value, textOut, ...scalesOut] = outputsOf('found');
  branchOn(g, at, inputs.isFirst, [mixed, key, value, textOut, ...scalesOut], begin, extend);
  return { mixed, key, value, text: textOut, scales: scalesOut };
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
  const keys = matMul(g, path(at, 'spread'), fresh[1] as Value, spreadMatrix(g, config));
  const key = quantiseInto(g, path(at, 'key'), keys, past.key, config, headroom.key);
  const value = quantiseInto(g, path(at, 'value'), fresh[2] as Value, past.value, config, headroom.value);
  return { outputs: [fresh[0], key.present, value.present], scales: [key.scale, value.scale] };
}

/** All text positions after the picture: each sees the mean of the picture's values and of the text's up to its own.
 * @returns names of the result, of the cache with zeros for the text, and of the text's mean value */
function continuedByText(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  valueScale: Value,
  { config, inputs }: Size,
): readonly string[] {
  const { dim, textTokens } = config;
  const own = slice(g, path(at, 'own'), qkv, 2 * dim, 3 * dim, 2);
  const cells = imageTokens(config);
  const picture = cast(g, path(at, 'picture'), slice(g, path(at, 'picture'), past.value, 0, cells, 2), 'f32');
  const mean = multiply(g, path(at, 'picture'), reduceMean(g, path(at, 'picture'), picture, 2), valueScale);
  const sum = multiply(g, path(at, 'sum'), reshape(g, path(at, 'sum'), mean, [-1, 1, dim]), g.scalar(cells));
  const running = g.node(path(at, 'CumSum'), 'CumSum', [own, g.constant('i64', [], [1])]);
  const counts = Float32Array.from({ length: textTokens }, (_, i) => cells + 1 + i);
  const mixed = divide(g, at, add(g, at, running, sum), g.constant('f32', [1, textTokens, 1], counts));
  const zeroed = (name: string, cache: Value): Value =>
    g.node(path(at, name, 'ScatterND'), 'ScatterND', [cache, inputs.places, inputs.zeros]);
  const all = slice(g, path(at, 'all'), running, -1, 2 ** 31 - 1, 1);
  const textMean = divide(g, path(at, 'mean'), all, g.scalar(textTokens));
  return [mixed, zeroed('key', past.key), zeroed('value', past.value), textMean];
}
