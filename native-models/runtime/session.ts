import type { HostTensor, TensorInfo } from './host-tensor.ts';

/** Where a graph runs. */
export type Device = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu';

/** `ffi`: ONNX Runtime's C API; does not block the event loop. `stock`: onnxruntime-node's own binding; blocks it. */
export type Backend = 'ffi' | 'stock';

/** Where and how a graph is opened. */
export interface SessionOptions {
  readonly device?: Device; // default cpu
  readonly deviceIndex?: number; // which of several of its kind; default 0
  readonly backend?: Backend; // default: ffi where it loads, else stock
  readonly threads?: number; // of one operator; default: see defaultThreads
  /** Decoders only: where the cache lies. Default: `host` on CPU and CoreML, `device` elsewhere. */
  readonly cacheMemory?: 'host' | 'device';
  readonly config?: Readonly<Record<string, string>>; // session config entries, passed through
}

/** How one run is stopped and set. */
export interface RunOptions {
  /** Stops the run at the next node boundary; `run` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly config?: Readonly<Record<string, string>>; // run config entries, passed through
}

/** Inputs or outputs by their names in the graph. */
export type Tensors = Readonly<Record<string, HostTensor>>;

/** A graph without state between runs. Runs may overlap; disposing waits for them. */
export interface Session extends AsyncDisposable {
  readonly device: Device;
  readonly backend: Backend;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs the part of the graph that `fetch` needs (default: all outputs). Feeds must not change until it resolves.
   * Throws `invalid-input` naming every misfit, `out-of-memory`, or the signal's reason. */
  run(feeds: Tensors, fetch?: readonly string[], options?: RunOptions): Promise<Record<string, HostTensor>>;
}
