import type { Dtype } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import {
  isTuple,
  PickleGlobal,
  PickleNamespace,
  PickleObject,
  type PickleTuple,
  type PickleValue,
} from './pickle-values.ts';
import type { PickleWorld } from './pickle.ts';
import { quoted, type Refusal } from './refusal.ts';
import { span, type StridedView } from './strides.ts';

/** A run of elements in a record `data/<key>` of the archive; not looked up until a tensor on it is wanted. */
class TorchStorage extends PickleObject {
  constructor(
    readonly dtype: Dtype,
    readonly key: string,
    readonly count: number, // elements
  ) {
    super();
  }
}

/** A window on a storage, proved to lie inside it. */
export class TorchTensor extends PickleObject {
  constructor(
    readonly storage: TorchStorage,
    readonly view: StridedView,
  ) {
    super();
  }
}

class StorageClass extends PickleGlobal {
  constructor(
    name: string,
    readonly dtype: Dtype,
  ) {
    super(name);
  }
}

const maxRank = 16;
/** A view with stride 0 may stand for more elements than its storage has; more than this is a memory bomb. */
const maxExpanded = 2 ** 22; // elements

const storageDtypes: Readonly<Record<string, Dtype>> = {
  FloatStorage: 'f32',
  DoubleStorage: 'f64',
  HalfStorage: 'f16',
  BFloat16Storage: 'bf16',
  LongStorage: 'i64',
  IntStorage: 'i32',
  ShortStorage: 'i16',
  CharStorage: 'i8',
  ByteStorage: 'u8',
  BoolStorage: 'bool',
};

/** Harmless things found in training arguments. They become an empty object that nothing looks into. */
const inertGlobals = [
  '_codecs encode',
  'torch Size',
  'torch device',
  ...['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'].map(
    (name) => `torch ${name}`,
  ),
  'pathlib Path',
  'pathlib PosixPath',
  'pathlib WindowsPath',
  'pathlib PurePosixPath',
  'numpy dtype',
  'numpy.core.multiarray scalar',
  'numpy._core.multiarray scalar',
];

const denseFirst = 'save it as a dense one first';
const floatFirst = 'save it as float32 first';

/** Tensor kinds PyTorch can save and no model here uses; they get a message of their own. */
const foreignTensors: Readonly<Record<string, string>> = {
  'torch._utils _rebuild_sparse_tensor': `a sparse tensor; ${denseFirst}`,
  'torch._utils _rebuild_sparse_csr_tensor': `a sparse tensor; ${denseFirst}`,
  'torch._utils _rebuild_qtensor': `a quantised tensor; ${floatFirst}`,
  'torch._utils _rebuild_nested_tensor': `a nested tensor; ${denseFirst}`,
  'torch._utils _rebuild_meta_tensor_no_storage': 'a tensor without values',
  'torch._utils _rebuild_tensor_v3': `a tensor of an element type that is not supported; ${floatFirst}`,
  'torch ComplexFloatStorage': `a tensor of complex numbers; ${floatFirst}`,
  'torch ComplexDoubleStorage': `a tensor of complex numbers; ${floatFirst}`,
};

/** The allow list of one PyTorch file, with what each global stands for (spec editar.md section 9). */
export function torchWorld(refusal: Refusal): PickleWorld {
  const globals = allowList(refusal);
  const storages = new Map<string, TorchStorage>();
  return {
    global(module, name) {
      const full = `${module} ${name}`;
      if (Object.hasOwn(foreignTensors, full)) throw refusal.unsupported(`it holds ${foreignTensors[full]}`);
      return globals.get(full);
    },
    persistent: (id) => storageOf(id, storages, refusal),
  };
}

function allowList(refusal: Refusal): ReadonlyMap<string, PickleGlobal> {
  const rebuild = (args: PickleTuple) => rebuildTensor(args, refusal);
  const unwrap = (args: PickleTuple) => wrappedTensor(args[0], refusal);
  const rebuildFunctions = [
    new PickleGlobal('torch._utils _rebuild_tensor', rebuild),
    new PickleGlobal('torch._utils _rebuild_tensor_v2', rebuild),
    new PickleGlobal('torch._utils _rebuild_parameter', unwrap),
    new PickleGlobal('torch._utils _rebuild_parameter_with_state', unwrap),
  ];
  const fromType = ([build, , args]: PickleTuple) => {
    const isKnown = rebuildFunctions.includes(build as PickleGlobal);
    if (!isKnown || !isTuple(args)) throw refusal.invalid('data.pkl rebuilds a tensor with a foreign function');
    return (build as PickleGlobal).call!(args);
  };
  const globals = [
    ...rebuildFunctions,
    new PickleGlobal('torch._tensor _rebuild_from_type_v2', fromType),
    ...['torch Tensor', 'torch.nn.parameter Parameter', 'torch.nn.parameter Buffer'].map(
      (name) => new PickleGlobal(name),
    ),
    ...Object.entries(storageDtypes).map(([name, dtype]) => new StorageClass(`torch ${name}`, dtype)),
    new PickleGlobal('collections OrderedDict', (args) => emptyDict(args, refusal)),
    new PickleGlobal('argparse Namespace', () => new PickleNamespace()),
    ...inertGlobals.map((name) => new PickleGlobal(name, () => new PickleObject())),
  ];
  return new Map(globals.map((global) => [global.name, global]));
}

function emptyDict(args: PickleTuple, refusal: Refusal): PickleValue {
  if (args.length > 0) throw refusal.invalid('data.pkl fills an OrderedDict in a way PyTorch does not');
  return new Map();
}

/** `('storage', class, key, location, elements)`; the location (cpu, cuda:0) does not matter for reading. */
function storageOf(id: PickleValue, storages: Map<string, TorchStorage>, refusal: Refusal): TorchStorage {
  const [kind, type, key, location, count] = isTuple(id) && id.length === 5 ? id : [];
  if (kind !== 'storage' || !(type instanceof StorageClass) || typeof location !== 'string') {
    throw refusal.invalid('data.pkl refers to something that is no tensor storage');
  }
  if (typeof key !== 'string' || !isSize(count)) {
    throw refusal.invalid(`data.pkl names a storage with an impossible key or size (${describe(count)})`);
  }
  const known = storages.get(key);
  if (known && (known.dtype !== type.dtype || known.count !== count)) {
    throw refusal.invalid(`data.pkl describes storage ${quoted(key)} in two ways`);
  }
  const storage = known ?? new TorchStorage(type.dtype, key, count);
  storages.set(key, storage);
  return storage;
}

/** `_rebuild_tensor_v2(storage, offset, dims, strides, …)`; gradients and hooks are dropped. */
function rebuildTensor([storage, offset, dims, strides]: PickleTuple, refusal: Refusal): TorchTensor {
  if (!(storage instanceof TorchStorage))
    throw refusal.invalid('data.pkl builds a tensor on something that is no storage');
  const isShape = isSize(offset) && isSizes(dims) && isSizes(strides) && dims.length === strides.length;
  if (!isShape) {
    throw refusal.invalid(`data.pkl gives a tensor in storage ${quoted(storage.key)} an impossible shape`);
  }
  const view = { offset, dims, strides };
  const count = elementCount(dims);
  if (offset + span(view) > storage.count || (count > storage.count && count > maxExpanded)) {
    throw refusal.invalid(
      `a tensor [${dims.join(', ')}] does not fit into storage ${quoted(storage.key)} of ${storage.count} elements`,
    );
  }
  return new TorchTensor(storage, view);
}

function wrappedTensor(value: PickleValue, refusal: Refusal): TorchTensor {
  if (value instanceof TorchTensor) return value;
  throw refusal.invalid('data.pkl makes a parameter of something that is no tensor');
}

const isSize = (value: PickleValue | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isSizes = (value: PickleValue | undefined): value is readonly number[] =>
  isTuple(value) && value.length <= maxRank && value.every(isSize);

const describe = (value: PickleValue | undefined): string =>
  typeof value === 'number' || typeof value === 'bigint' ? String(value) : typeof value;
