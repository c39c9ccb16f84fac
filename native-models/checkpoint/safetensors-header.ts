import { type Dtype, dtypeBytes } from '../tensor/dtype.ts';
import { elementCount } from '../tensor/tensor.ts';
import type { ByteSource } from './checkpoint.ts';
import { parseJson } from './json.ts';
import { quoted, Refusal } from './refusal.ts';

/** One tensor of a safetensors file; `begin` and `end` are offsets in the file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export const maxHeaderBytes = 2 ** 24;
const lengthBytes = 8;
const maxRank = 16;

const dtypes: Readonly<Record<string, Dtype>> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  I64: 'i64',
  I32: 'i32',
  I16: 'i16',
  I8: 'i8',
  U8: 'u8',
  BOOL: 'bool',
};

/** Reads and checks the whole header: 8 bytes of length, JSON, then the data, which the tensors must cover without gap or
 * overlap. Throws `checkpoint-invalid`, or `unsupported` for an element type that nothing here uses. */
export async function readSafetensorsHeader(source: ByteSource): Promise<readonly SafetensorsEntry[]> {
  const refusal = new Refusal(source.name);
  const prefix = await source.read(0, Math.min(lengthBytes, source.size));
  const length = headerLength(prefix);
  if (length === undefined || length > maxHeaderBytes)
    throw refusal.invalid('does not start with a safetensors header');
  const dataStart = lengthBytes + length;
  if (dataStart > source.size)
    throw refusal.invalid('ends inside its header: the download is incomplete, start it again');
  const header = parseJson(await source.read(lengthBytes, length), refusal);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readEntry(name, value, dataStart, refusal));
  checkCover(entries, dataStart, source.size, refusal);
  return entries;
}

/** Header length from the first 8 bytes, or undefined when they cannot be one. */
export function headerLength(prefix: Uint8Array): number | undefined {
  if (prefix.length < lengthBytes) return undefined;
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  return length >= 2 && Number.isSafeInteger(length) ? length : undefined;
}

function readEntry(name: string, value: unknown, dataStart: number, refusal: Refusal): SafetensorsEntry {
  const { dtype: type, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof type !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw refusal.invalid(`the header entry of ${quoted(name)} is malformed`, { tensor: name });
  }
  if (!Object.hasOwn(dtypes, type)) {
    throw refusal.unsupported(`${quoted(name)} has the element type ${quoted(type)}, which is not supported`);
  }
  const dtype = dtypes[type];
  const [begin, end] = offsets;
  const bytes = elementCount(shape) * dtypeBytes(dtype);
  if (end - begin !== bytes) {
    throw refusal.invalid(`${quoted(name)} [${shape.join(', ')}] needs ${bytes} bytes but has ${end - begin}`, {
      tensor: name,
    });
  }
  return { name, dtype, dims: shape, begin: dataStart + begin, end: dataStart + end };
}

function checkCover(entries: readonly SafetensorsEntry[], dataStart: number, size: number, refusal: Refusal): void {
  let at = dataStart;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at) throw refusal.invalid(`the values of ${quoted(name)} overlap another tensor`, { tensor: name });
    if (begin > at) throw refusal.invalid(`there is a gap before the values of ${quoted(name)}`, { tensor: name });
    at = end;
  }
  if (at > size) {
    throw refusal.invalid(`has ${size} bytes where ${at} are announced: the download is incomplete, start it again`);
  }
  if (at < size) throw refusal.invalid(`has ${size - at} bytes that belong to no tensor`);
}

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= maxRank && value.every((item) => Number.isSafeInteger(item) && item >= 0);
