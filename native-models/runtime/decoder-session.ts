import type { HostTensor, TensorInfo } from './host-tensor.ts';
import type { KvCache } from './kv-cache.ts';
import type { KvLayout } from './kv-layout.ts';
import type { Backend, Device, RunOptions, Tensors } from './session.ts';

/** Rows of a cache that a run reads and extends. */
export interface RowSlice {
  readonly firstRow: number;
  readonly rows: number;
  /** Positions filled before the run. Only graphs of the `rows` form need it; the others are told by their inputs. */
  readonly past?: number;
}

/** A graph with `past_key_values.{i}.key/.value` inputs and outputs that extend them. The cache's own inputs and outputs
 * are bound by the session; `inputs` and `outputs` list the others. */
export interface DecoderSession extends AsyncDisposable {
  readonly device: Device;
  readonly backend: Backend;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly layout: KvLayout;
  /** An empty cache (zeroed, when host visible); dtype, heads and head size are the graph's. Throws `out-of-memory` {needed, free}. */
  createCache(rows: number, capacity: number): KvCache;
  /** Runs on some rows of a cache, which the graph extends where its inputs say. Runs on one cache must not overlap.
   * A cache in host memory may come from another session whose graph has the same cache.
   * Throws `invalid-input` naming every misfit, `out-of-memory`, `unsupported` for a slice of a cache that cannot be
   * sliced, or the signal's reason (the positions being written are then undefined; earlier ones are intact). */
  run(
    cache: KvCache,
    slice: RowSlice,
    feeds: Tensors,
    fetch: readonly string[],
    options?: RunOptions,
  ): Promise<Record<string, HostTensor>>;
}
