// Keys in an int8 cache are kept in another basis of each head, in which no channel stands out.
import { contrib } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { matMul, reshape, slice, split } from '../../onnx/ops.ts';
import { hadamard } from '../../tensor/hadamard.ts';
import type { Shared } from './attention-kernels.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';

export const spreadMatrix = (g: GraphBuilder, config: TransformerConfig): Value =>
  g.constant('f32', [headDim(config), headDim(config)], hadamard(headDim(config)));

/** Rotated queries or keys [batch, new, dim] in the basis of the cache. */
export function spread(g: GraphBuilder, at: string, x: Value, config: TransformerConfig): Value {
  const byHead = reshape(g, path(at, 'heads'), x, [0, 0, config.heads, headDim(config)]);
  return reshape(g, path(at, 'joined'), matMul(g, at, byHead, spreadMatrix(g, config)), [0, 0, config.dim]);
}

/** What the first new position, the same in every row, does to a head's queries and keys, rotation and change of basis in one:
 * [headDim, headDim]. Made once for all layers by rotating the rows of the identity. */
export function turnOfFirst(
  g: GraphBuilder,
  at: string,
  config: TransformerConfig,
  { positions, cos, sin }: Shared,
): Value {
  const size = headDim(config);
  const identity = new Float32Array(size * size);
  for (let i = 0; i < size; i++) identity[i * (size + 1)] = 1;
  const rows = g.constant('f32', [1, 1, size * size], identity);
  const first = slice(g, path(at, 'position'), slice(g, path(at, 'row'), positions, 0, 1, 0), 0, 1, 1);
  const rotated = g.node(path(at, 'RotaryEmbedding'), 'RotaryEmbedding', [rows, first, cos, sin], {
    domain: contrib,
    attributes: { interleaved: { int: 1 }, num_heads: { int: size } },
  });
  return matMul(g, at, reshape(g, at, rotated, [size, size]), spreadMatrix(g, config));
}

/** Queries, keys and values of one new position, the first two turned: each [batch, 1, dim].
 * @param qkv [batch, 1, 3 · dim] @param turn see `turnOfFirst` */
export function turned(g: GraphBuilder, at: string, qkv: Value, turn: Value, { dim, heads }: TransformerConfig) {
  const [pair, value] = split(g, path(at, 'parts'), qkv, [2 * dim, dim], 2);
  const byHead = reshape(g, path(at, 'heads'), pair, [-1, 2 * heads, dim / heads]);
  const joined = reshape(g, path(at, 'joined'), matMul(g, at, byHead, turn), [-1, 1, 2 * dim]);
  const [query, key] = split(g, path(at, 'pair'), joined, [dim, dim], 2);
  return { query, key, value };
}
