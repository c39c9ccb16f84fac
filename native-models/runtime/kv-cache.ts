import { ModelError } from '../errors.ts';
import { elementCount } from '../tensor/tensor.ts';
import { allocateArray, hostDtypeBytes, viewAs, type HostArray } from './host-tensor.ts';
import type { KvLayout, KvTensor } from './kv-layout.ts';
import { checkMemory } from './memory.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';

/** Keys and values of every layer for `rows` sequences of up to `capacity` positions. A session writes into it; how many
 * positions of each row are filled is the caller's to know (and to give to the graph), so rewinding costs nothing. */
export interface KvCache extends Disposable {
  readonly rows: number;
  readonly capacity: number; // positions
  readonly layers: number;
  readonly bytes: number;
  /** Whether `layer` and the copies below work. */
  readonly hostVisible: boolean;
  /** Whether a run may use some of the rows only. */
  readonly sliceable: boolean;
  /** The live arrays of a layer, each [rows, heads, capacity, headDim]. Throws `unsupported` when not host visible. */
  layer(index: number): { readonly key: HostArray; readonly value: HostArray };
  /** Copies positions `start` to `start + count` of one row over another, in pieces that leave the event loop free. */
  copyPositions(fromRow: number, toRow: number, start: number, count: number): Promise<void>;
  /** The same from a row of another cache with the same layers. */
  copyFrom(source: KvCache, fromRow: number, toRow: number, start: number, count: number): Promise<void>;
}

/** Dims of one key or value tensor for `rows` rows. */
export const kvDims = (tensor: KvTensor, rows: number, capacity: number): number[] => [
  rows,
  tensor.heads,
  capacity,
  tensor.headDim,
];

const tensorBytes = (tensor: KvTensor, rows: number, capacity: number): number =>
  elementCount(kvDims(tensor, rows, capacity)) * hostDtypeBytes(tensor.dtype);

/** Bytes of a cache, before it is made. */
export const kvBytes = (layout: KvLayout, rows: number, capacity: number): number =>
  layout.tensors.reduce((sum, tensor) => sum + tensorBytes(tensor, rows, capacity), 0);

/** Throws `invalid-input` unless rows and capacity are positive integers, and `out-of-memory` when the host has no room
 * (what a device has is known only by trying). */
export function checkCacheSize(
  layout: KvLayout,
  rows: number,
  capacity: number,
  place: 'host' | 'device' = 'host',
): void {
  if (!Number.isInteger(rows) || !Number.isInteger(capacity) || rows < 1 || capacity < 1)
    throw new ModelError(
      'invalid-input',
      `a cache needs at least one row and one position, not ${rows} × ${capacity}`,
      {
        rows,
        capacity,
      },
    );
  if (place === 'host') checkMemory(`a cache of ${rows} rows × ${capacity} positions`, kvBytes(layout, rows, capacity));
}

/** One array per tensor, in few pieces of memory: every large piece makes V8 collect garbage, at once and on this thread. */
function allocateArrays(layout: KvLayout, rows: number, capacity: number): HostArray[] {
  const arrays: HostArray[] = [];
  let left: Uint8Array = new Uint8Array(0);
  const sizes = layout.tensors.map((tensor) => tensorBytes(tensor, rows, capacity));
  for (const [i, tensor] of layout.tensors.entries()) {
    const bytes = sizes[i];
    if (left.length < bytes) left = allocatePiece(sizes.slice(i));
    arrays.push(viewAs(tensor.dtype, left.subarray(0, bytes)));
    left = left.subarray(Math.ceil(bytes / alignment) * alignment);
  }
  return arrays;
}

const largestPiece = 2 ** 30; // bytes, but at least one tensor
const alignment = 64; // bytes, a cache line

/** Room for as many of the next tensors as one piece may hold. */
function allocatePiece(sizes: readonly number[]): Uint8Array {
  let needed = 0;
  for (const bytes of sizes) {
    const grown = needed + Math.ceil(bytes / alignment) * alignment;
    if (needed > 0 && grown > largestPiece) break;
    needed = grown;
  }
  try {
    return allocateArray('u8', needed) as Uint8Array;
  } catch (cause) {
    throw new ModelError('out-of-memory', `no ${needed} bytes for a cache`, { needed }, { cause });
  }
}

/** Copied between two turns of the event loop. Pages that were never written are made on the way, which takes longer than the copy. */
const pieceBytes = 2 * 2 ** 20;

/** A cache in typed arrays. */
export class HostKvCache implements KvCache {
  readonly hostVisible = true;
  readonly sliceable = true;
  readonly bytes: number;
  readonly layers: number;
  /** One array per tensor of the layout, in its order. */
  readonly arrays: readonly HostArray[];

  constructor(
    readonly layout: KvLayout,
    readonly rows: number,
    readonly capacity: number,
  ) {
    checkCacheSize(layout, rows, capacity);
    this.bytes = kvBytes(layout, rows, capacity);
    this.layers = layout.tensors.length / 2;
    this.arrays = allocateArrays(layout, rows, capacity);
  }

  layer(index: number): { key: HostArray; value: HostArray } {
    if (!(index in this.arrays)) throw new Error(`there is no layer ${index} among ${this.layers}`);
    return { key: this.arrays[index * 2], value: this.arrays[index * 2 + 1] };
  }

  copyPositions(fromRow: number, toRow: number, start: number, count: number): Promise<void> {
    return this.copyFrom(this, fromRow, toRow, start, count);
  }

  async copyFrom(source: KvCache, fromRow: number, toRow: number, start: number, count: number): Promise<void> {
    this.#checkCopy(source, fromRow, toRow, start, count);
    let pending = 0;
    for (const [i, { heads, headDim, dtype }] of this.layout.tensors.entries()) {
      const { key, value } = source.layer(i >> 1);
      const from = i % 2 === 0 ? key : value;
      for (let head = 0; head < heads; head++) {
        const at = ((fromRow * heads + head) * source.capacity + start) * headDim;
        const to = ((toRow * heads + head) * this.capacity + start) * headDim;
        this.arrays[i].set(from.subarray(at, at + count * headDim) as never, to);
        pending += headDim * count * hostDtypeBytes(dtype);
        if (pending < pieceBytes) continue;
        pending = 0;
        await yieldToEventLoop();
      }
    }
  }

  #checkCopy(source: KvCache, fromRow: number, toRow: number, start: number, count: number): void {
    const fits = start >= 0 && count >= 0 && start + count <= Math.min(this.capacity, source.capacity);
    const rowsExist = fromRow >= 0 && fromRow < source.rows && toRow >= 0 && toRow < this.rows;
    if (!fits || !rowsExist || source.layers !== this.layers)
      throw new Error(`cannot copy ${count} positions at ${start} from row ${fromRow} to row ${toRow}`);
  }

  [Symbol.dispose](): void {
    // Arrays are the garbage collector's; sessions that wrapped them release their own handles.
  }
}
