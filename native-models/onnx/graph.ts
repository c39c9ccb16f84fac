import { elementCount } from '../tensor/tensor.ts';
import type { ExternalData } from './external-data.ts';
import { outputName } from './names.ts';
import { encodeModel } from './proto.ts';
import type { Attribute, GraphProto, NodeProto, OnnxDim, OnnxDtype, TensorProto, ValueProto } from './proto.ts';

declare const valueBrand: unique symbol;
/** A value inside a graph: an input, an initializer, or what a node makes. */
export type Value = string & { readonly [valueBrand]: never };

/** An input that a node leaves out. */
export const none = '' as Value;

/** `com.microsoft` operators: fused and quantised kernels of ONNX Runtime. */
export const contrib = 'com.microsoft';

/** What most nodes leave at its default: the standard domain, no attributes, one output. */
export interface NodeOptions {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
}

type ConstantData = readonly number[] | Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

const arrayOf: Readonly<Record<OnnxDtype, (values: readonly number[]) => ArrayBufferView>> = {
  f32: (values) => Float32Array.from(values),
  i64: (values) => BigInt64Array.from(values, (value) => BigInt(value)),
  i32: (values) => Int32Array.from(values),
  u8: (values) => Uint8Array.from(values),
  i8: (values) => Int8Array.from(values),
  bool: (values) => Uint8Array.from(values),
  f16: () => {
    throw new Error('half-precision constants are not used');
  },
};

/** Collects inputs, weights and nodes of one graph. Functions that add nodes take values and return values; the builder
 * keeps no current position. Initializers live in the outermost graph, where branches see them too. */
export class GraphBuilder {
  readonly #inputs: ValueProto[] = [];
  readonly #outputs: ValueProto[] = [];
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: Map<string, TensorProto>;
  readonly #nodeNames: Set<string>;

  constructor(
    readonly name: string,
    readonly data: ExternalData,
    parent?: GraphBuilder,
  ) {
    this.#initializers = parent ? parent.#initializers : new Map();
    this.#nodeNames = parent ? parent.#nodeNames : new Set();
  }

  /** A graph for a branch of `If`: sees every value of this graph, adds its weights and constants to it. */
  branch(name: string): GraphBuilder {
    return new GraphBuilder(name, this.data, this);
  }

  input(name: string, dtype: OnnxDtype, dims: readonly OnnxDim[]): Value {
    this.#inputs.push({ name, dtype, dims });
    return name as Value;
  }

  /** Publishes `value` as an output called `name`. */
  output(name: string, value: Value, dtype: OnnxDtype, dims: readonly OnnxDim[]): void {
    this.#add({
      name: `/output/${name}`,
      op: 'Identity',
      domain: '',
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
    this.#outputs.push({ name, dtype, dims });
  }

  /** Declares `name`, which a node already makes under exactly that name (see `nodeInto`), as an output. */
  declareOutput(name: string, dtype: OnnxDtype, dims: readonly OnnxDim[]): void {
    this.#outputs.push({ name, dtype, dims });
  }

  /** A small constant, stored in the model and created once per dtype, shape and content. */
  constant(dtype: OnnxDtype, dims: readonly number[], values: ConstantData): Value {
    const view = Array.isArray(values) ? arrayOf[dtype](values) : (values as ArrayBufferView);
    const inline = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const name = constantName(dtype, dims, inline, values);
    if (!this.#initializers.has(name)) this.#initializers.set(name, { name, dtype, dims, bytes: { inline } });
    return name as Value;
  }

  scalar(value: number): Value {
    return this.constant('f32', [], [value]);
  }

  ints(...values: number[]): Value {
    return this.constant('i64', [values.length], values);
  }

  /** A weight in the external data file, produced by `read` when the file is written.
   * @param read row-major little-endian bytes of `dims` × `dtype` */
  weight(name: string, dtype: OnnxDtype, dims: readonly number[], read: () => Promise<Uint8Array>): Value {
    const length = elementCount(dims) * dtypeSize[dtype];
    const blob = this.data.place(name, length, read);
    return this.initializer({ name, dtype, dims, bytes: this.data.bytesOf(blob) });
  }

  initializer(tensor: TensorProto): Value {
    this.#initializers.set(tensor.name, tensor);
    return tensor.name as Value;
  }

  /** Adds a node with one output and returns it. */
  node(name: string, op: string, inputs: readonly Value[], options: NodeOptions = {}): Value {
    return this.nodes(name, op, inputs, { ...options, outputs: 1 })[0];
  }

  /** Adds a node with `options.outputs` outputs and returns them all. */
  nodes(name: string, op: string, inputs: readonly Value[], options: NodeOptions): Value[] {
    const outputs = Array.from({ length: options.outputs ?? 1 }, (_, index) => outputName(name, index) as Value);
    return this.nodeInto(name, op, inputs, outputs, options);
  }

  /** Adds a node whose outputs carry given names; an empty name is an output that is not wanted. */
  nodeInto(
    name: string,
    op: string,
    inputs: readonly Value[],
    outputs: readonly string[],
    options: Omit<NodeOptions, 'outputs'> = {},
  ): Value[] {
    this.#add({
      name,
      op,
      domain: options.domain ?? '',
      inputs,
      outputs,
      attributes: options.attributes ?? {},
    });
    return outputs as Value[];
  }

  toGraph(): GraphProto {
    return {
      name: this.name,
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: [],
      nodes: this.#nodes,
    };
  }

  /** Bytes of the finished `.onnx` file: opset 21 and com.microsoft 1, IR 10. */
  toModel(producer = 'editar-studio'): Uint8Array {
    return encodeModel({
      irVersion: 10,
      opsets: { '': 21, [contrib]: 1 },
      producer,
      graph: { ...this.toGraph(), initializers: [...this.#initializers.values()] },
    });
  }

  #add(node: NodeProto): void {
    if (this.#nodeNames.has(node.name)) throw new Error(`two nodes are called ${node.name}`);
    this.#nodeNames.add(node.name);
    this.#nodes.push(node);
  }
}

const dtypeSize: Readonly<Record<OnnxDtype, number>> = { f32: 4, f16: 2, i64: 8, i32: 4, u8: 1, i8: 1, bool: 1 };

/** Constants are named after what they hold, so that equal ones meet: a short list is spelled out, a long one hashed. */
function constantName(dtype: OnnxDtype, dims: readonly number[], bytes: Uint8Array, values: ConstantData): string {
  const shape = dims.length === 0 ? 'scalar' : dims.join('x');
  if (values.length <= 4) return `/constant/${dtype}/${shape}/${Array.from(values as ArrayLike<number>).join(',')}`;
  let hash = 0xcbf29ce484222325n; // FNV-1a, 64 bits
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return `/constant/${dtype}/${shape}/${hash.toString(16)}`;
}
