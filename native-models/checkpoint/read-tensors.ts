import type { Dtype } from '../tensor/dtype.ts';
import { asRawArray, type RawArray } from '../tensor/widen.ts';
import { openCheckpoint } from './open-checkpoint.ts';

export interface RawTensor {
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** Row-major elements as stored: f16 and bf16 as bit patterns in a Uint16Array, bool as bytes. */
  readonly data: RawArray;
}

/** Every tensor of a small file (test vectors, calibration data) at once, in the file's own element types. Throws what
 * `openCheckpoint` throws. */
export async function readTensors(path: string): Promise<ReadonlyMap<string, RawTensor>> {
  await using checkpoint = await openCheckpoint(path);
  const tensors = new Map<string, RawTensor>();
  for (const name of checkpoint.names()) {
    const { dtype, dims } = checkpoint.info(name);
    tensors.set(name, { dtype, dims, data: asRawArray(dtype, await checkpoint.readRaw(name)) });
  }
  return tensors;
}
