// The transformer as one graph for prefill and decode, and the small adapter that brings text rows to its width.
import { addThenRmsNorm, rmsNorm, under } from '../../onnx/blocks.ts';
import type { Lookup } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { fullWeight, linear, linears } from '../../onnx/linear.ts';
import type { Precision, WeightForm } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { concat, gather, geluTanh, matMul, multiply, reshape, silu, slice, transpose } from '../../onnx/ops.ts';
import type { TransformerConfig } from './config.ts';
import { cachedAttention, cacheInputs } from './attention.ts';
import type { CacheForm, CacheInputs } from './attention.ts';

/** Shows an inner value to whoever compares it with a reference. */
export type Tap = (name: string, value: Value) => void;

export interface TransformerOptions {
  readonly weights: WeightForm;
  readonly cache: CacheForm;
  readonly tap?: Tap;
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
 * where `is_first` is true, `present.{i}.{key,value}_scale`; `is_text`, true for all text positions in one run, which gives
 * `text_values_out` [layers, batch, dim], the `text_values` of whatever follows. A graph for steps alone has neither flag, gives
 * only logits and cache, and takes no bias. */
export function transformer(g: GraphBuilder, config: TransformerConfig, w: Lookup, options: TransformerOptions): void {
  const { tap = () => undefined, weights: form } = options;
  const ids = g.input('input_ids', 'i64', ['batch', 'ids']);
  const rows = g.input('embeddings', 'f32', ['batch', 'rows', config.dim]);
  const cache = cacheInputs(g, config, options.cache);
  const guide = g.input('guide', 'f32', ['pictures', 'batch']);
  const embedded = gather(g, '/tok_embeddings', fullWeight(g, w('tok_embeddings.weight')), ids);
  let sum = concat(g, '/embeddings', [embedded, rows], 1); // [batch, new, dim]
  let normed = rmsNorm(g, '/layers.0/attention_norm', sum, w('layers.0.attention_norm.weight'), config.normEps);
  const textValues: Value[] = [];
  for (let i = 0; i < config.layers; i++) {
    const at = `/layers.${i}`;
    const weights = under(w, `layers.${i}`);
    const { mixed, textValue } = attention(
      g,
      path(at, 'attention'),
      normed,
      under(weights, 'attention'),
      config,
      form,
      cache,
      i,
    );
    if (textValue) textValues.push(textValue);
    const half = addThenRmsNorm(g, path(at, 'ffn_norm'), sum, mixed, weights('ffn_norm.weight'), config.normEps);
    const grown = swiglu(g, path(at, 'feed_forward'), half.normed, under(weights, 'feed_forward'), form);
    const nextNorm = i + 1 < config.layers ? `layers.${i + 1}.attention_norm` : 'norm';
    const next = addThenRmsNorm(g, `/${nextNorm}`, half.sum, grown, w(`${nextNorm}.weight`), config.normEps);
    ({ sum, normed } = next);
    tap(`layer.${i}`, sum);
  }
  const last = reshape(g, '/last', slice(g, '/last', normed, -1, 2 ** 31 - 1, 1), [-1, config.dim]);
  tap('final_norm_last', last);
  const logits = linear(g, '/output', last, w('output.weight'), form);
  tap('raw_logits', logits);
  if (textValues.length > 0) {
    const joined = transpose(g, '/text_values', concat(g, '/text_values', textValues, 1), [1, 0, 2]);
    g.output('text_values_out', joined, 'f32', [config.layers, 'batch', config.dim]);
  }
  g.output('logits', matMul(g, '/guide', guide, logits), 'f32', ['pictures', config.vocab]);
}

//   x ── wqkv ── GroupQueryAttention(past, present; rotary inside) ── wo
function attention(
  g: GraphBuilder,
  at: string,
  x: Value,
  w: Lookup,
  config: TransformerConfig,
  form: WeightForm,
  cache: CacheInputs,
  layer: number,
): { readonly mixed: Value; readonly textValue?: Value } {
  const qkv = linear(g, path(at, 'wqkv'), x, w('wqkv.weight'), form);
  const { mixed, textValue } = cachedAttention(g, at, qkv, config, cache, layer);
  return { mixed: linear(g, path(at, 'wo'), mixed, w('wo.weight'), form), textValue };
}

/** w2( silu(w1 x) · w3 x ). */
function swiglu(g: GraphBuilder, at: string, x: Value, w: Lookup, form: WeightForm): Value {
  const products = ['w1', 'w3'].map((name) => ({ at: path(at, name), weight: w(`${name}.weight`) }));
  const [gate, value] = linears(g, x, products, form);
  return linear(g, path(at, 'w2'), multiply(g, at, silu(g, at, gate), value), w('w2.weight'), form);
}
