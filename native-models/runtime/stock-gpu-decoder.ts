import { readFile } from 'node:fs/promises';
import type * as Ort from 'onnxruntime-node';
import { ModelError } from '../errors.ts';
import { elementCount } from '../tensor/tensor.ts';
import type { DecoderSession, RowSlice } from './decoder-session.ts';
import { allocateArray, checkFeeds, type HostArray, type HostTensor, type TensorInfo } from './host-tensor.ts';
import { checkCacheSize, kvBytes, kvDims, type KvCache } from './kv-cache.ts';
import { isKvName, readKvLayout, type KvLayout } from './kv-layout.ts';
import { RunTracker } from './run-tracker.ts';
import type { Device, RunOptions, SessionOptions, Tensors } from './session.ts';
import { fromStock, openStockGraph, stockError, toStock, type StockGraph } from './stock-session.ts';

/** A cache of GPU tensors. They come into being as outputs of the first run, which therefore uploads zeros. */
class GpuCache implements KvCache {
  readonly hostVisible = false;
  readonly sliceable = false;
  readonly bytes: number;
  readonly layers: number;
  /** One per tensor of the layout; empty before the first run. */
  tensors: readonly Ort.Tensor[] = [];

  constructor(
    readonly layout: KvLayout,
    readonly rows: number,
    readonly capacity: number,
  ) {
    checkCacheSize(layout, rows, capacity, 'device');
    this.bytes = kvBytes(layout, rows, capacity);
    this.layers = layout.tensors.length / 2;
  }

  layer(): { key: HostArray; value: HostArray } {
    throw new ModelError('unsupported', 'this cache lies in device memory, which the host cannot read or write');
  }

  copyPositions(): Promise<void> {
    return Promise.reject(new ModelError('unsupported', 'positions of a cache in device memory cannot be copied'));
  }

  copyFrom(): Promise<void> {
    return this.copyPositions();
  }

  [Symbol.dispose](): void {
    for (const tensor of this.tensors) tensor.dispose();
    this.tensors = [];
  }
}

class StockGpuDecoder implements DecoderSession {
  readonly backend = 'stock';
  readonly device: Device;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #tracker: RunTracker;

  constructor(
    readonly stock: StockGraph,
    readonly layout: KvLayout,
  ) {
    this.device = stock.device;
    this.inputs = stock.inputs.filter((input) => !isKvName(input.name));
    this.outputs = stock.outputs.filter((output) => !isKvName(output.name));
    this.#tracker = new RunTracker(`the session of ${stock.graph}`);
  }

  createCache(rows: number, capacity: number): KvCache {
    return new GpuCache(this.layout, rows, capacity);
  }

  run(
    cache: KvCache,
    slice: RowSlice,
    feeds: Tensors,
    fetch: readonly string[],
    { signal }: RunOptions = {},
  ): Promise<Record<string, HostTensor>> {
    return this.#tracker.track(async () => {
      if (!(cache instanceof GpuCache) || cache.layout !== this.layout)
        throw new Error('the cache belongs to another session');
      if (slice.firstRow !== 0 || slice.rows !== cache.rows)
        throw new ModelError('unsupported', `on ${this.device} a run must use all ${cache.rows} rows of a cache`, {
          ...slice,
        });
      checkFeeds(this.stock.graph, this.inputs, this.outputs, feeds, fetch);
      signal?.throwIfAborted();
      try {
        return await this.#run(cache, feeds, fetch);
      } catch (error) {
        throw stockError(error, this.stock.graph, this.device, 'device-unavailable');
      }
    });
  }

  async #run(cache: GpuCache, feeds: Tensors, fetch: readonly string[]): Promise<Record<string, HostTensor>> {
    const { ort, session } = this.stock;
    const { tensors } = this.layout;
    const isFirst = cache.tensors.length === 0;
    const pasts = isFirst ? this.#zeros(cache) : cache.tensors;
    const allFeeds = Object.fromEntries(tensors.map(({ input }, i) => [input, pasts[i]]));
    for (const [name, tensor] of Object.entries(feeds)) allFeeds[name] = toStock(ort, tensor);
    const results = await session.run(allFeeds, [...fetch, ...tensors.map(({ output }) => output)]);
    // With output places set, the binding ignores tensors given for outputs and makes new ones: the device copies the
    // cache once per run. The C API, which binds the same memory twice, is used wherever it loads.
    cache.tensors = tensors.map(({ output }) => results[output]);
    for (const past of pasts) past.dispose();
    return Object.fromEntries(fetch.map((name) => [name, fromStock(results[name])]));
  }

  #zeros(cache: GpuCache): Ort.Tensor[] {
    const { ort } = this.stock;
    return this.layout.tensors.map((tensor) => {
      const dims = kvDims(tensor, cache.rows, cache.capacity);
      return toStock(ort, { dtype: tensor.dtype, dims, data: allocateArray(tensor.dtype, elementCount(dims)) });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (await this.#tracker.close()) await this.stock.session.release();
  }
}

/** Names of the cache's outputs, which the binding must know before it opens the graph, found in the bytes of the model:
 * names are stored as plain text, and weights in another file. */
async function presentNames(model: string | Uint8Array): Promise<string[]> {
  const bytes =
    typeof model === 'string' ? await readFile(model) : Buffer.from(model.buffer, model.byteOffset, model.length);
  return [...new Set(bytes.toString('latin1').match(/\bpresent\.\d+\.(?:key|value)/g) ?? [])];
}

/** Opens a graph with in-place caches on WebGPU with the stock binding; the cache stays on the device. */
export async function openStockGpuDecoder(
  model: string | Uint8Array,
  options: SessionOptions,
): Promise<DecoderSession> {
  const places = Object.fromEntries((await presentNames(model)).map((name) => [name, 'gpu-buffer' as const]));
  const stock = await openStockGraph(model, options, places);
  try {
    return new StockGpuDecoder(stock, readKvLayout(stock.graph, stock.inputs, stock.outputs));
  } catch (error) {
    await stock.session.release();
    throw error;
  }
}
