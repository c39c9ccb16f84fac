import type { Dtype } from '../tensor/dtype.ts';

/** Bytes that can be read by range: a file today, an HTTP resource later. Nothing is read before it is asked for. */
export interface ByteSource extends AsyncDisposable {
  /** What to call it in messages: a path or URL. */
  readonly name: string;
  /** The path, when the bytes are a file on this machine that a graph could point into. */
  readonly file?: string;
  readonly size: number; // bytes
  /** Exactly `length` bytes from `offset`, in a buffer of their own. Throws `checkpoint-invalid` when the range is not
   * inside the source. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What a file says of one of its tensors. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** Where the bytes lie when they are contiguous, little-endian, row-major and stored uncompressed in one file: then a
   * graph can point straight into that file. Such use skips the checksum that `read` verifies. */
  readonly location?: { readonly file: string; readonly offset: number; readonly bytes: number };
}

/** Named tensors: names and shapes at once, one tensor's values when asked. */
export interface TensorSource {
  /** What to call the file in messages: a path or URL. */
  readonly name: string;
  names(): readonly string[];
  /** Throws `checkpoint-mismatch` for a name that is not there. */
  info(name: string): TensorInfo;
  /** The values widened (or narrowed from f64) to fp32, row-major, strides resolved. */
  read(name: string): Promise<Float32Array>;
  /** The values as stored: row-major little-endian bytes of `info(name).dtype`. */
  readRaw(name: string): Promise<Uint8Array>;
}

/** A published weights file, opened but not read. */
export interface Checkpoint extends TensorSource, AsyncDisposable {
  /** Plain numbers, strings and booleans found beside the tensors (`args` of a PyTorch file), by dotted path from the
   * top of the file: `steps`, `args.cls_token_num`. No prototype, so any name is an ordinary key. */
  readonly settings: Readonly<Record<string, number | string | boolean | null>>;
}
