// The layers over an int8 cache, once for several new positions and once for a single one.
import type { Lookup } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import type { WeightForm } from '../../onnx/linear.ts';
import { concat, reshape, slice, split, transpose } from '../../onnx/ops.ts';
import { stepAttention, stepInputs } from './attention-int8-step.ts';
import { severalAttention, severalInputs } from './attention-int8.ts';
import type { Flags } from './attention-int8.ts';
import { sizeOf } from './attention-kernels.ts';
import type { KeysAndValues, Shared } from './attention-kernels.ts';
import { cacheDims, pastInputs } from './attention.ts';
import { headDim } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { transformerLayers } from './layers.ts';

/** What lies in the cache and beside it. */
interface Cached {
  readonly past: readonly KeysAndValues[]; // by layer
  /** By layer: of keys and of values, each [heads, 1, headDim]. */
  readonly scales: readonly (readonly [Value, Value])[];
  readonly allScales: Value; // [2 · layers, heads, 1, headDim]
  readonly textValues: Value; // [layers, batch, dim]
}

/** Further inputs: `scales` [2 · layers, heads, 1, headDim] of the cached keys and values, `text_values` [layers, batch, dim] mean value
 * of the rows' texts, `is_first` where the new positions begin the sequence, `is_text` where they are all the text.
 * Further outputs: `scales_out`, measured where `is_first` is true, and `text_values_out`, where `is_text` is true; for a single new
 * position both are empty.
 *
 * Nearly all runs of a decode take a single position, and every `If` in a layer would cost them time, so there is one around all layers.
 * Both branches multiply with the same weights, which the runtime keeps once.
 *
 *          ┌ several: layers of `severalAttention`
 *   new ── If
 *          └ one: layers of `stepAttention`
 *
 * @param start [batch, new, dim] @returns logits [batch, vocab] of the last position */
export function int8Layers(
  g: GraphBuilder,
  start: Value,
  config: TransformerConfig,
  weights: Lookup,
  form: WeightForm,
  shared: Shared,
): Value {
  const stack: Stack = { start, config, weights, form, shared, cached: cachedInputs(g, config) };
  const count = reshape(g, '/new', sizeOf(g, '/new', shared.positions, 1), []);
  const isSeveral = g.node('/new/Greater', 'Greater', [count, g.constant('i64', [], [1])]);
  const flags = { isFirst: g.input('is_first', 'bool', []), isText: g.input('is_text', 'bool', []) };
  const several = g.branch('/several');
  severalLayers(several, stack, flags);
  const step = g.branch('/step');
  stepLayers(step, stack);
  const outputs = ['/layers/output_0', 'scales_out', 'text_values_out', ...presentNames(config)];
  g.nodeInto('/layers/If', 'If', [isSeveral], outputs, {
    attributes: { then_branch: { graph: several.toGraph() }, else_branch: { graph: step.toGraph() } },
  });
  g.declareOutput('scales_out', 'f32', ['measured', config.heads, 1, headDim(config)]);
  g.declareOutput('text_values_out', 'f32', ['told', 'batch', config.dim]);
  for (const name of presentNames(config)) g.declareOutput(name, 'i8', cacheDims(config));
  return outputs[0] as Value;
}

/** What both branches are made of. */
interface Stack {
  readonly start: Value;
  readonly config: TransformerConfig;
  readonly weights: Lookup;
  readonly form: WeightForm;
  readonly shared: Shared;
  readonly cached: Cached;
}

function severalLayers(g: GraphBuilder, { start, config, weights, form, shared, cached }: Stack, flags: Flags): void {
  const state = severalInputs(g, '/several', config, shared, cached.textValues, flags);
  const { logits, attended } = transformerLayers(g, '/several', start, config, {
    weights,
    form,
    attend: (at, qkv, layer) =>
      severalAttention(g, at, qkv, cached.past[layer], cached.scales[layer], config, shared, state, layer),
  });
  const allScales = attended.flatMap(({ scales }) => scales);
  const scales = concat(g, '/several/scales', allScales, 0);
  const allTexts = attended.map(({ text }) => text);
  const texts = concat(g, '/several/texts', allTexts, 1);
  declare(g, config, logits, attended, {
    scales: reshape(g, '/several/scales', scales, [-1, config.heads, 1, headDim(config)]),
    texts: transpose(g, '/several/texts', texts, [1, 0, 2]),
  });
}

function stepLayers(g: GraphBuilder, { start, config, weights, form, shared, cached }: Stack): void {
  const state = stepInputs(g, '/step', config, shared, cached.textValues);
  const { logits, attended } = transformerLayers(g, '/step', start, config, {
    weights,
    form,
    attend: (at, qkv, layer) =>
      stepAttention(g, at, qkv, cached.past[layer], cached.scales[layer], config, shared, state, layer),
  });
  declare(g, config, logits, attended, {
    scales: slice(g, '/step/no_scales', cached.allScales, 0, 0, 0),
    texts: slice(g, '/step/no_texts', cached.textValues, 0, 0, 0),
  });
}

function cachedInputs(g: GraphBuilder, config: TransformerConfig): Cached {
  const layers = Array.from({ length: config.layers }, (_, layer) => layer);
  const past = layers.map((layer) => pastInputs(g, config, 'i8', layer));
  const allScales = g.input('scales', 'f32', [2 * config.layers, config.heads, 1, headDim(config)]);
  const flat = reshape(g, '/scales', allScales, [-1, 1, headDim(config)]);
  const parts = split(g, '/scales', flat, new Array<number>(2 * config.layers).fill(config.heads), 0);
  return {
    past,
    scales: layers.map((layer) => [parts[2 * layer], parts[2 * layer + 1]]),
    allScales,
    textValues: g.input('text_values', 'f32', [config.layers, 'batch', config.dim]),
  };
}

const presentNames = ({ layers }: TransformerConfig): string[] =>
  Array.from({ length: layers }, (_, layer) => [`present.${layer}.key`, `present.${layer}.value`]).flat();

/** Outputs of a branch, in the order that both have them in. */
function declare(
  g: GraphBuilder,
  config: TransformerConfig,
  logits: Value,
  layers: readonly KeysAndValues[],
  { scales, texts }: { readonly scales: Value; readonly texts: Value },
): void {
  g.declareOutput(logits, 'f32', ['batch', config.vocab]);
  g.declareOutput(scales, 'f32', ['measured', config.heads, 1, headDim(config)]);
  g.declareOutput(texts, 'f32', ['told', 'batch', config.dim]);
  for (const { key, value } of layers) for (const name of [key, value]) g.declareOutput(name, 'i8', cacheDims(config));
}
