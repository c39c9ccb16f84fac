import type { Dtype } from '../tensor/dtype.ts';

/** Bytes that can be read by range: a file today, an HTTP resource later. Nothing is read before it is asked for. */
export interface ByteSource extends AsyncDisposable {
  /** What to call it in messages: a path or URL. */
  readonly name: string;
  readonly size: number; // bytes
  /** Exactly `length` bytes from `offset`. Throws `checkpoint-invalid` when the range is not inside the source. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface TensorInfo {
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** Where the bytes lie when they are contiguous, little-endian, row-major and stored uncompressed in one file: then a
   * graph can point straight into that file. */
  readonly location?: { readonly file: string; readonly offset: number; readonly bytes: number };
}

/** A published weights file, opened but not read: names and shapes first, one tensor's values when asked. */
export interface Checkpoint extends AsyncDisposable {
  readonly name: string;
  names(): readonly string[];
  /** Throws `checkpoint-mismatch` for a name that is not there. */
  info(name: string): TensorInfo;
  /** The values widened (or narrowed from f64) to fp32, row-major, strides resolved. */
  read(name: string): Promise<Float32Array>;
  /** The values as stored: row-major little-endian bytes of `info(name).dtype`. */
  readRaw(name: string): Promise<Uint8Array>;
  /** Plain numbers, strings and booleans found beside the tensors (`args` of a PyTorch file), by dotted path. */
  readonly settings: Readonly<Record<string, number | string | boolean | null>>;
}
