import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { ModelError } from '../errors.ts';
import { allocateArray, type HostDtype, type TensorInfo } from './host-tensor.ts';
import { plainReason, toModelError } from './model-errors.ts';
import { handles, keepingAlive, OrtError, stringTable, type Handle, type OrtApi } from './ort-api.ts';
import { sessionConfig } from './session-config.ts';
import type { Device, SessionOptions } from './session.ts';
import { defaultThreads } from './threads.ts';
import { inTurn } from './turns.ts';

const dtypeOfCode: Readonly<Record<number, HostDtype>> = {
  1: 'f32',
  2: 'u8',
  3: 'i8',
  6: 'i32',
  7: 'i64',
  9: 'bool',
  10: 'f16',
};
const codeOfDtype = Object.fromEntries(Object.entries(dtypeOfCode).map(([code, dtype]) => [dtype, Number(code)]));

/** The runtime's number for an element type (ONNXTensorElementDataType). */
export const dtypeCode = (dtype: HostDtype): number => codeOfDtype[dtype];

/** An open native session with what its graph declares. */
export interface OrtSession {
  readonly handle: Handle;
  readonly graph: string; // file name, for messages
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** Dtype and dims of an OrtTensorTypeAndShapeInfo. */
export function readTensorInfo(api: OrtApi, info: Handle): { dtype: HostDtype; dims: (number | string)[] } {
  const code = new Int32Array(new ArrayBuffer(128), 0, 1);
  api.call('getTensorElementType', info, code);
  const dtype = dtypeOfCode[code[0]];
  if (!dtype)
    throw new ModelError('unsupported', `element type ${code[0]} of ONNX is not supported`, { code: code[0] });
  const rank = Number(api.create('getDimensionsCount', info));
  if (rank === 0) return { dtype, dims: [] };
  const sizes = handles(rank);
  const names = handles(rank);
  api.call('getDimensions', info, sizes, rank);
  api.call('getSymbolicDimensions', info, names, rank);
  const dims = [...sizes].map((size, i) => (BigInt.asIntN(64, size) < 0n ? api.text(names[i]) : Number(size)));
  return { dtype, dims };
}

function readInfos(api: OrtApi, session: Handle, side: 'Input' | 'Output'): TensorInfo[] {
  const count = Number(api.create(`sessionGet${side}Count`, session));
  return Array.from({ length: count }, (_, i) => {
    const namePointer = api.create(`sessionGet${side}Name`, session, i, api.defaultAllocator);
    const name = api.text(namePointer);
    api.call('allocatorFree', api.defaultAllocator, namePointer);
    const type = api.create(`sessionGet${side}TypeInfo`, session, i);
    try {
      const tensor = api.create('castTypeInfoToTensorInfo', type);
      if (!tensor) throw new ModelError('unsupported', `${side.toLowerCase()} "${name}" is not a tensor`, { name });
      return { name, ...readTensorInfo(api, tensor) };
    } finally {
      api.release('releaseTypeInfo', type);
    }
  });
}

function appendCuda(api: OrtApi, options: Handle, index: number): void {
  const cuda = api.create('createCudaProviderOptions');
  try {
    if (index > 0) {
      const [keys, values] = [stringTable(api, ['device_id']), stringTable(api, [String(index)])];
      api.call('updateCudaProviderOptions', cuda, keys, values, 1);
    }
    api.call('appendCudaProvider', options, cuda);
  } finally {
    api.release('releaseCudaProviderOptions', cuda);
  }
}

const providerNames = { dml: 'DML', coreml: 'CoreML', webgpu: 'WebGPU' } as const;

function appendProvider(api: OrtApi, options: Handle, device: Device, index: number): void {
  if (device === 'cpu') return;
  try {
    if (device === 'cuda') return appendCuda(api, options, index);
    const settings = index > 0 ? { device_id: String(index) } : {};
    const [keys, values] = [stringTable(api, Object.keys(settings)), stringTable(api, Object.values(settings))];
    api.call('appendProvider', options, providerNames[device], keys, values, keys.length);
  } catch (error) {
    if (!(error instanceof OrtError)) throw error;
    throw new ModelError(
      'device-unavailable',
      `${device} cannot start: ${plainReason(error)}`,
      { device },
      { cause: error },
    );
  }
}

function createOptions(api: OrtApi, options: SessionOptions): Handle {
  const handle = api.create('createSessionOptions');
  try {
    const threads = options.threads ?? defaultThreads();
    api.call('setIntraOpNumThreads', handle, threads);
    api.call('setInterOpNumThreads', handle, 1);
    api.call('setSessionLogSeverityLevel', handle, 4);
    // Patterns are remembered per input shape, and ours change between prefill and decode.
    api.call('disableMemPattern', handle);
    const config = { ...sessionConfig, ...options.config };
    for (const [key, value] of Object.entries(config)) api.call('addSessionConfigEntry', handle, key, value);
    appendProvider(api, handle, options.device ?? 'cpu', options.deviceIndex ?? 0);
    return handle;
  } catch (error) {
    api.release('releaseSessionOptions', handle);
    throw error;
  }
}

async function createSession(api: OrtApi, model: string | Uint8Array, options: Handle): Promise<Handle> {
  const out = handles(1);
  if (typeof model === 'string') {
    await keepingAlive([out], () => api.callAsync('createSession', api.env, model, options, out));
    return out[0];
  }
  const pinned = allocateArray('u8', model.length) as Uint8Array;
  pinned.set(model);
  await keepingAlive([out, pinned], () =>
    api.callAsync('createSessionFromArray', api.env, api.address(pinned), model.length, options, out),
  );
  return out[0];
}

/** Opens a graph from a file (with its external data beside it) or from bytes, without blocking the event loop.
 * Throws `pack-invalid` for a missing or broken file, `unsupported` for operators the device lacks, `device-unavailable`,
 * `out-of-memory`. */
export async function openOrtSession(
  api: OrtApi,
  model: string | Uint8Array,
  options: SessionOptions,
): Promise<OrtSession> {
  const graph = typeof model === 'string' ? basename(model) : 'graph in memory';
  if (typeof model === 'string')
    await access(model).catch((cause: unknown) => {
      throw new ModelError('pack-invalid', `graph file "${model}" cannot be read`, { file: model }, { cause });
    });
  return await inTurn(options.device ?? 'cpu', () => openGraph(api, model, graph, options));
}

async function openGraph(
  api: OrtApi,
  model: string | Uint8Array,
  graph: string,
  options: SessionOptions,
): Promise<OrtSession> {
  const native = createOptions(api, options);
  try {
    const handle = await createSession(api, model, native);
    try {
      return { handle, graph, inputs: readInfos(api, handle, 'Input'), outputs: readInfos(api, handle, 'Output') };
    } catch (error) {
      api.release('releaseSession', handle);
      throw error;
    }
  } catch (error) {
    throw toModelError(error, graph, options.device ?? 'cpu', 'pack-invalid');
  } finally {
    api.release('releaseSessionOptions', native);
  }
}
