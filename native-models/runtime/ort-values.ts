import { elementCount } from '../tensor/tensor.ts';
import { allocateArray, hostDtypeBytes, viewAs, type HostDtype, type HostTensor } from './host-tensor.ts';
import { handles, type Handle, type OrtApi } from './ort-api.ts';
import { dtypeCode, readTensorInfo } from './ort-session.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';

const copyChunk = 4 * 2 ** 20; // bytes; a few milliseconds each

/** Makes an OrtValue over memory that the caller keeps alive until the value is released. */
export function wrapMemory(
  api: OrtApi,
  memory: Handle, // OrtMemoryInfo
  address: Handle,
  dtype: HostDtype,
  dims: readonly number[],
): Handle {
  const shape = handles(dims.length);
  dims.forEach((dim, i) => (shape[i] = BigInt(dim)));
  const bytes = elementCount(dims) * hostDtypeBytes(dtype);
  return api.create('createTensorWithData', memory, address, bytes, shape, dims.length, dtypeCode(dtype));
}

/** A tensor in memory that does not move, and the OrtValue over it. Release the value, then drop the array. */
export interface PinnedTensor {
  readonly value: Handle;
  readonly tensor: HostTensor;
}

/** Wraps large feeds where they lie and copies small ones, whose arrays may live on the V8 heap. */
export function pinTensor(api: OrtApi, tensor: HostTensor): PinnedTensor {
  let { data } = tensor;
  if (data.byteLength <= 4096) {
    data = allocateArray(tensor.dtype, data.length);
    data.set(tensor.data as never);
  }
  return {
    value: wrapMemory(api, api.cpuMemory, api.address(data), tensor.dtype, tensor.dims),
    tensor: { ...tensor, data },
  };
}

async function copyBytes(api: OrtApi, address: Handle, length: number): Promise<Uint8Array> {
  if (length <= copyChunk) return api.bytes(address, length);
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += copyChunk) {
    bytes.set(api.bytes(address + BigInt(offset), Math.min(copyChunk, length - offset)), offset);
    await yieldToEventLoop();
  }
  return bytes;
}

/** Copies an OrtValue in CPU memory into an array of ours, in pieces. The value stays the caller's to release. */
export async function readValue(api: OrtApi, value: Handle): Promise<HostTensor> {
  const info = api.create('getTensorTypeAndShape', value);
  const { dtype, dims } = readTensorInfo(api, info);
  api.release('releaseTensorInfo', info);
  const sizes = dims as number[];
  const length = elementCount(sizes) * hostDtypeBytes(dtype);
  const bytes =
    length === 0 ? new Uint8Array(0) : await copyBytes(api, api.create('getTensorMutableData', value), length);
  return { dtype, dims: sizes, data: viewAs(dtype, bytes) };
}
