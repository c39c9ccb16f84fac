// Pieces that several networks share.
import { contrib } from './graph.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { fullWeight } from './linear.ts';
import type { WeightRef } from './linear.ts';
import { path } from './names.ts';
import {
  add,
  conv,
  divide,
  matMul,
  multiply,
  reduceMean,
  reshape,
  sigmoid,
  softmax,
  sqrt,
  subtract,
  transpose,
} from './ops.ts';

/** x · rsqrt(mean(x²) + eps) · weight over the last axis; statistics in fp32. */
export function rmsNorm(g: GraphBuilder, at: string, x: Value, weight: WeightRef, eps: number): Value {
  return g.node(path(at, 'SimplifiedLayerNormalization'), 'SimplifiedLayerNormalization', [x, fullWeight(g, weight)], {
    attributes: { epsilon: { float: eps }, axis: { int: -1 }, stash_type: { int: 1 } },
  });
}

/** sum = x + residual; normed = rmsNorm(sum). One kernel for the pair that opens every half of a transformer block. */
export function addThenRmsNorm(
  g: GraphBuilder,
  at: string,
  x: Value,
  residual: Value,
  weight: WeightRef,
  eps: number,
): { sum: Value; normed: Value } {
  const node = path(at, 'SkipSimplifiedLayerNormalization');
  const normed = `${node}/output_0`;
  const sum = `${node}/output_3`;
  g.nodeInto(node, 'SkipSimplifiedLayerNormalization', [x, residual, fullWeight(g, weight)], [normed, '', '', sum], {
    domain: contrib,
    attributes: { epsilon: { float: eps } },
  });
  return { normed: normed as Value, sum: sum as Value };
}

/** Shows an inner value to whoever compares it with a reference. */
export type Tap = (name: string, value: Value) => void;

/** Weights looked up by dotted name relative to one place in a checkpoint. */
export type Lookup = (name: string) => WeightRef;

/** Weights below a name. */
export const under =
  (weights: Lookup, prefix: string): Lookup =>
  (name) =>
    weights(`${prefix}.${name}`);

/** Numbers of a square convolution. */
export interface ConvOptions {
  readonly kernel: number; // pixels along one side
  readonly stride?: number; // default 1
  readonly pads?: readonly number[]; // top, left, bottom, right; default none
}

/** Convolution with the weights `name.weight` and `name.bias`. NCHW. */
export function convLayer(g: GraphBuilder, at: string, x: Value, weights: Lookup, options: ConvOptions): Value {
  return conv(g, at, x, fullWeight(g, weights('weight')), fullWeight(g, weights('bias')), options);
}

/** Keeps the size. */
export const conv3x3 = (g: GraphBuilder, at: string, x: Value, weights: Lookup): Value =>
  convLayer(g, at, x, weights, { kernel: 3, pads: [1, 1, 1, 1] });

/** Every pixel by itself. */
export const conv1x1 = (g: GraphBuilder, at: string, x: Value, weights: Lookup): Value =>
  convLayer(g, at, x, weights, { kernel: 1 });

/** x · sigmoid(x), in the form that ONNX Runtime fuses for any rank. */
export const swish = (g: GraphBuilder, at: string, x: Value): Value => multiply(g, at, x, sigmoid(g, at, x));

/** Numbers of a GroupNorm. */
export interface GroupNormConfig {
  readonly groups: number;
  readonly eps: number;
}

/** GroupNorm with affine weights over NCHW, statistics over the whole picture (biased variance). As reshape + instance norm + scale:
 * about a tenth faster on the CPU than the decomposed GroupNormalization operator. */
export function groupNorm(
  g: GraphBuilder,
  at: string,
  x: Value,
  weights: Lookup,
  channels: number,
  { groups, eps }: GroupNormConfig,
): Value {
  const ones = g.constant('f32', [groups], new Float32Array(groups).fill(1));
  const zeros = g.constant('f32', [groups], new Float32Array(groups));
  const grouped = reshape(g, path(at, 'group'), x, [0, groups, -1]);
  const normed = g.node(path(at, 'InstanceNormalization'), 'InstanceNormalization', [grouped, ones, zeros], {
    attributes: { epsilon: { float: eps } },
  });
  const shape = g.node(path(at, 'Shape'), 'Shape', [x]);
  const restored = g.node(path(at, 'restore', 'Reshape'), 'Reshape', [normed, shape]);
  return affine(g, at, restored, weights, channels);
}

/** GroupNorm with a single group, whose sums run over rows, then columns, then channels: one long fp32 sum over a whole picture loses
 * what is small beside its largest channel, in a way that depends on the picture. */
export function wholeNorm(
  g: GraphBuilder,
  at: string,
  x: Value,
  weights: Lookup,
  channels: number,
  eps: number,
): Value {
  const mean = meanOfAll(g, path(at, 'mean'), x);
  const centred = subtract(g, path(at, 'centre'), x, mean);
  const variance = meanOfAll(g, path(at, 'variance'), multiply(g, path(at, 'square'), centred, centred));
  const deviation = sqrt(g, path(at, 'sqrt'), add(g, path(at, 'eps'), variance, g.scalar(eps)));
  return affine(g, at, divide(g, path(at, 'scale'), centred, deviation), weights, channels);
}

/** Mean of NCHW over all but N, [n, 1, 1, 1]. */
const meanOfAll = (g: GraphBuilder, at: string, x: Value): Value =>
  [3, 2, 1].reduce((sum, axis) => reduceMean(g, path(at, String(axis)), sum, axis), x);

/** x · weight + bias per channel of NCHW. */
export function affine(g: GraphBuilder, at: string, x: Value, weights: Lookup, channels: number): Value {
  const weight = reshape(g, path(at, 'weight'), fullWeight(g, weights('weight')), [1, channels, 1, 1]);
  const bias = reshape(g, path(at, 'bias'), fullWeight(g, weights('bias')), [1, channels, 1, 1]);
  return add(g, at, multiply(g, at, x, weight), bias);
}

/** softmax(q kᵀ · scale) v over [batch, positions, channels]. */
export function plainAttention(g: GraphBuilder, at: string, q: Value, k: Value, v: Value, scale: number): Value {
  const scores = matMul(g, path(at, 'scores'), q, transpose(g, path(at, 'k'), k, [0, 2, 1]));
  const weights = softmax(g, at, multiply(g, path(at, 'scale'), scores, g.scalar(scale)));
  return matMul(g, path(at, 'values'), weights, v);
}
