// The layers of the transformer, from the residual stream to logits, whatever its cache.
import { addThenRmsNorm, rmsNorm, under } from '../../onnx/blocks.ts';
import type { Lookup, Tap } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { linear, linears } from '../../onnx/linear.ts';
import type { WeightForm } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { multiply, reshape, silu, slice } from '../../onnx/ops.ts';
import type { TransformerConfig } from './config.ts';

/** What attention gives: its result [batch, new, dim], and whatever a form of cache adds. */
export interface Attended {
  readonly mixed: Value;
}

/** In what the forms of the layers differ. */
export interface LayersOptions<A extends Attended> {
  readonly weights: Lookup;
  readonly form: WeightForm;
  /** Attention of one layer over cached and new positions. @param qkv [batch, new, 3 · dim] */
  readonly attend: (at: string, qkv: Value, layer: number) => A;
  readonly tap?: Tap;
}

/** @param start [batch, new, dim] @returns logits [batch, vocab] of the last position, and what attention gave in each layer */
export function transformerLayers<A extends Attended>(
  g: GraphBuilder,
  at: string,
  start: Value,
  config: TransformerConfig,
  { weights: w, form, attend, tap = () => undefined }: LayersOptions<A>,
): { readonly logits: Value; readonly attended: readonly A[] } {
  const attended: A[] = [];
  let sum = start;
  let normed = rmsNorm(g, `${at}/layers.0/attention_norm`, sum, w('layers.0.attention_norm.weight'), config.normEps);
  for (let i = 0; i < config.layers; i++) {
    const here = `${at}/layers.${i}`;
    const weights = under(w, `layers.${i}`);
    const qkv = linear(g, path(here, 'attention', 'wqkv'), normed, weights('attention.wqkv.weight'), form);
    const found = attend(path(here, 'attention'), qkv, i);
    attended.push(found);
    const mixed = linear(g, path(here, 'attention', 'wo'), found.mixed, weights('attention.wo.weight'), form);
    const half = addThenRmsNorm(g, path(here, 'ffn_norm'), sum, mixed, weights('ffn_norm.weight'), config.normEps);
    const grown = swiglu(g, path(here, 'feed_forward'), half.normed, under(weights, 'feed_forward'), form);
    const nextNorm = i + 1 < config.layers ? `layers.${i + 1}.attention_norm` : 'norm';
    const next = addThenRmsNorm(g, `${at}/${nextNorm}`, half.sum, grown, w(`${nextNorm}.weight`), config.normEps);
    ({ sum, normed } = next);
    tap(`layer.${i}`, sum);
  }
  const last = reshape(g, `${at}/last`, slice(g, `${at}/last`, normed, -1, 2 ** 31 - 1, 1), [-1, config.dim]);
  tap('final_norm_last', last);
  const logits = linear(g, `${at}/output`, last, w('output.weight'), form);
  tap('raw_logits', logits);
  return { logits, attended };
}

/** w2( silu(w1 x) · w3 x ). */
function swiglu(g: GraphBuilder, at: string, x: Value, w: Lookup, form: WeightForm): Value {
  const products = ['w1', 'w3'].map((name) => ({ at: path(at, name), weight: w(`${name}.weight`) }));
  const [gate, value] = linears(g, x, products, form);
  return linear(g, path(at, 'w2'), multiply(g, at, silu(g, at, gate), value), w('w2.weight'), form);
}
