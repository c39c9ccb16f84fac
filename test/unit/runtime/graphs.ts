// Small graphs for the tests of this folder.
import { expect } from 'vitest';
import { contrib, GraphBuilder, none, type Value } from '../../../native-models/onnx/graph.ts';
import { ExternalData } from '../../../native-models/onnx/external-data.ts';
import type { HostTensor } from '../../../native-models/runtime/host-tensor.ts';

export const newGraph = (): GraphBuilder => new GraphBuilder('test', new ExternalData('weights.data'));

/** `count` products of x [n, width] with w [width, width], one after the other. */
export function productChain(count: number, width: number): Uint8Array {
  const g = newGraph();
  const w = g.input('w', 'f32', [width, width]);
  let x = g.input('x', 'f32', ['n', width]);
  for (let i = 0; i < count; i++) x = g.node(`/product${i}`, 'MatMul', [x, w]);
  g.output('y', x, 'f32', ['n', width]);
  return g.toModel();
}

export interface AttentionGraph {
  readonly heads: number;
  readonly kvHeads?: number;
  readonly headDim?: number;
  readonly kv?: 'f32' | 'i8';
  readonly positionIds?: boolean;
  readonly bias?: boolean;
  /** Adds `is_first`: a first prompt then runs in fp32 without its past, and is quantised into the cache afterwards. */
  readonly firstInFull?: boolean;
}

const positions = 64;
const keyScale = 4 / 127;

const rotaryTable = (headDim: number, f: (angle: number) => number): Float32Array =>
  Float32Array.from({ length: (positions * headDim) / 2 }, (_, i) => {
    const [position, pair] = [Math.floor(i / (headDim / 2)), i % (headDim / 2)];
    return f(position * 10000 ** ((-2 * pair) / headDim));
  });

/** One layer of GroupQueryAttention with rotary embedding over a cache: qkv [batch, sequence, …], seqlens_k [batch], total []
 * → y. */
export function attentionGraph(options: AttentionGraph): Uint8Array {
  const { heads, kvHeads = heads, headDim = 64, kv = 'f32' } = options;
  const g = newGraph();
  const kvDims = ['batch', kvHeads, 'capacity', headDim] as const;
  const yDims = ['batch', 'sequence', heads * headDim] as const;
  const qkv = g.input('qkv', 'f32', ['batch', 'sequence', (heads + 2 * kvHeads) * headDim]);
  const past = [g.input('past_key_values.0.key', kv, kvDims), g.input('past_key_values.0.value', kv, kvDims)];
  const common = [
    g.input('seqlens_k', 'i32', ['batch']),
    g.input('total', 'i32', []),
    g.constant('f32', [positions, headDim / 2], rotaryTable(headDim, Math.cos)),
    g.constant('f32', [positions, headDim / 2], rotaryTable(headDim, Math.sin)),
  ];
  const extra = [
    options.positionIds ? g.input('position_ids', 'i64', ['batch', 'sequence']) : none,
    options.bias ? g.input('attention_bias', 'f32', [1, 1, 'sequence', 'total_sequence']) : none,
  ];
  const scale = g.constant('f32', [kvHeads, 1, headDim], new Float32Array(kvHeads * headDim).fill(keyScale));
  const attributes = {
    num_heads: { int: heads },
    kv_num_heads: { int: kvHeads },
    do_rotary: { int: 1 },
    rotary_interleaved: { int: 1 },
  };
  const quantised = {
    ...attributes,
    k_quant_type: { text: 'PER_CHANNEL' },
    v_quant_type: { text: 'PER_CHANNEL' },
    kv_cache_bit_width: { int: 8 },
  };
  const withPast = (b: GraphBuilder, outputs: readonly string[]): void => {
    const scales = kv === 'i8' ? [none, scale, scale] : [];
    const inputs = [qkv, none, none, ...past, ...common, ...extra, ...scales];
    b.nodeInto('/attention', 'GroupQueryAttention', inputs, outputs, {
      domain: contrib,
      attributes: kv === 'i8' ? quantised : attributes,
    });
  };
  const declare = (b: GraphBuilder, [y, key, value]: readonly string[]): void => {
    b.declareOutput(y, 'f32', yDims);
    b.declareOutput(key, kv, kvDims);
    b.declareOutput(value, kv, kvDims);
  };
  const outputs = ['y', 'present.0.key', 'present.0.value'];
  if (options.firstInFull) {
    const first = g.branch('first');
    const [y, ...fresh] = first.nodes('/first', 'GroupQueryAttention', [qkv, none, none, none, none, ...common], {
      domain: contrib,
      attributes,
      outputs: 3,
    });
    declare(first, [y, ...fresh.map((tensor, i) => quantiseInto(first, tensor, past[i], scale, i))]);
    const next = g.branch('next');
    const inner = ['next_y', 'next_key', 'next_value'];
    withPast(next, inner);
    declare(next, inner);
    g.nodeInto('/if', 'If', [g.input('is_first', 'bool', [])], outputs, {
      attributes: { then_branch: { graph: first.toGraph() }, else_branch: { graph: next.toGraph() } },
    });
  } else withPast(g, outputs);
  declare(g, outputs);
  return g.toModel();
}

function quantiseInto(g: GraphBuilder, fresh: Value, past: Value, scale: Value, index: number): Value {
  const at = `/quantise${index}`;
  const one = g.constant('f32', [], [1]);
  const zero = g.constant('i8', [], [0]);
  const codes = g.node(`${at}/q`, 'QuantizeLinear', [g.node(`${at}/div`, 'Div', [fresh, scale]), one, zero]);
  const length = g.node(`${at}/length`, 'Shape', [codes], { attributes: { start: { int: 2 }, end: { int: 3 } } });
  const rest = g.node(`${at}/rest`, 'Slice', [past, length, g.ints(2 ** 31), g.ints(2)]);
  return g.node(`${at}/concat`, 'Concat', [codes, rest], { attributes: { axis: { int: 2 } } });
}

/** A graph that only shows how its cache is used: y [batch] = sum over all of past 0 key + x; new rows = x. */
export function rowsGraph(): Uint8Array {
  const g = newGraph();
  const dims = ['batch', 2, 'capacity', 4] as const;
  const key = g.input('past_key_values.0.key', 'f32', dims);
  const value = g.input('past_key_values.0.value', 'f32', dims);
  const x = g.input('x', 'f32', ['batch', 2, 'sequence', 4]);
  const sum = g.node('/sum', 'ReduceSum', [key, g.ints(1, 2, 3)], { attributes: { keepdims: { int: 0 } } });
  const valueSum = g.node('/valueSum', 'ReduceSum', [value, g.ints(1, 2, 3)], { attributes: { keepdims: { int: 0 } } });
  g.output('y', sum, 'f32', ['batch']);
  g.output('z', valueSum, 'f32', ['batch']);
  g.output('present_rows.0.key', x, 'f32', ['batch', 2, 'sequence', 4]);
  g.output('present_rows.0.value', g.node('/neg', 'Neg', [x]), 'f32', ['batch', 2, 'sequence', 4]);
  return g.toModel();
}

export const f32 = (data: ArrayLike<number>, dims: readonly number[]): HostTensor => ({
  dtype: 'f32',
  dims,
  data: Float32Array.from(data),
});
export const i32 = (data: readonly number[], dims: readonly number[] = [data.length]): HostTensor => ({
  dtype: 'i32',
  dims,
  data: Int32Array.from(data),
});
export const bool = (value: boolean): HostTensor => ({ dtype: 'bool', dims: [], data: Uint8Array.of(Number(value)) });

/** Numbers in [-1, 1) that look random. */
export function noise(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 30 - 1;
  });
}

export const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let max = 0;
  for (let i = 0; i < a.length; i++) max = Math.max(max, Math.abs(a[i] - b[i]));
  return max;
};
