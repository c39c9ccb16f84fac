// The part of onnx.proto that our graphs use, written by hand: field numbers are those of onnx/onnx.proto3.

const textEncoder = new TextEncoder();

/** Appends protobuf fields to a growing byte buffer. */
class ProtoWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Field of wire type 0. Negative numbers take the ten-byte two's complement form that int64 fields need. */
  varint(field: number, value: number | bigint): this {
    this.#raw((BigInt(field) << 3n) | 0n);
    this.#raw(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.#raw((BigInt(field) << 3n) | 5n);
    this.#append(new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#raw((BigInt(field) << 3n) | 2n);
    this.#raw(BigInt(value.length));
    this.#append(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, textEncoder.encode(value));
  }

  #raw(value: bigint): void {
    const encoded: number[] = [];
    do {
      const low = Number(value & 0x7fn);
      value >>= 7n;
      encoded.push(value > 0n ? low | 0x80 : low);
    } while (value > 0n);
    this.#append(Uint8Array.from(encoded));
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }
}

/** Element types of ONNX values that our graphs use. */
export type OnnxDtype = 'f32' | 'f16' | 'i64' | 'i32' | 'u8' | 'i8' | 'bool';

/** Their numbers in the format (TensorProto.DataType). */
export const dataType: Readonly<Record<OnnxDtype, number>> = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7, bool: 9, f16: 10 };

/** A fixed size or the name of a size that is known at run time. */
export type OnnxDim = number | string;

/** An input or output of a graph. */
export interface ValueProto {
  readonly name: string;
  readonly dtype: OnnxDtype;
  readonly dims: readonly OnnxDim[];
}

/** Where an initializer's bytes lie: in the model itself, or in a file beside it. */
export type TensorBytes =
  { readonly inline: Uint8Array } | { readonly file: string; readonly offset: number; readonly length: number };

/** A weight or constant. */
export interface TensorProto {
  readonly name: string;
  readonly dtype: OnnxDtype;
  readonly dims: readonly number[];
  readonly bytes: TensorBytes;
}

/** A setting of a node. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly graph: GraphProto };

/** One operator with the names of what it takes and gives. */
export interface NodeProto {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph: the model's own, or a branch of `If`. */
export interface GraphProto {
  readonly name: string;
  readonly inputs: readonly ValueProto[];
  readonly outputs: readonly ValueProto[];
  readonly initializers: readonly TensorProto[];
  readonly nodes: readonly NodeProto[];
}

/** A whole `.onnx` file. */
export interface ModelProto {
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly graph: GraphProto;
}

function encodeDim(dim: OnnxDim): Uint8Array {
  const proto = new ProtoWriter();
  return (typeof dim === 'number' ? proto.varint(1, dim) : proto.text(2, dim)).finish();
}

function encodeValue(value: ValueProto): Uint8Array {
  const shape = new ProtoWriter();
  for (const dim of value.dims) shape.bytes(1, encodeDim(dim));
  const tensorType = new ProtoWriter().varint(1, dataType[value.dtype]).bytes(2, shape.finish()).finish();
  const type = new ProtoWriter().bytes(1, tensorType).finish();
  return new ProtoWriter().text(1, value.name).bytes(2, type).finish();
}

const encodeEntry = (key: string, value: string): Uint8Array => new ProtoWriter().text(1, key).text(2, value).finish();

function encodeTensor(tensor: TensorProto): Uint8Array {
  const proto = new ProtoWriter();
  for (const dim of tensor.dims) proto.varint(1, dim);
  proto.varint(2, dataType[tensor.dtype]).text(8, tensor.name);
  const { bytes } = tensor;
  if ('inline' in bytes) return proto.bytes(9, bytes.inline).finish();
  return proto
    .bytes(13, encodeEntry('location', bytes.file))
    .bytes(13, encodeEntry('offset', String(bytes.offset)))
    .bytes(13, encodeEntry('length', String(bytes.length)))
    .varint(14, 1)
    .finish();
}

function encodeAttribute(name: string, attribute: Attribute): Uint8Array {
  const proto = new ProtoWriter().text(1, name);
  if ('float' in attribute) return proto.float(2, attribute.float).varint(20, 1).finish();
  if ('int' in attribute) return proto.varint(3, attribute.int).varint(20, 2).finish();
  if ('text' in attribute) return proto.text(4, attribute.text).varint(20, 3).finish();
  if ('graph' in attribute) return proto.bytes(6, encodeGraph(attribute.graph)).varint(20, 5).finish();
  if ('floats' in attribute) {
    for (const value of attribute.floats) proto.float(7, value);
    return proto.varint(20, 6).finish();
  }
  for (const value of attribute.ints) proto.varint(8, value);
  return proto.varint(20, 7).finish();
}

function encodeNode(node: NodeProto): Uint8Array {
  const proto = new ProtoWriter();
  for (const input of node.inputs) proto.text(1, input);
  for (const output of node.outputs) proto.text(2, output);
  proto.text(3, node.name).text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) proto.bytes(5, encodeAttribute(name, attribute));
  if (node.domain !== '') proto.text(7, node.domain);
  return proto.finish();
}

function encodeGraph(graph: GraphProto): Uint8Array {
  const proto = new ProtoWriter();
  for (const node of graph.nodes) proto.bytes(1, encodeNode(node));
  proto.text(2, graph.name);
  for (const tensor of graph.initializers) proto.bytes(5, encodeTensor(tensor));
  for (const value of graph.inputs) proto.bytes(11, encodeValue(value));
  for (const value of graph.outputs) proto.bytes(12, encodeValue(value));
  return proto.finish();
}

/** The bytes of an `.onnx` file. Tensors with external bytes are referred to by file, offset and length, never read. */
export function encodeModel(model: ModelProto): Uint8Array {
  const proto = new ProtoWriter().varint(1, model.irVersion).text(2, model.producer).bytes(7, encodeGraph(model.graph));
  for (const [domain, version] of Object.entries(model.opsets)) {
    const opset = new ProtoWriter();
    if (domain !== '') opset.text(1, domain);
    proto.bytes(8, opset.varint(2, version).finish());
  }
  return proto.finish();
}
