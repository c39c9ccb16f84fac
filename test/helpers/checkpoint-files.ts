import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { onTestFinished } from 'vitest';

import type { ByteSource } from '../../native-models/checkpoint/checkpoint.ts';
import { checkRange } from '../../native-models/checkpoint/file-source.ts';

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');

/** Bytes in memory as a source without a file, as an HTTP resource will be. */
export const memorySource = (bytes: Uint8Array, name = 'memory'): ByteSource => ({
  name,
  size: bytes.length,
  read(offset, length) {
    checkRange({ name, size: bytes.length }, offset, length);
    return Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length)));
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** A folder with these files that goes away with the test. */
export async function temporaryFolder(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'editar-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** A safetensors file from a header (object or raw text) and its data. */
export function safetensorsBytes(header: object | string, data: Uint8Array = new Uint8Array()): Buffer {
  const text = utf8(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

interface ZipItem {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
}

/** A zip file with stored records; odd values only where an item asks for them. */
export function zipBytes(items: readonly ZipItem[], comment = ''): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const item of items) {
    const shared = sharedHeader(item);
    const local = Buffer.concat([u32(0x04034b50), shared, utf8(item.name), item.data]);
    const tail = Buffer.concat([u16(0), u16(0), u16(0), u32(0), u32(offset)]); // comment, disk, attributes, place
    entries.push(Buffer.concat([u32(0x02014b50), u16(20), shared, tail, utf8(item.name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const counts = Buffer.concat([u16(0), u16(0), u16(items.length), u16(items.length)]);
  const end = [u32(0x06054b50), counts, u32(directory.length), u32(offset), u16(comment.length), utf8(comment)];
  return Buffer.concat([...locals, directory, ...end]);
}

function sharedHeader({ name, data, method = 0, flags = 0, crc = crc32(data) }: ZipItem): Buffer {
  const sizes = [u32(crc), u32(data.length), u32(data.length)];
  const lengths = [u16(utf8(name).length), u16(0)];
  return Buffer.concat([u16(20), u16(flags), u16(method), u32(0), ...sizes, ...lengths]); // u32(0) is the date
}

const u16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);

/** A PyTorch archive: the pickle and one record per storage. */
export function torchBytes(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}): Buffer {
  const records = Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data }));
  return zipBytes([
    { name: 'archive/data.pkl', data: pickle },
    ...records,
    { name: 'archive/version', data: utf8('3\n') },
  ]);
}

/** Pickle code of values, to be put together by hand. */
export const p = {
  text: (value: string): Buffer => Buffer.concat([utf8('X'), u32(utf8(value).length), utf8(value)]),
  int: (value: number): Buffer => Buffer.concat([utf8('J'), u32(value >>> 0)]),
  float(value: number): Buffer {
    const bytes = Buffer.alloc(9);
    bytes.write('G');
    bytes.writeDoubleBE(value, 1);
    return bytes;
  },
  none: utf8('N'),
  global: (module: string, name: string): Buffer => utf8(`c${module}\n${name}\n`),
  tuple: (...items: Uint8Array[]): Buffer => Buffer.concat([utf8('('), ...items, utf8('t')]),
  list: (...items: Uint8Array[]): Buffer => Buffer.concat([utf8(']('), ...items, utf8('e')]),
  dict: (items: Readonly<Record<string, Uint8Array>>): Buffer =>
    Buffer.concat([utf8('}('), ...Object.entries(items).flatMap(([key, value]) => [p.text(key), value]), utf8('u')]),
  call: (callee: Uint8Array, ...args: Uint8Array[]): Buffer => Buffer.concat([callee, p.tuple(...args), utf8('R')]),
  build: (target: Uint8Array, state: Uint8Array): Buffer => Buffer.concat([target, state, utf8('b')]),
  storage: (type: string, key: string, count: number): Buffer =>
    Buffer.concat([
      p.tuple(p.text('storage'), p.global('torch', type), p.text(key), p.text('cpu'), p.int(count)),
      utf8('Q'),
    ]),
  tensor: (storage: Uint8Array, offset: number, dims: readonly number[], strides: readonly number[]): Buffer =>
    p.call(
      p.global('torch._utils', '_rebuild_tensor_v2'),
      storage,
      p.int(offset),
      p.tuple(...dims.map(p.int)),
      p.tuple(...strides.map(p.int)),
      Buffer.of(0x89),
      p.call(p.global('collections', 'OrderedDict')),
    ),
  file: (value: Uint8Array): Buffer => Buffer.concat([Buffer.of(0x80, 2), value, utf8('.')]),
};

export const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
