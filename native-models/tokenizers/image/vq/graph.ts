// VQ-16 as three graphs: encoder, and the decoder cut in two where the last attention ends. The head works on the
// token grid and sees everything; the tail is purely convolutional but for its norms, so a band of rows can be decoded alone.
import {
  conv1x1,
  conv3x3,
  convLayer,
  groupNorm,
  wholeNorm,
  affine,
  plainAttention,
  swish,
  under,
} from '../../../onnx/blocks.ts';
import type { Lookup, Tap } from '../../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../../onnx/graph.ts';
import { toBytes } from '../../../onnx/linear.ts';
import { path } from '../../../onnx/names.ts';
import {
  add,
  concat,
  divide,
  gather,
  matMul,
  multiply,
  reduceMean,
  reshape,
  slice,
  sqrt,
  subtract,
  transpose,
  upsampleNearest2,
} from '../../../onnx/ops.ts';
import { levelChannels } from './config.ts';
import type { VqConfig } from './config.ts';

type Norm = (g: GraphBuilder, at: string, x: Value, weights: Lookup, channels: number) => Value;

const ownStatistics =
  (config: VqConfig): Norm =>
  (g, at, x, weights, channels) =>
    config.groups === 1
      ? wholeNorm(g, at, x, weights, channels, config.normEps)
      : groupNorm(g, at, x, weights, channels, { groups: config.groups, eps: config.normEps });

/** norm → swish → 3×3 → norm → swish → 3×3, plus the input (through 1×1 where the width changes). */
function resBlock(g: GraphBuilder, at: string, x: Value, w: Lookup, from: number, to: number, norm: Norm): Value {
  let h = swish(g, path(at, 'swish1'), norm(g, path(at, 'norm1'), x, under(w, 'norm1'), from));
  h = conv3x3(g, path(at, 'conv1'), h, under(w, 'conv1'));
  h = swish(g, path(at, 'swish2'), norm(g, path(at, 'norm2'), h, under(w, 'norm2'), to));
  h = conv3x3(g, path(at, 'conv2'), h, under(w, 'conv2'));
  const skip = from === to ? x : conv1x1(g, path(at, 'nin_shortcut'), x, under(w, 'nin_shortcut'));
  return add(g, at, skip, h);
}

/** Single-head attention over all positions, added to its input. */
function attentionBlock(g: GraphBuilder, at: string, x: Value, w: Lookup, channels: number, norm: Norm): Value {
  const n = norm(g, path(at, 'norm'), x, under(w, 'norm'), channels);
  const [q, k, v] = ['q', 'k', 'v'].map((part) => {
    const projected = conv1x1(g, path(at, part), n, under(w, part));
    const rows = reshape(g, path(at, part, 'rows'), projected, [0, channels, -1]);
    return transpose(g, path(at, part, 'rows'), rows, [0, 2, 1]); // [batch, positions, channels]
  });
  const mixed = plainAttention(g, path(at, 'attention'), q, k, v, channels ** -0.5);
  const columns = transpose(g, path(at, 'columns'), mixed, [0, 2, 1]);
  const restored = g.node(path(at, 'restore', 'Reshape'), 'Reshape', [
    columns,
    g.node(path(at, 'Shape'), 'Shape', [x]),
  ]);
  return add(g, at, x, conv1x1(g, path(at, 'proj_out'), restored, under(w, 'proj_out')));
}

function middle(g: GraphBuilder, at: string, x: Value, w: Lookup, channels: number, norm: Norm, tap: Tap): Value {
  let h = resBlock(g, path(at, '0'), x, under(w, '0'), channels, channels, norm);
  h = attentionBlock(g, path(at, '1'), h, under(w, '1'), channels, norm);
  tap('mid_attn', h);
  return resBlock(g, path(at, '2'), h, under(w, '2'), channels, channels, norm);
}

/** `pixels` [1, 3, H, W] in [-1, 1] → `ids` [1, H/f · W/f] in raster order.
 *
 * The nearest codebook row of unit length is the one with the largest dot product; ties go to the lowest index. */
export function vqEncoder(g: GraphBuilder, config: VqConfig, w: Lookup, tap: Tap = () => undefined): void {
  const norm = ownStatistics(config);
  const pixels = g.input('pixels', 'f32', [1, 3, 'height', 'width']);
  const top = config.chMult.length - 1;
  let x = conv3x3(g, '/encoder/conv_in', pixels, under(w, 'encoder.conv_in'));
  tap('enc.conv_in', x);
  let from = config.ch;
  for (let level = 0; level <= top; level++) {
    const to = levelChannels(config, level);
    const at = `/encoder/conv_blocks.${level}`;
    const weights = under(w, `encoder.conv_blocks.${level}`);
    for (let i = 0; i < config.numResBlocks; i++) {
      x = resBlock(g, path(at, `res.${i}`), x, under(weights, `res.${i}`), i === 0 ? from : to, to, norm);
      if (level < top) continue;
      tap(`enc.level${level}_res${i}`, x);
      x = attentionBlock(g, path(at, `attn.${i}`), x, under(weights, `attn.${i}`), to, norm);
      tap(`enc.level${level}_attn${i}`, x);
    }
    if (level < top) {
      // One column on the right and one row at the bottom only, as the reference pads.
      const options = { kernel: 3, stride: 2, pads: [0, 0, 1, 1] };
      x = convLayer(g, path(at, 'downsample'), x, under(weights, 'downsample.conv'), options);
      tap(`enc.level${level}_down`, x);
    }
    from = to;
  }
  x = middle(g, '/encoder/mid', x, under(w, 'encoder.mid'), from, norm, (name, value) => tap(`enc.${name}`, value));
  tap('enc.mid', x);
  x = swish(g, '/encoder/swish_out', norm(g, '/encoder/norm_out', x, under(w, 'encoder.norm_out'), from));
  x = conv3x3(g, '/encoder/conv_out', x, under(w, 'encoder.conv_out'));
  tap('z_enc', x);
  const z = conv1x1(g, '/quant_conv', x, under(w, 'quant_conv'));
  tap('z', z);
  const rows = reshape(g, '/quantize/rows', z, [0, config.codebookDim, -1]);
  const vectors = transpose(g, '/quantize/rows', rows, [0, 2, 1]);
  const codebook = transpose(g, '/quantize/codebook', unitCodebook(g, config, w), [1, 0]);
  const similarity = matMul(g, '/quantize', vectors, codebook);
  const ids = g.node('/quantize/ArgMax', 'ArgMax', [similarity], {
    attributes: { axis: { int: -1 }, keepdims: { int: 0 } },
  });
  g.output('ids', ids, 'i64', [1, 'tokens']);
}

/** Codebook rows scaled to unit length: what both directions use (editar.md 3.2). */
function unitCodebook(g: GraphBuilder, { codebookSize, codebookDim }: VqConfig, w: Lookup): Value {
  const raw = w('quantize.embedding.weight');
  return g.weight('quantize.embedding.unit', 'f32', [codebookSize, codebookDim], async () =>
    toBytes(unitRows(await raw.read(), codebookDim)),
  );
}

function unitRows(values: Float32Array, width: number): Float32Array {
  const unit = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += width) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += values[start + i] ** 2;
    const length = Math.max(Math.sqrt(squares), 1e-12);
    for (let i = 0; i < width; i++) unit[start + i] = values[start + i] / length;
  }
  return unit;
}

/** `ids` [1, h, w] → `features` [1, C, h, w]: everything at token resolution, all attention included. */
export function vqDecoderHead(g: GraphBuilder, config: VqConfig, w: Lookup, tap: Tap = () => undefined): void {
  const norm = ownStatistics(config);
  const ids = g.input('ids', 'i64', [1, 'rows', 'columns']);
  const codes = gather(g, '/quantize', unitCodebook(g, config, w), ids); // [1, h, w, codebookDim]
  let x = transpose(g, '/quantize/codes', codes, [0, 3, 1, 2]);
  x = conv1x1(g, '/post_quant_conv', x, under(w, 'post_quant_conv'));
  x = conv3x3(g, '/decoder/conv_in', x, under(w, 'decoder.conv_in'));
  tap('dec.conv_in', x);
  const width = levelChannels(config, config.chMult.length - 1);
  x = middle(g, '/decoder/mid', x, under(w, 'decoder.mid'), width, norm, (name, value) => tap(`dec.${name}`, value));
  tap('dec.mid', x);
  const weights = under(w, 'decoder.conv_blocks.0');
  for (let i = 0; i <= config.numResBlocks; i++) {
    const at = '/decoder/conv_blocks.0';
    x = resBlock(g, path(at, `res.${i}`), x, under(weights, `res.${i}`), width, width, norm);
    x = attentionBlock(g, path(at, `attn.${i}`), x, under(weights, `attn.${i}`), width, norm);
  }
  g.output('features', x, 'f32', [1, width, 'rows', 'columns']);
}

/** How the norms of the decoder's tail get their statistics. */
export type TailNorms = 'measured' | 'frozen';

/** `features` [1, C, h, w] → `pixels` [1, 3, h·f, w·f], about [-1, 1], not clamped.
 *
 * With `measured` norms every GroupNorm uses its own picture and the statistics come out as `statistics`
 * [norms, groups, 2] (mean, reciprocal deviation); with `frozen` norms they are an input, so that a band of rows is decoded
 * as part of the picture the statistics were measured on (editar.md 3.4). */
export function vqDecoderTail(
  g: GraphBuilder,
  config: VqConfig,
  w: Lookup,
  norms: TailNorms,
  tap: Tap = () => undefined,
): void {
  const width = levelChannels(config, config.chMult.length - 1);
  const features = g.input('features', 'f32', [1, width, 'rows', 'columns']);
  const dims = [tailNormCount(config), config.groups, 2];
  const measured: Value[] = [];
  const frozen = norms === 'frozen' ? g.input('statistics', 'f32', dims) : undefined;
  const norm = tailNorm(config, frozen, measured);
  let x = tailBlocks(g, config, w, features, norm, tap);
  x = swish(
    g,
    '/decoder/swish_out',
    norm(g, '/decoder/norm_out', x, under(w, 'decoder.norm_out'), levelChannels(config, 0)),
  );
  x = conv3x3(g, '/decoder/conv_out', x, under(w, 'decoder.conv_out'));
  g.output('pixels', x, 'f32', [1, 3, 'height', 'width']);
  if (!frozen) g.output('statistics', concat(g, '/decoder/statistics', measured, 0), 'f32', dims);
}

/** GroupNorms by their order in the graph. @param frozen statistics to use; left out: its own are added to `measured` */
function tailNorm(config: VqConfig, frozen: Value | undefined, measured: Value[]): Norm {
  let used = 0;
  return (g, at, x, weights, channels) => {
    const grouped = reshape(g, path(at, 'group'), x, [0, config.groups, -1]);
    const { mean, scale } = frozen
      ? frozenStatistics(g, at, frozen, used++)
      : measuredStatistics(g, at, grouped, config.normEps, measured);
    const centred = subtract(g, path(at, 'centre'), grouped, mean);
    const normed = multiply(g, path(at, 'scale'), centred, scale);
    const shape = g.node(path(at, 'Shape'), 'Shape', [x]);
    const restored = g.node(path(at, 'restore', 'Reshape'), 'Reshape', [normed, shape]);
    return affine(g, at, restored, weights, channels);
  };
}

/** The levels from the lowest up, each but the last twice as large as the one before; the head has the lowest's residual blocks. */
function tailBlocks(g: GraphBuilder, config: VqConfig, w: Lookup, features: Value, norm: Norm, tap: Tap): Value {
  const top = config.chMult.length - 1;
  let x = features;
  let from = levelChannels(config, top);
  for (let index = 0; index <= top; index++) {
    const to = levelChannels(config, top - index);
    const at = `/decoder/conv_blocks.${index}`;
    const weights = under(w, `decoder.conv_blocks.${index}`);
    for (let i = 0; index > 0 && i <= config.numResBlocks; i++) {
      x = resBlock(g, path(at, `res.${i}`), x, under(weights, `res.${i}`), i === 0 ? from : to, to, norm);
    }
    if (index < top) {
      x = upsampleNearest2(g, path(at, 'upsample'), x);
      x = conv3x3(g, path(at, 'upsample', 'conv'), x, under(weights, 'upsample.conv'));
      tap(`dec.block${index}_up`, x);
    } else tap(`dec.block${index}`, x);
    from = to;
  }
  return x;
}

/** GroupNorms after the cut: two per residual block of every level but the lowest, and the last one. */
export const tailNormCount = (config: VqConfig): number =>
  (config.chMult.length - 1) * (config.numResBlocks + 1) * 2 + 1;

interface Statistics {
  readonly mean: Value; // [1, groups, 1]
  readonly scale: Value; // [1, groups, 1], reciprocal standard deviation
}

function measuredStatistics(g: GraphBuilder, at: string, grouped: Value, eps: number, all: Value[]): Statistics {
  const mean = reduceMean(g, path(at, 'mean'), grouped, -1);
  const centred = subtract(g, path(at, 'deviation'), grouped, mean);
  const variance = reduceMean(g, path(at, 'variance'), multiply(g, path(at, 'square'), centred, centred), -1);
  const deviation = sqrt(g, path(at, 'sqrt'), add(g, path(at, 'eps'), variance, g.scalar(eps)));
  const scale = divide(g, path(at, 'reciprocal'), g.scalar(1), deviation);
  all.push(concat(g, path(at, 'statistics'), [mean, scale], 2));
  return { mean, scale };
}

function frozenStatistics(g: GraphBuilder, at: string, statistics: Value, index: number): Statistics {
  const own = slice(g, path(at, 'own'), statistics, index, index + 1, 0); // [1, groups, 2]
  return {
    mean: slice(g, path(at, 'own_mean'), own, 0, 1, 2),
    scale: slice(g, path(at, 'own_scale'), own, 1, 2, 2),
  };
}
