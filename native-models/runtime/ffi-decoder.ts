import { ModelError } from '../errors.ts';
import type { DecoderSession, RowSlice } from './decoder-session.ts';
import { FfiBinding } from './ffi-binding.ts';
import { FfiDeviceCache, FfiHostCache, type DeviceMemory, type FfiCache } from './ffi-cache.ts';
import { asSession } from './ffi-session.ts';
import { checkFeeds, type HostTensor, type TensorInfo } from './host-tensor.ts';
import type { KvCache } from './kv-cache.ts';
import { isKvName, readKvLayout, type KvLayout } from './kv-layout.ts';
import { keepingAlive, loadOrtApi, type OrtApi } from './ort-api.ts';
import { withRunOptions } from './ort-run.ts';
import { RunTracker } from './run-tracker.ts';
import { toModelError } from './model-errors.ts';
import { RowsDecoder } from './rows-decoder.ts';
import { openOrtSession, type OrtSession } from './ort-session.ts';
import type { Device, RunOptions, SessionOptions, Tensors } from './session.ts';
import { inTurn } from './turns.ts';

// The runtime's names of device memory. Buffers of DirectML and WebGPU are known by opaque handles.
const memories: Readonly<Partial<Record<Device, { name: string; addressable: boolean }>>> = {
  cpu: { name: 'Cpu', addressable: true },
  cuda: { name: 'Cuda', addressable: true },
  dml: { name: 'DML', addressable: false },
  webgpu: { name: 'WebGPU_Buf', addressable: false },
};

function openDeviceMemory(api: OrtApi, session: OrtSession, device: Device, index: number): DeviceMemory {
  const memory = memories[device];
  if (!memory) throw new ModelError('unsupported', `a cache cannot lie in the memory of ${device}`, { device });
  const info = api.create('createMemoryInfo', memory.name, 0, index, 0);
  try {
    const allocator = api.create('createAllocator', session.handle, info);
    return { info, allocator, addressable: memory.addressable };
  } catch (error) {
    api.release('releaseMemoryInfo', info);
    throw error;
  }
}

const sameLayout = (a: KvLayout, b: KvLayout): boolean => JSON.stringify(a) === JSON.stringify(b);

class FfiDecoder implements DecoderSession {
  readonly backend = 'ffi';
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #tracker: RunTracker;
  readonly #caches = new Set<FfiCache>();
  readonly #borrowed = new Set<FfiCache>(); // caches of other sessions that this one has run on

  constructor(
    readonly api: OrtApi,
    readonly session: OrtSession,
    readonly layout: KvLayout,
    readonly device: Device,
    readonly memory: DeviceMemory | undefined,
  ) {
    this.inputs = session.inputs.filter((input) => !isKvName(input.name));
    this.outputs = session.outputs.filter((output) => !isKvName(output.name));
    this.#tracker = new RunTracker(`the session of ${session.graph}`);
  }

  createCache(rows: number, capacity: number): KvCache {
    const forget = (cache: FfiCache): void => void this.#caches.delete(cache);
    const { api, layout, memory } = this;
    const cache = memory
      ? new FfiDeviceCache(api, memory, layout, rows, capacity, forget)
      : new FfiHostCache(api, layout, rows, capacity, forget);
    this.#caches.add(cache);
    return cache;
  }

  run(
    cache: KvCache,
    slice: RowSlice,
    feeds: Tensors,
    fetch: readonly string[],
    options: RunOptions = {},
  ): Promise<Record<string, HostTensor>> {
    return this.#tracker.track(async () => {
      const own = this.#checkSlice(cache, slice);
      checkFeeds(this.session.graph, this.inputs, this.outputs, feeds, fetch);
      try {
        return await own.handles.use(() => inTurn(this.device, () => this.#run(own, slice, feeds, fetch, options)));
      } catch (error) {
        throw toModelError(error, this.session.graph, this.device, 'device-unavailable');
      }
    });
  }

  #checkSlice(cache: KvCache, { firstRow, rows }: RowSlice): FfiCache {
    const own = cache as FfiCache;
    if (!this.#caches.has(own)) this.#borrow(cache);
    if (firstRow < 0 || rows < 1 || firstRow + rows > cache.rows)
      throw new Error(`rows ${firstRow} to ${firstRow + rows} are not in a cache of ${cache.rows}`);
    if (rows !== cache.rows && !cache.sliceable)
      throw new ModelError('unsupported', `on ${this.device} a run must use all ${cache.rows} rows of a cache`, {
        firstRow,
        rows,
      });
    return own;
  }

  /** Host memory is any session's to extend, if it has the shape that the graph expects. */
  #borrow(cache: KvCache): void {
    const fits = cache instanceof FfiHostCache && !cache.handles.isReleased && sameLayout(cache.layout, this.layout);
    if (!fits || this.memory) throw new Error('the cache is disposed of or belongs to another session');
    for (const old of this.#borrowed) if (old.handles.isReleased) this.#borrowed.delete(old);
    this.#borrowed.add(cache);
  }

  async #run(
    cache: FfiCache,
    { firstRow, rows }: RowSlice,
    feeds: Tensors,
    fetch: readonly string[],
    options: RunOptions,
  ): Promise<Record<string, HostTensor>> {
    const { api, session } = this;
    const values = cache.handles.values(firstRow, rows);
    const binding = cache.handles.binding(
      session.handle,
      `${firstRow}+${rows}>${fetch.join()}`,
      () => new FfiBinding(api, session.handle, this.layout, values, fetch, this.device !== 'cpu'),
    );
    binding.prepare(feeds);
    await keepingAlive([this, cache, feeds], () =>
      withRunOptions(api, options, (native) => api.callAsync('runWithBinding', session.handle, native, binding.handle)),
    );
    return binding.readOutputs();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!(await this.#tracker.close())) return;
    for (const cache of [...this.#caches]) cache[Symbol.dispose]();
    for (const cache of this.#borrowed) cache.handles.forget(this.session.handle);
    if (this.memory) {
      this.api.release('releaseAllocator', this.memory.allocator);
      this.api.release('releaseMemoryInfo', this.memory.info);
    }
    await inTurn(this.device, () => this.api.releaseAsync('releaseSession', this.session.handle));
  }
}

/** Opens a graph with a cache through the C API. Rejects with a plain Error where that cannot be loaded, else as
 * `openDecoder`. */
export async function openFfiDecoder(model: string | Uint8Array, options: SessionOptions): Promise<DecoderSession> {
  const api = await loadOrtApi();
  const device = options.device ?? 'cpu';
  const session = await openOrtSession(api, model, options);
  try {
    const layout = readKvLayout(session.graph, session.inputs, session.outputs);
    if (layout.form === 'rows') return new RowsDecoder(asSession(api, session, device), layout);
    const place = options.cacheMemory ?? (device === 'cpu' || device === 'coreml' ? 'host' : 'device');
    const memory = place === 'device' ? openDeviceMemory(api, session, device, options.deviceIndex ?? 0) : undefined;
    return new FfiDecoder(api, session, layout, device, memory);
  } catch (error) {
    api.release('releaseSession', session.handle);
    throw toModelError(error, session.graph, device, 'device-unavailable');
  }
}
