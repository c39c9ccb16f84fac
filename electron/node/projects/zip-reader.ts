import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);
const most32 = 0xffffffff;
const maxEntries = 200_000;
const maxDirectoryBytes = 64 * 2 ** 20;

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly size: number; // as stored
  readonly unpackedSize: number;
  readonly offset: number;
}

/** What is wrong with an archive, in words that follow “it cannot be read:”. */
export class ZipProblem extends Error {}

/** Reads entries of a zip archive. The archive may be hostile: names that point outside, sizes that are not true and entries that
 * unpack to more than they say are refused; nothing is ever unpacked to the disk. */
export class ZipReader {
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: FileHandle, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** @throws ZipProblem */
  static async open(file: FileHandle): Promise<ZipReader> {
    const { size } = await file.stat();
    const { count, start, bytes } = await findDirectory(file, size);
    if (count > maxEntries || bytes > maxDirectoryBytes || start + bytes > size) {
      throw new ZipProblem('its directory is larger than can be');
    }
    return new ZipReader(file, readDirectory(await readAt(file, start, bytes), count, size));
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The check sum of an entry as the archive states it; undefined where there is none. */
  crc(name: string): number | undefined {
    return this.#entries.get(name)?.crc;
  }

  /** @param maxBytes how much it may be, unpacked @throws ZipProblem */
  async read(name: string, maxBytes: number): Promise<Uint8Array> {
    const entry = this.#entries.get(name);
    if (!entry) throw new ZipProblem(`${name} is missing`);
    if (entry.unpackedSize > maxBytes || entry.size > maxBytes) throw new ZipProblem(`${name} is too large`);
    const bytes = await unpack(entry, await this.#stored(entry), name);
    if (crc32(bytes) !== entry.crc) throw new ZipProblem(`${name} is damaged`);
    return bytes;
  }

  async #stored({ offset, size }: Entry): Promise<Uint8Array> {
    const header = Buffer.from(await readAt(this.#file, offset, 30));
    if (header.readUInt32LE(0) !== 0x04034b50) throw new ZipProblem('an entry does not begin where it should');
    return await readAt(this.#file, offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), size);
  }
}

async function unpack({ method, unpackedSize }: Entry, stored: Uint8Array, name: string): Promise<Uint8Array> {
  if (method === 0) return stored;
  if (method !== 8) throw new ZipProblem(`${name} is packed in a way that is not known`);
  return await inflate(stored, { maxOutputLength: Math.max(1, unpackedSize) }).catch(() => {
    throw new ZipProblem(`${name} cannot be unpacked`);
  });
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(buffer, done, length - done, at + done);
    if (bytesRead === 0) throw new ZipProblem('it is cut off');
    done += bytesRead;
  }
  return buffer;
}

interface Directory {
  readonly count: number;
  readonly start: number;
  readonly bytes: number;
}

/** The end record lies in the last 64 KiB: after it there is only a comment. */
async function findDirectory(file: FileHandle, size: number): Promise<Directory> {
  const from = Math.max(0, size - 0xffff - 22);
  const tail = Buffer.from(await readAt(file, from, size - from));
  const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (at < 0 || at + 22 > tail.length) throw new ZipProblem('it is no zip archive, or cut off');
  const small = {
    count: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    start: tail.readUInt32LE(at + 16),
  };
  const isLarge = small.count === 0xffff || small.bytes === most32 || small.start === most32;
  return isLarge ? await findLargeDirectory(file, from + at) : small;
}

async function findLargeDirectory(file: FileHandle, end: number): Promise<Directory> {
  const locator = Buffer.from(await readAt(file, Math.max(0, end - 20), 20));
  if (locator.readUInt32LE(0) !== 0x07064b50) throw new ZipProblem('its directory cannot be found');
  const record = Buffer.from(await readAt(file, number64(locator, 8), 56));
  if (record.readUInt32LE(0) !== 0x06064b50) throw new ZipProblem('its directory cannot be found');
  return { count: number64(record, 32), bytes: number64(record, 40), start: number64(record, 48) };
}

function readDirectory(bytes: Uint8Array, count: number, fileBytes: number): Map<string, Entry> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > buffer.length || buffer.readUInt32LE(at) !== 0x02014b50)
      throw new ZipProblem('its directory is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => buffer.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const name = buffer.toString('utf8', at + 46, at + 46 + nameBytes);
    const entry = readEntry(buffer, at, buffer.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes));
    if (!isPlain(name)) throw new ZipProblem(`the name ${JSON.stringify(name)} points outside`);
    if (entries.has(name)) throw new ZipProblem(`${name} is there twice`);
    if (entry.offset + entry.size > fileBytes) throw new ZipProblem(`${name} is cut off`);
    if (entry.method === 0 && entry.size !== entry.unpackedSize) throw new ZipProblem(`${name} has two sizes`);
    entries.set(name, entry);
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

function readEntry(buffer: Buffer, at: number, extra: Buffer): Entry {
  const [size, unpackedSize, offset] = [
    buffer.readUInt32LE(at + 20),
    buffer.readUInt32LE(at + 24),
    buffer.readUInt32LE(at + 42),
  ];
  const large = largeNumbers(extra);
  const whole = (value: number): number => (value === most32 ? (large.shift() ?? most32) : value);
  const wholeUnpacked = whole(unpackedSize); // in this order they stand in the extra field
  const wholeSize = whole(size);
  return {
    method: buffer.readUInt16LE(at + 10),
    crc: buffer.readUInt32LE(at + 16),
    ...{ unpackedSize: wholeUnpacked, size: wholeSize, offset: whole(offset) },
  };
}

function largeNumbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const bytes = Math.min(extra.readUInt16LE(at + 2), extra.length - at - 4);
    return Array.from({ length: Math.floor(bytes / 8) }, (_, index) => number64(extra, at + 4 + index * 8));
  }
  return [];
}

function number64(buffer: Buffer, at: number): number {
  const value = buffer.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipProblem('a size in it cannot be');
  return Number(value);
}

/** A relative path that stays where it is. */
const isPlain = (name: string): boolean =>
  name !== '' && !/^[/\\]|\\|^[a-z]:|\0/i.test(name) && !name.split('/').includes('..');
