import { elementCount } from '../tensor/tensor.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';

/** A strided window on a run of elements; all numbers count elements. */
export interface StridedView {
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
}

/** Row-major without gaps. The stride of a dimension of size 1 does not matter. */
export function isContiguous({ dims, strides }: StridedView): boolean {
  let expected = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (dims[axis] !== 1 && strides[axis] !== expected) return elementCount(dims) === 0;
    expected *= dims[axis];
  }
  return true;
}

/** Elements from the first to the last one touched; 0 for an empty tensor. Strides must not be negative. */
export function span({ dims, strides }: StridedView): number {
  if (dims.includes(0)) return 0;
  return dims.reduce((last, dim, axis) => last + (dim - 1) * strides[axis], 1);
}

type Words = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

function words(bytes: Uint8Array, size: number): Words {
  const { buffer, byteOffset, byteLength } = bytes;
  if (size === 1) return bytes;
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (size === 4) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  return new BigUint64Array(buffer, byteOffset, byteLength / 8);
}

/** Elements copied between two turns of the event loop: some 10 ms. */
const elementsPerSlice = 2 ** 20;

/** Copies a strided view into row-major order, with pauses. `bytes` starts at the view's first element (so `offset` is not used) and
 * is aligned to `elementBytes`, which is 1, 2, 4 or 8. */
export async function gather(
  bytes: Uint8Array,
  elementBytes: number,
  { dims, strides }: StridedView,
): Promise<Uint8Array> {
  const packed = new Uint8Array(elementCount(dims) * elementBytes);
  const from = words(bytes, elementBytes);
  const to = words(packed, elementBytes);
  const index = dims.map(() => 0);
  let position = 0;
  for (let i = 0; i < to.length; i++) {
    if (i % elementsPerSlice === elementsPerSlice - 1) await yieldToEventLoop();
    to[i] = from[position];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      position += strides[axis];
      if (++index[axis] < dims[axis]) break;
      position -= dims[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return packed;
}
