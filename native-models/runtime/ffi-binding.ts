import { allocateArray, type HostTensor } from './host-tensor.ts';
import type { KvLayout } from './kv-layout.ts';
import { handles, type Handle, type OrtApi } from './ort-api.ts';
import { pinTensor, readValue, wrapMemory, type PinnedTensor } from './ort-values.ts';
import type { Tensors } from './session.ts';

const wrapFrom = 2 ** 20; // bytes; smaller feeds are copied to a place that stays bound

const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);

/** An OrtIoBinding for runs on one slice of one cache that fetch the same outputs: past and present are the same memory,
 * so the graph extends the cache in place; between runs only the small feeds change. */
export class FfiBinding {
  readonly handle: Handle;
  readonly #feeds = new Map<string, PinnedTensor>();

  constructor(
    readonly api: OrtApi,
    session: Handle,
    layout: KvLayout,
    values: readonly Handle[],
    readonly fetch: readonly string[],
    /** Inputs are copied to the device when they are bound, so a new value needs a new binding. */
    readonly rebindsFeeds: boolean,
  ) {
    this.handle = api.create('createIoBinding', session);
    for (const name of fetch) api.call('bindOutputToDevice', this.handle, name, api.cpuMemory); // first, to be read first
    for (const [i, { input, output }] of layout.tensors.entries()) {
      api.call('bindInput', this.handle, input, values[i]);
      api.call('bindOutput', this.handle, output, values[i]);
    }
  }

  /** Puts the inputs of the next run in place. */
  prepare(feeds: Tensors): void {
    // A bound output keeps the value of the last run, whose dims may not be those of the next.
    for (const name of this.fetch) this.api.call('bindOutputToDevice', this.handle, name, this.api.cpuMemory);
    for (const [name, tensor] of Object.entries(feeds)) this.#setFeed(name, tensor);
    this.api.call('synchronizeBoundInputs', this.handle);
  }

  #setFeed(name: string, tensor: HostTensor): void {
    const bound = this.#feeds.get(name);
    const isSmall = tensor.data.byteLength < wrapFrom;
    if (bound && isSmall && sameDims(bound.tensor.dims, tensor.dims)) {
      bound.tensor.data.set(tensor.data as never);
      if (this.rebindsFeeds) this.api.call('bindInput', this.handle, name, bound.value);
      return;
    }
    const pinned = isSmall ? this.#copyOf(tensor) : pinTensor(this.api, tensor);
    this.api.call('bindInput', this.handle, name, pinned.value);
    this.#feeds.set(name, pinned);
    if (bound) this.api.release('releaseValue', bound.value);
  }

  #copyOf(tensor: HostTensor): PinnedTensor {
    const { api } = this;
    const data = allocateArray(tensor.dtype, tensor.data.length);
    data.set(tensor.data as never);
    const value = wrapMemory(api, api.cpuMemory, api.address(data), tensor.dtype, tensor.dims);
    return { value, tensor: { ...tensor, data } };
  }

  /** Copies of the fetched outputs of the last run. */
  async readOutputs(): Promise<Record<string, HostTensor>> {
    const tensors: Record<string, HostTensor> = {};
    if (this.fetch.length === 0) return tensors;
    const { api } = this;
    api.call('synchronizeBoundOutputs', this.handle);
    const out = handles(2); // OrtValue**, count
    api.call('getBoundOutputValues', this.handle, api.defaultAllocator, api.address(out), api.address(out) + 8n);
    const table = api.bytes(out[0], Number(out[1]) * 8);
    const values = new BigUint64Array(table.buffer, table.byteOffset, Number(out[1]));
    try {
      for (const [i, name] of this.fetch.entries()) tensors[name] = await readValue(api, values[i]);
    } finally {
      for (const value of values) api.release('releaseValue', value);
      api.call('allocatorFree', api.defaultAllocator, out[0]);
    }
    return tensors;
  }

  release(): void {
    this.api.release('releaseIoBinding', this.handle);
    for (const { value } of this.#feeds.values()) this.api.release('releaseValue', value);
  }
}
