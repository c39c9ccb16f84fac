import type { TensorSource } from '../checkpoint/checkpoint.ts';
import { ModelError } from '../errors.ts';
import type { Lookup } from '../onnx/blocks.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';

/** A checkpoint file that lies in the pack itself, under another name. */
export interface LinkedFile {
  readonly source: string; // path of the checkpoint
  readonly file: string; // name inside the pack
}

/** Checkpoint tensors as graph functions ask for them. Values that are not finite are refused when they are read.
 * @param linked when given, fp32 tensors that this file stores contiguously are used where they lie */
export function lookupIn(source: TensorSource, linked?: LinkedFile): Lookup {
  return (name) => {
    const { dims, dtype, location } = source.info(name);
    const inPlace = linked && location && dtype === 'f32' && location.file === linked.source;
    return {
      name,
      dims,
      read: async () => checkFinite(await source.read(name), name, location?.file ?? source.name),
      ...(inPlace && { location: { file: linked.file, offset: location.offset } }),
    };
  };
}

/** Values looked at between two turns of the event loop: some 10 ms. */
const valuesPerSlice = 2 ** 23;

/** @throws ModelError `checkpoint-invalid` naming the file, the tensor and the first value that is not a finite number */
async function checkFinite(values: Float32Array, tensor: string, file: string): Promise<Float32Array> {
  for (let from = 0; from < values.length; from += valuesPerSlice) {
    const to = Math.min(from + valuesPerSlice, values.length);
    for (let i = from; i < to; i++) {
      if (!Number.isFinite(values[i])) {
        const reason = `tensor ${tensor} holds ${values[i]} at index ${i}`;
        throw new ModelError('checkpoint-invalid', `${file}: ${reason}`, { file, tensor });
      }
    }
    await yieldToEventLoop();
  }
  return values;
}
