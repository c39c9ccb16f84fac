import { ModelError } from '../errors.ts';
import { type Dtype, dtypeBytes } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import { asRawArray, type RawArray } from '../tensor/widen.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openCheckpoint } from './open-checkpoint.ts';

/** A tensor in the element type of its file. */
export interface RawTensor {
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** Row-major elements as stored: f16 and bf16 as bit patterns in a Uint16Array, bool as bytes. */
  readonly data: RawArray;
}

const maxBytes = 2 ** 30;

/** Every tensor of a small file (test vectors, calibration data) at once, in the file's own element types. Throws what
 * `openCheckpoint` throws, and `invalid-input` for more than 1 GiB of values. */
export async function readTensors(path: string): Promise<ReadonlyMap<string, RawTensor>> {
  await using checkpoint = await openCheckpoint(path);
  const needed = totalBytes(checkpoint);
  if (needed > maxBytes) {
    throw new ModelError('invalid-input', `${path}: ${needed} bytes are too many to read at once`, {
      needed,
      maxBytes,
    });
  }
  const tensors = new Map<string, RawTensor>();
  for (const name of checkpoint.names()) {
    const { dtype, dims } = checkpoint.info(name);
    tensors.set(name, { dtype, dims, data: asRawArray(dtype, await checkpoint.readRaw(name)) });
  }
  return tensors;
}

function totalBytes(checkpoint: Checkpoint): number {
  const infos = checkpoint.names().map((name) => checkpoint.info(name));
  return infos.reduce((sum, { dtype, dims }) => sum + elementCount(dims) * dtypeBytes(dtype), 0);
}
