// The transformer as one graph for prefill and decode, and the small adapter that brings text rows to its width.
import type { WeightPrecision } from '../../api.ts';
import type { Lookup, Tap } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { fullWeight, isWide, linear } from '../../onnx/linear.ts';
import type { WeightForm } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { concat, gather, geluTanh, matMul, reshape } from '../../onnx/ops.ts';
import { plainAttention, sharedInputs } from './attention.ts';
import type { CacheForm } from './attention.ts';
import type { TransformerConfig } from './config.ts';
import { int8Layers } from './layers-int8.ts';
import { transformerLayers } from './layers.ts';
import { spreadStream, spreadWeights } from './spread-weights.ts';

/** In what the graphs of one transformer differ. */
export interface TransformerOptions {
  readonly weights: WeightForm;
  readonly cache: CacheForm;
  readonly tap?: Tap;
}

/** `rows` [1, text, captionDim] → `cond` [1, text, dim]; `uncond` is the same projection of the learned "no text" table
 * (editar.md 5.3): a constant that is folded when the graph is opened. */
export function textAdapter(g: GraphBuilder, config: TransformerConfig, w: Lookup, precision: WeightPrecision): void {
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
 * What an int8 cache adds is in `layers-int8.ts`. */
export function transformer(g: GraphBuilder, config: TransformerConfig, w: Lookup, options: TransformerOptions): void {
  const { weights: form, cache, tap } = options;
  const ids = g.input('input_ids', 'i64', ['batch', 'ids']);
  const rows = g.input('embeddings', 'f32', ['batch', 'rows', config.dim]);
  const shared = sharedInputs(g, config);
  const guide = g.input('guide', 'f32', ['pictures', 'batch']);
  const embedded = gather(g, '/tok_embeddings', fullWeight(g, w('tok_embeddings.weight')), ids);
  const stream = concat(g, '/embeddings', [embedded, rows], 1); // [batch, new, dim]
  const start = isWide(form) ? spreadStream(g, '/spread', stream, config.dim) : stream;
  const weights = isWide(form) ? spreadWeights(w) : w;
  const logits =
    cache === 'int8'
      ? int8Layers(g, start, config, weights, form, shared)
      : transformerLayers(g, '', start, config, {
          weights,
          form,
          attend: plainAttention(g, config, cache, shared),
          tap,
        }).logits;
  g.output('logits', matMul(g, '/guide', guide, logits), 'f32', ['pictures', config.vocab]);
}
