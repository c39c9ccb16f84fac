// How an int8 cache rounds.
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { path } from '../../onnx/names.ts';
import { absolute, concat, divide, expand, multiply, reshape } from '../../onnx/ops.ts';
import { sizeOf, sliceAlong } from './attention-kernels.ts';
import type { TransformerConfig } from './config.ts';
import { headDim } from './config.ts';

/** What comes after the picture exceeds its largest key or value of a head, in a trained model by up to 3 (keys, spread) and 6
 * times; it is clipped at this multiple. More rounds the picture's too coarsely (README.md has the measurements). */
export const headroom = { key: 3, value: 5 } as const;

/** Rounds `fresh` [batch, heads, new, headDim] to int8 with one scale per head and puts it in front of the cache.
 *
 * The rest of the cache is passed on from the same memory, so nothing is copied but the new part. The kernel wants a
 * scale per channel: [heads, 1, headDim]. */
export function quantiseInto(
  g: GraphBuilder,
  at: string,
  fresh: Value,
  past: Value,
  config: TransformerConfig,
  room: number,
): { present: Value; scale: Value } {
  const largest = g.node(path(at, 'ReduceMax'), 'ReduceMax', [absolute(g, at, fresh), g.ints(0, 2, 3)], {
    attributes: { keepdims: { int: 0 } },
  }); // [heads]
  const raised = g.node(path(at, 'Max'), 'Max', [largest, g.scalar(1e-6)]);
  const ofHead = reshape(g, path(at, 'head'), multiply(g, at, raised, g.scalar(room / 127)), [config.heads, 1, 1]);
  const scale = expand(g, path(at, 'scale'), ofHead, g.ints(config.heads, 1, headDim(config)));
  const rounded = round(g, at, fresh, ofHead);
  const length = sizeOf(g, path(at, 'length'), rounded, 2);
  const rest = sliceAlong(g, at, past, length, g.ints(2 ** 31 - 1), 2);
  return { present: concat(g, at, [rounded, rest], 2), scale };
}

/** x in whole steps of `scale`, clipped to int8. */
export const round = (g: GraphBuilder, at: string, x: Value, scale: Value): Value =>
  g.node(path(at, 'QuantizeLinear'), 'QuantizeLinear', [
    divide(g, path(at, 'steps'), x, scale),
    g.scalar(1),
    g.constant('i8', [], [0]),
  ]);
