import type { DecoderSession, RowSlice } from './decoder-session.ts';
import type { HostTensor, TensorInfo } from './host-tensor.ts';
import { HostKvCache, kvDims, type KvCache } from './kv-cache.ts';
import { isKvName, type KvLayout, type KvTensor } from './kv-layout.ts';
import type { Backend, Device, RunOptions, Session, Tensors } from './session.ts';

/** Writes the new positions [rows, heads, S, headDim] of one tensor into its cache array. */
function writeRows(
  cache: HostKvCache,
  index: number,
  tensor: KvTensor,
  { firstRow, rows }: RowSlice,
  past: number,
  fresh: HostTensor,
): void {
  const { heads, headDim } = tensor;
  const target = cache.arrays[index];
  const run = fresh.dims[2] * headDim;
  for (let i = 0; i < rows * heads; i++) {
    const to = ((firstRow * heads + i) * cache.capacity + past) * headDim;
    target.set(fresh.data.subarray(i * run, (i + 1) * run) as never, to);
  }
}

/** A decoder for graphs whose cache is only an input: they return the keys and values of the new positions
 * (`present_rows.{i}.key/.value` [B, H, S, D]), and the host writes these into the cache. Needs no tricks of the runtime,
 * so it also works through the stock binding; about 1.7 times slower attention than in-place caches. */
export class RowsDecoder implements DecoderSession {
  readonly device: Device;
  readonly backend: Backend;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];

  constructor(
    readonly session: Session,
    readonly layout: KvLayout,
  ) {
    this.device = session.device;
    this.backend = session.backend;
    this.inputs = session.inputs.filter((input) => !isKvName(input.name));
    this.outputs = session.outputs.filter((output) => !isKvName(output.name));
  }

  createCache(rows: number, capacity: number): KvCache {
    return new HostKvCache(this.layout, rows, capacity);
  }

  async run(
    cache: KvCache,
    slice: RowSlice,
    feeds: Tensors,
    fetch: readonly string[],
    options?: RunOptions,
  ): Promise<Record<string, HostTensor>> {
    const { firstRow, rows, past } = slice;
    if (!(cache instanceof HostKvCache) || cache.layout !== this.layout)
      throw new Error('the cache belongs to another session');
    if (past === undefined) throw new Error('a graph of the rows form needs slice.past, to know where its new rows go');
    if (firstRow < 0 || rows < 1 || firstRow + rows > cache.rows)
      throw new Error(`rows ${firstRow} to ${firstRow + rows} are not in a cache of ${cache.rows}`);
    const { tensors } = this.layout;
    const pasts = tensors.map((tensor, i) => [tensor.input, this.#past(cache, tensor, i, slice)] as const);
    const outputs = tensors.map((tensor) => tensor.output);
    const results = await this.session.run({ ...feeds, ...Object.fromEntries(pasts) }, [...fetch, ...outputs], options);
    for (const [i, tensor] of tensors.entries()) writeRows(cache, i, tensor, slice, past, results[tensor.output]);
    return Object.fromEntries(fetch.map((name) => [name, results[name]]));
  }

  #past(cache: HostKvCache, tensor: KvTensor, index: number, { firstRow, rows }: RowSlice): HostTensor {
    const row = tensor.heads * cache.capacity * tensor.headDim;
    const data = cache.arrays[index].subarray(firstRow * row, (firstRow + rows) * row);
    return { dtype: tensor.dtype, dims: kvDims(tensor, rows, cache.capacity), data };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.session[Symbol.asyncDispose]();
  }
}
