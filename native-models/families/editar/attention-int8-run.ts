// Several new positions over an int8 cache: a run of cells.
import { contrib } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { add, cast, concat, matMul, multiply, reshape, slice, softmax, split, transpose } from '../../onnx/ops.ts';
import { byHead, rotated } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { round } from './cache-scales.ts';
import { headDim, imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { spread } from './key-spread.ts';

/** What the layers share beside the inputs of all forms. */
export interface RunInputs {
  /** [batch, heads, new, 3] batch row, head and cache position of every new key. */
  readonly places: Value;
  /** [2] where each block of heads ends: its last head + 1, past + new. */
  readonly blockEnds: readonly Value[];
}

/** Parts in which heads are widened: keys and values of a part stay in the processor's cache until they have been multiplied, which
 * takes half the time of widening all heads first. */
const mostBlocks = 5;

/** First head of every block, and the number of heads in the end. */
function blockBounds({ heads }: TransformerConfig): number[] {
  const perBlock = Math.ceil(heads / mostBlocks);
  return [...Array.from({ length: Math.ceil(heads / perBlock) }, (_, i) => i * perBlock), heads];
}

/** @param total [1] past + new */
export const blockEnds = (g: GraphBuilder, at: string, config: TransformerConfig, total: Value): Value[] =>
  blockBounds(config)
    .slice(1)
    .map((head, i) => concat(g, path(at, `block_${i}`), [g.ints(head), total], 0));

/** Several new positions of every row: written into the cache first, then attended to like the rest of it. Scales are applied to
 * the queries and to the result, so the cache itself is only widened. The text's value in the cache is zero; its mean
 * value is added with the weight that it gets.
 * @param scales of keys and values, each [heads, 1, headDim] @param textValue [batch, heads, 1, headDim]
 * @returns names of the result and of the extended cache */
export function runAttention(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  past: KeysAndValues,
  [keyScale, valueScale]: readonly Value[],
  textValue: Value,
  config: TransformerConfig,
  shared: Shared,
  inputs: RunInputs,
): readonly string[] {
  const fresh = rotated(g, at, qkv, config, shared);
  const [query, ownKey] = (['query', 'key'] as const).map((name) =>
    spread(g, path(at, name, 'spread'), fresh[name], config),
  );
  const extend = (name: string, from: Value, x: Value, scale: Value): Value =>
    g.node(path(at, name, 'ScatterND'), 'ScatterND', [
      from,
      inputs.places,
      round(g, path(at, name), byHead(g, path(at, name), x, config), scale),
    ]);
  const key = extend('key', past.key, ownKey, keyScale);
  const value = extend('value', past.value, fresh.value, valueScale);
  const scaledQuery = multiply(g, path(at, 'query'), byHead(g, path(at, 'query'), query, config), keyScale);
  const found = inBlocks(g, path(at, 'blocks'), scaledQuery, { key, value }, config, shared.bias, inputs.blockEnds);
  const ofCells = multiply(g, path(at, 'cells'), found.mixed, valueScale);
  const mixed = add(g, path(at, 'mixed'), ofCells, multiply(g, path(at, 'text'), found.textWeight, textValue));
  return [reshape(g, at, transpose(g, at, mixed, [0, 2, 1, 3]), [0, 0, config.dim]), key, value];
}

interface Found {
  readonly mixed: Value; // [batch, heads, new, headDim], values as they lie in the cache
  readonly textWeight: Value; // [batch, heads, new, 1]
}

/** Attention of some heads after others. @param query [batch, heads, new, headDim] */
function inBlocks(
  g: GraphBuilder,
  at: string,
  query: Value,
  cache: KeysAndValues,
  config: TransformerConfig,
  bias: Value,
  ends: readonly Value[],
): Found {
  const bounds = blockBounds(config);
  const sizes = ends.map((_, i) => bounds[i + 1] - bounds[i]);
  const found = split(g, at, query, sizes, 1).map((ofBlock, i) => {
    const name = path(at, String(i));
    const widened = (part: 'key' | 'value'): Value => {
      const cut = [cache[part], g.ints(bounds[i], 0), ends[i], g.ints(1, 2)];
      return cast(g, path(name, part), g.node(path(name, part, 'Slice'), 'Slice', cut), 'f32');
    };
    const scores = g.node(path(name, 'FusedMatMul'), 'FusedMatMul', [ofBlock, widened('key')], {
      domain: contrib,
      attributes: { transB: { int: 1 }, alpha: { float: headDim(config) ** -0.5 } },
    });
    const weights = softmax(g, name, add(g, path(name, 'biased'), scores, bias));
    const text = imageTokens(config);
    return {
      mixed: matMul(g, name, weights, widened('value')),
      textWeight: slice(g, path(name, 'text'), weights, text, text + 1, 3),
    };
  });
  const joined = (part: keyof Found): Value =>
    concat(
      g,
      path(at, part),
      found.map((ofBlock) => ofBlock[part]),
      1,
    );
  return { mixed: joined('mixed'), textWeight: joined('textWeight') };
}
