// Keys in an int8 cache are kept in another basis of each head, in which no channel stands out.
import { contrib } from '../../onnx/graph.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { concat, matMul, reshape, slice } from '../../onnx/ops.ts';
import { hadamard } from '../../tensor/hadamard.ts';
import type { Shared } from './attention-kernels.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** [headDim, headDim], its own inverse. */
export const spreadMatrix = (g: GraphBuilder, config: TransformerConfig): Value =>
  g.constant('f32', [headDim(config), headDim(config)], hadamard(headDim(config)));

/** Rotated queries or keys [batch, new, dim] in the basis of the cache. */
export function spread(g: GraphBuilder, at: string, x: Value, config: TransformerConfig): Value {
  const byHead = reshape(g, path(at, 'heads'), x, [0, 0, config.heads, headDim(config)]);
  return reshape(g, path(at, 'joined'), matMul(g, at, byHead, spreadMatrix(g, config)), [0, 0, config.dim]);
}

/** What the first new position, the same in every row, does to a head's queries, keys and values: rotation and change of basis in one for
 * the first two, nothing for the last; [3, headDim, headDim]. Made once for all layers by rotating the rows of the identity. */
export function turnsOfFirst(
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
  const turn = matMul(g, at, reshape(g, at, rotated, [1, size, size]), spreadMatrix(g, config));
  return concat(g, at, [turn, turn, g.constant('f32', [1, size, size], identity)], 0);
}

/** Queries, keys and values of one new position, the first two turned, [batch, 1, 3 · dim].
 * @param qkv [batch, 1, 3 · dim] @param turns see `turnsOfFirst` */
export function turned(
  g: GraphBuilder,
  at: string,
  qkv: Value,
  turns: Value,
  { dim, heads }: TransformerConfig,
): Value {
  const byHead = reshape(g, path(at, 'heads'), qkv, [-1, 3, heads, dim / heads]);
  return reshape(g, path(at, 'joined'), matMul(g, at, byHead, turns), [-1, 1, 3 * dim]);
}
