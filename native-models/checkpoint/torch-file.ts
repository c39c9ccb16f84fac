import { dtypeBytes } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import { widenInSlices } from '../tensor/widen.ts';
import type { ByteSource, Checkpoint, TensorInfo } from './checkpoint.ts';
import { maxPickleBytes } from './pickle-machine.ts';
import type { PickleDict, PickleValue } from './pickle-values.ts';
import { unpickle } from './pickle.ts';
import { quoted, Refusal } from './refusal.ts';
import { gather, isContiguous, span } from './strides.ts';
import { TorchTensor, torchWorld } from './torch-globals.ts';
import { settingsOf } from './torch-settings.ts';
import { ZipArchive, type ZipRecord } from './zip.ts';

/** Where training scripts keep the weights; the first that holds tensors counts, else the top of the file. */
const wrappers = ['model', 'module', 'state_dict', 'vae'];
/** What data-parallel training and `torch.compile` put before every name. */
const prefixes = ['module.', '_orig_mod.'];
const maxWraps = 4;

interface PlacedTensor {
  readonly tensor: TorchTensor;
  readonly record: ZipRecord;
  readonly info: TensorInfo;
}

/** Opens a `.pt`/`.pth` file as `torch.save` has written it since version 1.6: a zip with `<stem>/data.pkl` and one
 * record per storage. Nothing in it is executed, and only the records of wanted tensors are ever touched, so optimizer
 * state costs nothing. The source belongs to the checkpoint from here on. Throws `checkpoint-invalid` or `unsupported`. */
export async function openTorchFile(source: ByteSource): Promise<Checkpoint> {
  const refusal = new Refusal(source.name);
  const zip = await ZipArchive.open(source);
  const stem = stemOf(zip, refusal);
  await checkByteOrder(zip, stem, refusal);
  const top = unpickle(await readPickle(zip, stem, refusal), torchWorld(refusal), refusal);
  if (!(top instanceof Map)) throw refusal.invalid('data.pkl holds no dict of tensors');
  const tensors = new Map<string, PlacedTensor>();
  for (const [name, tensor] of namedTensors(top, refusal)) {
    tensors.set(name, await place(name, tensor, zip, stem, refusal));
  }
  return new TorchFile(zip, tensors, settingsOf(top));
}

class TorchFile implements Checkpoint {
  readonly name: string;
  readonly #zip: ZipArchive;
  readonly #tensors: ReadonlyMap<string, PlacedTensor>;

  constructor(
    zip: ZipArchive,
    tensors: ReadonlyMap<string, PlacedTensor>,
    readonly settings: Checkpoint['settings'],
  ) {
    this.name = zip.source.name;
    this.#zip = zip;
    this.#tensors = tensors;
  }

  names(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  info(name: string): TensorInfo {
    return this.#get(name).info;
  }

  async read(name: string): Promise<Float32Array> {
    return widenInSlices(this.info(name).dtype, await this.readRaw(name));
  }

  async readRaw(name: string): Promise<Uint8Array> {
    const { tensor, record } = this.#get(name);
    const elementBytes = dtypeBytes(tensor.storage.dtype);
    const length = span(tensor.view) * elementBytes;
    const bytes = await this.#zip.read(record, length && tensor.view.offset * elementBytes, length);
    return isContiguous(tensor.view) ? bytes : gather(bytes, elementBytes, tensor.view);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#zip.source[Symbol.asyncDispose]();
  }

  #get(name: string): PlacedTensor {
    const placed = this.#tensors.get(name);
    if (!placed) throw new Refusal(this.name).missing(name);
    return placed;
  }
}

/** The one folder that all of PyTorch's records lie in; its name is that of the file at saving time. */
function stemOf(zip: ZipArchive, refusal: Refusal): string {
  const stems = [...zip.records.keys()]
    .filter((name) => /^[^/]+\/data\.pkl$/.test(name))
    .map((name) => name.slice(0, -9));
  if (stems.length === 0) throw refusal.invalid('is a zip file, but not one that PyTorch has saved (no data.pkl)');
  if (stems.length > 1) throw refusal.invalid('holds several PyTorch archives');
  if (zip.records.has(`${stems[0]}/constants.pkl`)) {
    throw refusal.unsupported('is a TorchScript program, not a file of weights; save its state_dict() with torch.save');
  }
  return stems[0];
}

async function checkByteOrder(zip: ZipArchive, stem: string, refusal: Refusal): Promise<void> {
  const record = zip.records.get(`${stem}/byteorder`);
  if (!record) return; // files from before torch 2.1 are little-endian
  const order = record.size <= 16 ? new TextDecoder().decode(await zip.read(record)) : '';
  if (order === 'big') throw refusal.unsupported('was saved on a big-endian machine; load and save it on a usual one');
  if (order !== 'little') throw refusal.invalid('names an unknown byte order');
}

async function readPickle(zip: ZipArchive, stem: string, refusal: Refusal): Promise<Uint8Array> {
  const record = zip.records.get(`${stem}/data.pkl`)!;
  if (record.size > maxPickleBytes) throw refusal.invalid(`data.pkl is too large (${record.size} bytes)`);
  return zip.read(record);
}

function namedTensors(top: PickleDict, refusal: Refusal): ReadonlyMap<string, TorchTensor> {
  const candidates = [...wrappers.map((key) => top.get(key)), top];
  const tensors = candidates.map(tensorsIn).find((found) => found.length > 0);
  if (!tensors) throw refusal.invalid(`holds no tensors, neither at the top nor under ${wrappers.join(', ')}`);
  const named = new Map<string, TorchTensor>();
  const names = withoutPrefixes(tensors.map(([name]) => name));
  for (const [i, [, tensor]] of tensors.entries()) named.set(names[i], tensor);
  return named;
}

function tensorsIn(value: PickleValue | undefined): [string, TorchTensor][] {
  if (!(value instanceof Map)) return [];
  return [...value].filter(
    (entry): entry is [string, TorchTensor] => typeof entry[0] === 'string' && entry[1] instanceof TorchTensor,
  );
}

/** Only a prefix that every name has is no part of the names. */
function withoutPrefixes(names: readonly string[]): readonly string[] {
  let short = names;
  for (let wraps = 0; wraps < maxWraps; wraps++) {
    const prefix = prefixes.find((candidate) => short.every((name) => name.startsWith(candidate)));
    if (!prefix) break;
    short = short.map((name) => name.slice(prefix.length));
  }
  return short;
}

async function place(
  name: string,
  tensor: TorchTensor,
  zip: ZipArchive,
  stem: string,
  refusal: Refusal,
): Promise<PlacedTensor> {
  const { storage, view } = tensor;
  const record = zip.records.get(`${stem}/data/${storage.key}`);
  if (!record) throw refusal.invalid(`the values of ${quoted(name)} are missing (record data/${quoted(storage.key)})`);
  const elementBytes = dtypeBytes(storage.dtype);
  if (Math.floor(record.size / elementBytes) !== storage.count) {
    throw refusal.invalid(
      `the record of ${quoted(name)} has ${record.size} bytes where ${storage.count} × ${elementBytes} were announced`,
    );
  }
  const shape = { dtype: storage.dtype, dims: view.dims };
  const file = zip.source.file;
  if (file === undefined) return { tensor, record, info: shape }; // elsewhere every look at a header would be a request
  const start = (await zip.locate(record)) + view.offset * elementBytes;
  const location = { offset: start, bytes: elementCount(view.dims) * elementBytes };
  const isInPlace = isContiguous(view) && elementCount(view.dims) > 0;
  return { tensor, record, info: isInPlace ? { ...shape, location: { file, ...location } } : shape };
}
