import { type Dtype, dtypeBytes } from './dtype.ts';
import { yieldToEventLoop } from './yield.ts';

/** Typed array that holds the elements of a dtype as stored. f16 and bf16 stay bit patterns; bool is one byte each. */
export type RawArray =
  Float64Array | Float32Array | Uint16Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

type View = (buffer: ArrayBufferLike, offset: number, length: number) => RawArray;

const views: Readonly<Record<Dtype, View>> = {
  f64: (buffer, offset, length) => new Float64Array(buffer, offset, length),
  f32: (buffer, offset, length) => new Float32Array(buffer, offset, length),
  f16: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
  bf16: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
  i64: (buffer, offset, length) => new BigInt64Array(buffer, offset, length),
  i32: (buffer, offset, length) => new Int32Array(buffer, offset, length),
  i16: (buffer, offset, length) => new Int16Array(buffer, offset, length),
  i8: (buffer, offset, length) => new Int8Array(buffer, offset, length),
  u8: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
  bool: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
};

/** Little-endian bytes as a typed array of the dtype: a view when the address allows it, else a copy. Every machine this
 * runs on is little-endian. Throws a plain Error when the byte count is no multiple of the element size. */
export function asRawArray(dtype: Dtype, bytes: Uint8Array): RawArray {
  const size = dtypeBytes(dtype);
  if (bytes.byteLength % size !== 0) throw new Error(`${bytes.byteLength} bytes are no whole number of ${dtype}`);
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes); // slice() of a Buffer would be a view
  return views[dtype](aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}

/** Values widened between two turns of the event loop: some 10 ms. */
const valuesPerSlice = 2 ** 22;

/** `widenToFloat32` of a tensor of any size, with pauses. */
export async function widenInSlices(dtype: Dtype, bytes: Uint8Array): Promise<Float32Array> {
  const step = valuesPerSlice * dtypeBytes(dtype);
  if (dtype === 'f32' || bytes.length <= step) return widenToFloat32(dtype, bytes);
  const values = new Float32Array(bytes.length / dtypeBytes(dtype));
  for (let at = 0; at < bytes.length; at += step) {
    values.set(widenToFloat32(dtype, bytes.subarray(at, at + step)), at / dtypeBytes(dtype));
    await yieldToEventLoop();
  }
  return values;
}

/** Little-endian bytes of any dtype as fp32. Exact for f16, bf16, i8, i16, u8 and bool; f64, i32 and i64 round to
 * nearest. f32 input may be returned as a view of `bytes`. */
export function widenToFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array {
  const raw = asRawArray(dtype, bytes);
  if (raw instanceof Float32Array) return raw;
  if (raw instanceof BigInt64Array) return Float32Array.from(raw, Number);
  if (dtype === 'f16') return fromBits(raw as Uint16Array, halfBits());
  if (dtype === 'bf16') return fromBrainFloat(raw as Uint16Array);
  return new Float32Array(raw);
}

function fromBits(halves: Uint16Array, table: Uint32Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i]];
  return new Float32Array(bits.buffer);
}

function fromBrainFloat(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

let table: Uint32Array | undefined;

/** fp32 bit pattern of each of the 65,536 fp16 patterns; made once. */
const halfBits = (): Uint32Array =>
  (table ??= Uint32Array.from({ length: 65_536 }, (_, half) => halfToFloatBits(half)));

/** IEEE 754 binary16 → binary32. */
function halfToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f80_0000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // Subnormal: shift the leading one into the hidden place; each shift costs one exponent.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}
