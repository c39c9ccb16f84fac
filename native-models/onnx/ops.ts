// One function per ONNX operator: values in, value out. `at` is the node's name.
import { contrib, none } from './graph.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { path } from './names.ts';
import { dataType } from './proto.ts';
import type { OnnxDtype } from './proto.ts';

type Binary = (g: GraphBuilder, at: string, a: Value, b: Value) => Value;
type Unary = (g: GraphBuilder, at: string, x: Value) => Value;

const binary =
  (op: string): Binary =>
  (g, at, a, b) =>
    g.node(path(at, op), op, [a, b]);
const unary =
  (op: string): Unary =>
  (g, at, x) =>
    g.node(path(at, op), op, [x]);

export const add = binary('Add');
export const subtract = binary('Sub');
export const multiply = binary('Mul');
export const divide = binary('Div');
export const matMul = binary('MatMul');
export const sigmoid = unary('Sigmoid');
export const sqrt = unary('Sqrt');
export const absolute = unary('Abs');
export const relu = unary('Relu');

/** Exponentials along one axis, divided by their sum. */
export function softmax(g: GraphBuilder, at: string, x: Value, axis = -1): Value {
  return g.node(path(at, 'Softmax'), 'Softmax', [x], { attributes: { axis: { int: axis } } });
}

/** @param dims 0 keeps the size of that axis, -1 takes what is left */
export function reshape(g: GraphBuilder, at: string, x: Value, dims: readonly number[]): Value {
  return g.node(path(at, 'Reshape'), 'Reshape', [x, g.ints(...dims)]);
}

/** @param order old axes, in their new order */
export function transpose(g: GraphBuilder, at: string, x: Value, order: readonly number[]): Value {
  return g.node(path(at, 'Transpose'), 'Transpose', [x], { attributes: { perm: { ints: order } } });
}

/** Values one after the other along an axis. */
export function concat(g: GraphBuilder, at: string, values: readonly Value[], axis: number): Value {
  return g.node(path(at, 'Concat'), 'Concat', values, { attributes: { axis: { int: axis } } });
}

/** Rows `indices` of a table: dims(indices) + dims(table)[1..]. */
export function gather(g: GraphBuilder, at: string, table: Value, indices: Value, axis = 0): Value {
  return g.node(path(at, 'Gather'), 'Gather', [table, indices], { attributes: { axis: { int: axis } } });
}

/** `x[..., from:to, ...]` along one axis; negative numbers count from the end. */
export function slice(g: GraphBuilder, at: string, x: Value, from: number, to: number, axis: number): Value {
  return g.node(path(at, 'Slice'), 'Slice', [x, g.ints(from), g.ints(to), g.ints(axis)]);
}

/** Whole numbers from `start` below `stop`, both scalars. */
export function range(g: GraphBuilder, at: string, start: Value, stop: Value): Value {
  return g.node(path(at, 'Range'), 'Range', [start, stop, g.constant('i64', [], [1])]);
}

/** Repeats axes of size 1 up to `dims`. */
export function expand(g: GraphBuilder, at: string, x: Value, dims: Value): Value {
  return g.node(path(at, 'Expand'), 'Expand', [x, dims]);
}

/** Parts of the given sizes along an axis. */
export function split(g: GraphBuilder, at: string, x: Value, sizes: readonly number[], axis: number): Value[] {
  return g.nodes(path(at, 'Split'), 'Split', [x, g.ints(...sizes)], {
    attributes: { axis: { int: axis } },
    outputs: sizes.length,
  });
}

/** The same numbers as another type. */
export function cast(g: GraphBuilder, at: string, x: Value, to: OnnxDtype): Value {
  return g.node(path(at, 'Cast'), 'Cast', [x], { attributes: { to: { int: dataType[to] } } });
}

/** Mean over one axis, which stays with size 1. */
export function reduceMean(g: GraphBuilder, at: string, x: Value, axis: number): Value {
  return g.node(path(at, 'ReduceMean'), 'ReduceMean', [x, g.ints(axis)], { attributes: { keepdims: { int: 1 } } });
}

/** x · sigmoid(x). */
export function silu(g: GraphBuilder, at: string, x: Value): Value {
  return g.node(path(at, 'QuickGelu'), 'QuickGelu', [x], { domain: contrib, attributes: { alpha: { float: 1 } } });
}

/** GELU in its tanh form. */
export function geluTanh(g: GraphBuilder, at: string, x: Value): Value {
  return g.node(path(at, 'Gelu'), 'Gelu', [x], { attributes: { approximate: { text: 'tanh' } } });
}

/** 2-D convolution with bias.
 * @param pads top, left, bottom, right */
export function conv(
  g: GraphBuilder,
  at: string,
  x: Value,
  weight: Value,
  bias: Value,
  options: { readonly kernel: number; readonly stride?: number; readonly pads?: readonly number[] },
): Value {
  const { kernel, stride = 1, pads = [0, 0, 0, 0] } = options;
  return g.node(path(at, 'Conv'), 'Conv', [x, weight, bias], {
    attributes: {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: pads },
    },
  });
}

/** Every pixel becomes a 2×2 block. NCHW. */
export function upsampleNearest2(g: GraphBuilder, at: string, x: Value): Value {
  const scales = g.constant('f32', [4], [1, 1, 2, 2]);
  return g.node(path(at, 'Resize'), 'Resize', [x, none, scales], {
    attributes: {
      mode: { text: 'nearest' },
      coordinate_transformation_mode: { text: 'asymmetric' },
      nearest_mode: { text: 'floor' },
    },
  });
}

/** Four channels after one another become the four pixels of a cell, rows first. NCHW: [n, 4c, h, w] → [n, c, 2h, 2w]. */
export function depthToSpace2(g: GraphBuilder, at: string, x: Value): Value {
  return g.node(path(at, 'DepthToSpace'), 'DepthToSpace', [x], {
    attributes: { blocksize: { int: 2 }, mode: { text: 'CRD' } },
  });
}
