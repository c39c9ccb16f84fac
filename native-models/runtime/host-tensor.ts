import { ModelError } from '../errors.ts';
import { elementCount } from '../tensor/tensor.ts';
import type { FloatTensor } from '../tensor/tensor.ts';

/** Element types that graphs take and give. `bool` is one byte of 0 or 1; `f16` is kept as its 16 bits. */
export type HostDtype = 'f32' | 'i64' | 'i32' | 'u8' | 'i8' | 'bool' | 'f16';

/** The arrays that elements lie in. */
export type HostArray = Float32Array | BigInt64Array | Int32Array | Uint8Array | Int8Array | Uint16Array;

/** A dense row-major tensor in memory that JavaScript can read and write. */
export interface HostTensor {
  readonly dtype: HostDtype;
  readonly dims: readonly number[];
  readonly data: HostArray; // i64 in BigInt64Array, f16 in Uint16Array, bool in Uint8Array
}

/** What a graph says about one of its inputs or outputs: a dim is a number, or the name of a size known at run time. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: HostDtype;
  readonly dims: readonly (number | string)[];
}

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): HostArray;
}

const arrayTypes: Readonly<Record<HostDtype, ArrayType>> = {
  f32: Float32Array,
  i64: BigInt64Array,
  i32: Int32Array,
  u8: Uint8Array,
  i8: Int8Array,
  bool: Uint8Array,
  f16: Uint16Array,
};

/** Bytes of one element. */
export const hostDtypeBytes = (dtype: HostDtype): number => arrayTypes[dtype].BYTES_PER_ELEMENT;

/** A zero-filled array for `length` elements that native code may hold on to: its bytes are never on the V8 heap (where
 * small typed arrays live and move), and stay where they are as long as the array is referenced.
 * Throws RangeError when the memory cannot be had. */
export function allocateArray(dtype: HostDtype, length: number): HostArray {
  const type = arrayTypes[dtype];
  return new type(new ArrayBuffer(Math.max(length * type.BYTES_PER_ELEMENT, 128)), 0, length);
}

/** The bytes of `bytes` seen as elements of `dtype`; no copy. */
export const viewAs = (dtype: HostDtype, bytes: Uint8Array): HostArray =>
  new arrayTypes[dtype](bytes.buffer, bytes.byteOffset, bytes.byteLength / hostDtypeBytes(dtype));

/** Ids or other whole numbers as graphs take them. */
export const wholeNumbers = (values: Int32Array, dims: readonly number[]): HostTensor => ({
  dtype: 'i64',
  dims,
  data: BigInt64Array.from(values, (value) => BigInt(value)),
});

/** A graph's numbers as the rest of the library passes them on. @param tensor of fp32 */
export const asFloats = ({ dims, data }: HostTensor): FloatTensor => ({ dims, data: data as Float32Array });

const describe = (dtype: string, dims: readonly (number | string)[]): string => `${dtype} [${dims.join(', ')}]`;

function feedProblem(info: TensorInfo, feed: HostTensor | undefined): string | undefined {
  const wanted = describe(info.dtype, info.dims);
  if (!feed) return `input "${info.name}" (${wanted}) is missing`;
  const given = describe(feed.dtype, feed.dims);
  const fits =
    feed.dtype === info.dtype &&
    feed.dims.length === info.dims.length &&
    info.dims.every((dim, i) => typeof dim === 'string' || dim === feed.dims[i]);
  if (!fits) return `input "${info.name}" should be ${wanted}, not ${given}`;
  if (!(feed.data instanceof arrayTypes[info.dtype]))
    return `input "${info.name}" (${given}) has its data in a ${feed.data.constructor.name}`;
  const count = elementCount(feed.dims);
  if (feed.data.length !== count)
    return `input "${info.name}" (${given}) needs ${count} values, not ${feed.data.length}`;
  return undefined;
}

/** Compares feeds and wanted outputs with what a graph declares.
 * Throws `invalid-input` with one message that lists every problem: names, dtypes and dims, never contents. */
export function checkFeeds(
  graph: string,
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  feeds: Readonly<Record<string, HostTensor>>,
  fetch: readonly string[],
): void {
  const names = new Set(inputs.map((input) => input.name));
  const produced = new Set(outputs.map((output) => output.name));
  const problems = [
    ...inputs.map((input) => feedProblem(input, feeds[input.name])),
    ...Object.keys(feeds).map((name) => (names.has(name) ? undefined : `there is no input "${name}"`)),
    ...fetch.map((name) => (produced.has(name) ? undefined : `there is no output "${name}"`)),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0)
    throw new ModelError('invalid-input', `${graph} cannot run: ${problems.join('; ')}`, { graph, problems });
}
