// ONNX Runtime's C API, called through koffi. The API is a table of function pointers to which releases only append, so a
// slot number found in one version holds in every later one. `ort-api.test.ts` proves each family of slots by a call.
import { open } from 'node:fs/promises';
import type * as Koffi from 'koffi';
import { companionsOf, ortLibraryPath } from './ort-library.ts';

/** A native object (OrtSession, OrtValue, …) or raw memory address; 0n is null. */
export type Handle = bigint;

const apiVersion = 16; // the newest slot below came with it

// name: [slot, argument types]; all of these return an OrtStatus*, null for success
const statusFunctions = {
  createEnv: [3, ['int', 'str', 'void *']],
  createSession: [7, ['void *', process.platform === 'win32' ? 'str16' : 'str', 'void *', 'void *']],
  createSessionFromArray: [8, ['void *', 'void *', 'size_t', 'void *', 'void *']],
  run: [9, ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *']],
  createSessionOptions: [10, ['void *']],
  disableMemPattern: [17, ['void *']],
  setSessionLogSeverityLevel: [22, ['void *', 'int']],
  setIntraOpNumThreads: [24, ['void *', 'int']],
  setInterOpNumThreads: [25, ['void *', 'int']],
  sessionGetInputCount: [30, ['void *', 'void *']],
  sessionGetOutputCount: [31, ['void *', 'void *']],
  sessionGetInputTypeInfo: [33, ['void *', 'size_t', 'void *']],
  sessionGetOutputTypeInfo: [34, ['void *', 'size_t', 'void *']],
  sessionGetInputName: [36, ['void *', 'size_t', 'void *', 'void *']],
  sessionGetOutputName: [37, ['void *', 'size_t', 'void *', 'void *']],
  createRunOptions: [39, ['void *']],
  runOptionsSetRunLogSeverityLevel: [41, ['void *', 'int']],
  runOptionsSetTerminate: [46, ['void *']],
  createTensorAsOrtValue: [48, ['void *', 'void *', 'size_t', 'int', 'void *']],
  createTensorWithData: [49, ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *']],
  getTensorMutableData: [51, ['void *', 'void *']],
  castTypeInfoToTensorInfo: [55, ['void *', 'void *']],
  getTensorElementType: [60, ['void *', 'void *']],
  getDimensionsCount: [61, ['void *', 'void *']],
  getDimensions: [62, ['void *', 'void *', 'size_t']],
  getSymbolicDimensions: [63, ['void *', 'void *', 'size_t']],
  getTensorTypeAndShape: [65, ['void *', 'void *']],
  createMemoryInfo: [68, ['str', 'int', 'int', 'int', 'void *']],
  createCpuMemoryInfo: [69, ['int', 'int', 'void *']],
  allocatorAlloc: [75, ['void *', 'size_t', 'void *']],
  allocatorFree: [76, ['void *', 'void *']],
  getAllocatorWithDefaultOptions: [78, ['void *']],
  addSessionConfigEntry: [130, ['void *', 'str', 'str']],
  createAllocator: [131, ['void *', 'void *', 'void *']],
  runWithBinding: [133, ['void *', 'void *', 'void *']],
  createIoBinding: [134, ['void *', 'void *']],
  bindInput: [136, ['void *', 'str', 'void *']],
  bindOutput: [137, ['void *', 'str', 'void *']],
  bindOutputToDevice: [138, ['void *', 'str', 'void *']],
  getBoundOutputValues: [140, ['void *', 'void *', 'void *', 'void *']],
  addRunConfigEntry: [165, ['void *', 'str', 'str']],
  synchronizeBoundInputs: [202, ['void *']],
  synchronizeBoundOutputs: [203, ['void *']],
  appendCudaProvider: [204, ['void *', 'void *']],
  createCudaProviderOptions: [205, ['void *']],
  updateCudaProviderOptions: [206, ['void *', 'void *', 'void *', 'size_t']],
  appendProvider: [216, ['void *', 'str', 'void *', 'void *', 'size_t']],
} as const satisfies Record<string, readonly [number, readonly string[]]>;

// these return nothing and take the object to release
const releaseFunctions = {
  releaseStatus: 93,
  releaseMemoryInfo: 94,
  releaseSession: 95,
  releaseValue: 96,
  releaseRunOptions: 97,
  releaseTypeInfo: 98,
  releaseTensorInfo: 99,
  releaseSessionOptions: 100,
  releaseAllocator: 132,
  releaseIoBinding: 135,
  releaseCudaProviderOptions: 208,
} as const;

type StatusFunction = keyof typeof statusFunctions;
type ReleaseFunction = keyof typeof releaseFunctions;
/** What native functions take. */
export type Argument = number | bigint | string | ArrayBufferView | null;

/** A failed call: the runtime's own error code and words. Callers turn it into a ModelError with what they know. */
export class OrtError extends Error {
  constructor(
    readonly code: OrtErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'OrtError';
  }
}

const errorCodes = [
  'ok',
  'fail',
  'invalid-argument',
  'no-such-file',
  'no-model',
  'engine-error',
  'runtime-exception',
  'invalid-protobuf',
  'model-loaded',
  'not-implemented',
  'invalid-graph',
  'provider-failed',
  'load-cancelled',
] as const;
type OrtErrorCode = (typeof errorCodes)[number];

/** The C API with errors as exceptions. One per process. */
export interface OrtApi {
  readonly version: string;
  readonly env: Handle;
  readonly defaultAllocator: Handle;
  readonly cpuMemory: Handle; // OrtMemoryInfo
  /** Calls on this thread. Throws OrtError. */
  call(name: StatusFunction, ...args: Argument[]): void;
  /** Calls on this thread a function whose last argument receives a handle, and returns it. */
  create(name: StatusFunction, ...args: Argument[]): Handle;
  /** Calls on a thread of koffi's, so that the event loop stays free. Memory behind `args` must stay referenced. */
  callAsync(name: StatusFunction, ...args: Argument[]): Promise<void>;
  release(name: ReleaseFunction, handle: Handle): void;
  /** Releases on a thread of koffi's what takes long to release: a session gives back all its memory. */
  releaseAsync(name: ReleaseFunction, handle: Handle): Promise<void>;
  /** Address of the first byte of an array made by `allocateArray`, or of a large typed array. */
  address(array: ArrayBufferView): Handle;
  /** A copy of native memory. */
  bytes(address: Handle, length: number): Uint8Array;
  text(address: Handle): string;
  /** Kept only to be referenced: without a reference garbage collection would unload the library under running code. */
  readonly library: unknown;
}

/** Room for handles, sizes and addresses that native code reads and writes; never on the V8 heap. */
export const handles = (length: number): BigUint64Array =>
  new BigUint64Array(new ArrayBuffer(Math.max(length * 8, 128)), 0, length);

const cString = new TextEncoder();
const storageOf = new WeakMap<BigUint64Array, readonly Uint8Array[]>();

/** A `char **` table of NUL-terminated strings, which live as long as the table does. */
export function stringTable(api: OrtApi, strings: readonly string[]): BigUint64Array {
  const storage = strings.map((text) => {
    const encoded = cString.encode(`${text}\0`);
    const pinned = new Uint8Array(new ArrayBuffer(Math.max(encoded.length, 128)));
    pinned.set(encoded);
    return pinned;
  });
  const pointers = handles(strings.length);
  storage.forEach((bytes, i) => (pointers[i] = api.address(bytes)));
  storageOf.set(pointers, storage);
  return pointers;
}

const kept = new Set<unknown>();

/** Keeps memory that native code uses by address from being collected until the work ends. */
export async function keepingAlive<T>(memory: readonly unknown[], work: () => Promise<T>): Promise<T> {
  kept.add(memory);
  try {
    return await work();
  } finally {
    kept.delete(memory);
  }
}

type NativeFunction = Koffi.KoffiFunc<(...args: Argument[]) => Handle | null>;

function bindTable(
  koffi: typeof Koffi.default,
  table: Handle,
): (slot: number, result: string, args: readonly string[]) => NativeFunction {
  return (slot, result, args) =>
    koffi.decode(koffi.decode(table, slot * 8, 'void *'), koffi.proto(result, [...args])) as NativeFunction;
}

/** Brings a file into the system's cache: loading a library blocks this thread, which then need not wait for a disk too. */
async function readThrough(path: string): Promise<void> {
  const file = await open(path, 'r');
  const piece = new Uint8Array(2 ** 20);
  try {
    while ((await file.read(piece)).bytesRead > 0);
  } finally {
    await file.close();
  }
}

interface Library {
  readonly version: string;
  readonly table: Handle; // OrtApi, the functions
  readonly references: unknown; // see `OrtApi.library`
}

async function openLibrary(koffi: typeof Koffi.default): Promise<Library> {
  const path = ortLibraryPath();
  await readThrough(path);
  const companions = companionsOf(path).map((companion) => koffi.load(companion));
  const library = koffi.load(path);
  const base = koffi.decode(library.func('OrtGetApiBase', 'void *', [])(), 'void *', 2) as [Handle, Handle];
  const version = (koffi.decode(base[1], koffi.proto('str', [])) as () => string)();
  const getApi = koffi.decode(base[0], koffi.proto('void *', ['uint32_t'])) as (version: number) => Handle | null;
  const table = getApi(apiVersion);
  if (!table) throw new Error(`ONNX Runtime ${version} does not offer version ${apiVersion} of its C API`);
  return { version, table, references: [library, ...companions] };
}

type Calls = Pick<OrtApi, 'call' | 'create' | 'callAsync' | 'release' | 'releaseAsync'>;

/** The functions of the table, with their errors as exceptions. */
function bindCalls(koffi: typeof Koffi.default, table: Handle): Calls {
  const bind = bindTable(koffi, table);
  const errorCode = bind(1, 'int', ['void *']);
  const errorMessage = bind(2, 'str', ['void *']);
  const statusCalls = new Map(
    Object.entries(statusFunctions).map(([name, [slot, args]]) => [name, bind(slot, 'void *', args)]),
  );
  const releaseCalls = new Map(
    Object.entries(releaseFunctions).map(([name, slot]) => [name, bind(slot, 'void', ['void *'])]),
  );
  const release = (name: ReleaseFunction, handle: Handle): void => {
    releaseCalls.get(name)!(handle);
  };
  const failure = (status: Handle): OrtError => {
    const code = errorCodes[Number(errorCode(status))] ?? 'fail';
    const message = String(errorMessage(status));
    release('releaseStatus', status);
    return new OrtError(code, message);
  };
  const call = (name: StatusFunction, ...args: Argument[]): void => {
    const status = statusCalls.get(name)!(...args);
    if (status) throw failure(status);
  };
  const out = handles(1);
  return {
    call,
    release,
    create(name, ...args) {
      call(name, ...args, out);
      return out[0];
    },
    async callAsync(name, ...args) {
      const status = await onThread(statusCalls.get(name)!, args);
      if (status) throw failure(status);
    },
    async releaseAsync(name, handle) {
      await onThread(releaseCalls.get(name)!, [handle]);
    },
  };
}

/** Calls on a thread of koffi's. */
const onThread = (call: NativeFunction, args: readonly Argument[]): Promise<Handle | null> =>
  new Promise((resolve, reject) => {
    call.async(...args, (error: unknown, result: Handle | null) => (error ? reject(error as Error) : resolve(result)));
  });

async function load(): Promise<OrtApi> {
  const { default: koffi } = await import('koffi');
  // ONNX Runtime needs deeper stacks than koffi's defaults (2 MiB for calls on this thread, 128 kiB for async ones).
  koffi.config({ sync_stack_size: 16 * 2 ** 20, async_stack_size: 16 * 2 ** 20, resident_async_pools: 2 });
  const { version, table, references } = await openLibrary(koffi);
  const calls = bindCalls(koffi, table);
  return {
    ...calls,
    version,
    env: calls.create('createEnv', 4, 'editar'), // 4: only fatal problems are printed; the rest arrive as errors
    defaultAllocator: calls.create('getAllocatorWithDefaultOptions'),
    cpuMemory: calls.create('createCpuMemoryInfo', 0, 0),
    address: (array) => koffi.address(array),
    bytes: (address, length) => koffi.decode(address, 'uint8_t', length) as Uint8Array,
    text: (address) => koffi.decode.string(address),
    library: references,
  };
}

let loading: Promise<OrtApi> | undefined;

/** Loads the library once. Rejects with a plain Error where koffi or the library cannot be loaded. */
export const loadOrtApi = (): Promise<OrtApi> => (loading ??= load());
