import { ModelError } from '../errors.ts';
import { elementCount } from '../tensor/tensor.ts';
import { giveBack } from './give-back.ts';
import { hostDtypeBytes, type HostArray } from './host-tensor.ts';
import { checkCacheSize, HostKvCache, kvBytes, kvDims, type KvCache } from './kv-cache.ts';
import type { KvLayout, KvTensor } from './kv-layout.ts';
import type { FfiBinding } from './ffi-binding.ts';
import { handles, type Handle, type OrtApi } from './ort-api.ts';
import { dtypeCode } from './ort-session.ts';
import { wrapMemory } from './ort-values.ts';

/** Native handles over a cache's memory, made once per slice of rows. They outlive the cache while a run uses them. */
export class CacheHandles {
  readonly #values = new Map<string, readonly Handle[]>();
  readonly #bindings = new Map<Handle, Map<string, FfiBinding>>();
  #running = false;
  #released = false;

  constructor(
    readonly api: OrtApi,
    readonly wrap: (firstRow: number, rows: number) => readonly Handle[],
    readonly free: () => void,
  ) {}

  /** One OrtValue per tensor of the layout, over the rows of the slice. */
  values(firstRow: number, rows: number): readonly Handle[] {
    const key = `${firstRow}+${rows}`;
    let values = this.#values.get(key);
    if (!values) this.#values.set(key, (values = this.wrap(firstRow, rows)));
    return values;
  }

  /** The binding of a session for a slice and outputs, made once. */
  binding(session: Handle, key: string, make: () => FfiBinding): FfiBinding {
    let bindings = this.#bindings.get(session);
    if (!bindings) this.#bindings.set(session, (bindings = new Map<string, FfiBinding>()));
    let binding = bindings.get(key);
    if (!binding) bindings.set(key, (binding = make()));
    return binding;
  }

  /** Releases the bindings of a session that closes before the cache does. */
  forget(session: Handle): void {
    for (const binding of this.#bindings.get(session)?.values() ?? []) binding.release();
    this.#bindings.delete(session);
  }

  get isReleased(): boolean {
    return this.#released;
  }

  /** Marks the cache as used until `work` ends. Overlapping runs or use after disposal are bugs. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#released) throw new Error('a cache is used after it was disposed of');
    if (this.#running) throw new Error('two runs on one cache overlap');
    this.#running = true;
    try {
      return await work();
    } finally {
      this.#running = false;
      if (this.#released) this.#releaseAll();
    }
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (!this.#running) this.#releaseAll();
  }

  #releaseAll(): void {
    for (const session of [...this.#bindings.keys()]) this.forget(session);
    for (const values of this.#values.values()) for (const value of values) this.api.release('releaseValue', value);
    this.free();
  }
}

/** A cache whose memory native code uses in place. */
export interface FfiCache extends KvCache {
  readonly handles: CacheHandles;
}

/** Typed arrays that the graph reads as its past and extends as its present, without copies. */
export class FfiHostCache extends HostKvCache implements FfiCache {
  readonly handles: CacheHandles;

  constructor(api: OrtApi, layout: KvLayout, rows: number, capacity: number, onRelease: (cache: FfiCache) => void) {
    super(layout, rows, capacity);
    const wrapRows = (firstRow: number, count: number): Handle[] =>
      layout.tensors.map((tensor, i) => {
        const rowBytes = elementCount(kvDims(tensor, 1, capacity)) * hostDtypeBytes(tensor.dtype);
        const address = api.address(this.arrays[i]) + BigInt(firstRow * rowBytes);
        return wrapMemory(api, api.cpuMemory, address, tensor.dtype, kvDims(tensor, count, capacity));
      });
    this.handles = new CacheHandles(api, wrapRows, () => {
      giveBack(this.arrays);
      onRelease(this);
    });
  }

  override [Symbol.dispose](): void {
    this.handles.release();
  }
}

const notVisible = (): never => {
  throw new ModelError('unsupported', 'this cache lies in device memory, which the host cannot read or write');
};

/** Where a device keeps its memory: the runtime's name for it, and whether its addresses can be computed with. */
export interface DeviceMemory {
  readonly info: Handle; // OrtMemoryInfo
  readonly allocator: Handle;
  readonly addressable: boolean;
}

interface Block {
  readonly address: Handle; // 0n for opaque memory
  readonly value: Handle; // over all rows; 0n for addressable memory
}

/** A cache in the memory of a device, which stays there between runs. */
export class FfiDeviceCache implements FfiCache {
  readonly hostVisible = false;
  readonly sliceable: boolean;
  readonly bytes: number;
  readonly layers: number;
  readonly handles: CacheHandles;
  #isWrapped = false; // then the values of opaque blocks are released with `handles`

  constructor(
    readonly api: OrtApi,
    readonly memory: DeviceMemory,
    readonly layout: KvLayout,
    readonly rows: number,
    readonly capacity: number,
    onRelease: (cache: FfiCache) => void,
  ) {
    checkCacheSize(layout, rows, capacity, 'device');
    this.sliceable = memory.addressable;
    this.bytes = kvBytes(layout, rows, capacity);
    this.layers = layout.tensors.length / 2;
    const blocks: Block[] = [];
    const free = (): void => {
      for (const block of blocks) this.#free(block);
      onRelease(this);
    };
    try {
      for (const tensor of layout.tensors) blocks.push(this.#allocate(tensor));
    } catch (cause) {
      for (const block of blocks) this.#free(block);
      throw new ModelError(
        'out-of-memory',
        `the device has no room for a cache of ${this.bytes} bytes`,
        { needed: this.bytes },
        { cause },
      );
    }
    this.handles = new CacheHandles(api, (firstRow, count) => this.#wrap(blocks, firstRow, count), free);
  }

  #allocate(tensor: KvTensor): Block {
    const { api, memory } = this;
    const dims = kvDims(tensor, this.rows, this.capacity);
    if (memory.addressable) {
      const bytes = elementCount(dims) * hostDtypeBytes(tensor.dtype);
      return { address: api.create('allocatorAlloc', memory.allocator, bytes), value: 0n };
    }
    const shape = handles(dims.length);
    dims.forEach((dim, i) => (shape[i] = BigInt(dim)));
    return {
      address: 0n,
      value: api.create('createTensorAsOrtValue', memory.allocator, shape, dims.length, dtypeCode(tensor.dtype)),
    };
  }

  #free(block: Block): void {
    if (block.address) this.api.call('allocatorFree', this.memory.allocator, block.address);
    else if (!this.#isWrapped) this.api.release('releaseValue', block.value);
  }

  #wrap(blocks: readonly Block[], firstRow: number, count: number): Handle[] {
    this.#isWrapped = true;
    return this.layout.tensors.map((tensor, i) => {
      if (!this.memory.addressable) return blocks[i].value;
      const rowBytes = elementCount(kvDims(tensor, 1, this.capacity)) * hostDtypeBytes(tensor.dtype);
      const address = blocks[i].address + BigInt(firstRow * rowBytes);
      return wrapMemory(this.api, this.memory.info, address, tensor.dtype, kvDims(tensor, count, this.capacity));
    });
  }

  layer(): { key: HostArray; value: HostArray } {
    return notVisible();
  }

  copyPositions(): Promise<void> {
    return Promise.reject(new ModelError('unsupported', 'positions of a cache in device memory cannot be copied'));
  }

  copyFrom(): Promise<void> {
    return this.copyPositions();
  }

  [Symbol.dispose](): void {
    this.handles.release();
  }
}
