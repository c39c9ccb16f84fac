import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

// APPNOTE.TXT 6.3.10. Sizes and offsets of 4 GiB and more are written in the form called ZIP64, and only those.

const deflate = promisify(deflateRaw);
const most32 = 0xffffffff;
const [stored, deflated] = [0, 8];
const dosDate = 0x21; // 1 January 1980: a project is the same whenever it is saved
const utf8Names = 0x800;

interface Entry {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly size: number; // as written
  readonly unpackedSize: number;
  readonly offset: number;
}

/** Writes a zip archive into a file, entry by entry, from its beginning. */
export class ZipWriter {
  readonly #file: FileHandle;
  readonly #entries: Entry[] = [];
  #end = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @param isPacked deflate it; of no use for what is compressed already */
  async add(name: string, bytes: Uint8Array, { isPacked = false } = {}): Promise<void> {
    const data = isPacked ? await deflate(bytes) : bytes;
    const method = isPacked ? deflated : stored;
    await this.#begin({ name, method, crc: crc32(bytes), size: data.length, unpackedSize: bytes.length });
    await this.#write(data);
  }

  /** Adds what comes piece by piece, as it is. @param mostBytes there will not be more @returns its CRC-32 */
  async addPieces(name: string, pieces: AsyncIterable<Uint8Array>, mostBytes: number): Promise<number> {
    const start = this.#end;
    const entry = { name: new TextEncoder().encode(name), method: stored, offset: start };
    const isLarge = mostBytes >= most32;
    await this.#write(localHeader({ ...entry, crc: 0, size: 0, unpackedSize: 0 }, isLarge)); // to be written over
    const from = this.#end;
    let crc = 0;
    for await (const piece of pieces) {
      crc = crc32(piece, crc);
      await this.#write(piece);
    }
    const size = this.#end - from;
    if (size > mostBytes) throw new RangeError(`${size} bytes where at most ${mostBytes} were announced`);
    const known = { ...entry, crc, size, unpackedSize: size };
    const header = localHeader(known, isLarge);
    await this.#file.write(header, 0, header.length, start);
    this.#entries.push(known);
    return crc;
  }

  /** Writes the directory; nothing can be added after it. */
  async finish(): Promise<void> {
    const start = this.#end;
    for (const entry of this.#entries) await this.#write(directoryEntry(entry));
    await this.#write(endOfDirectory(this.#entries.length, start, this.#end - start));
  }

  async #begin({ name, ...rest }: Omit<Entry, 'name' | 'offset'> & { name: string }): Promise<void> {
    const entry = { ...rest, name: new TextEncoder().encode(name), offset: this.#end };
    this.#entries.push(entry);
    await this.#write(localHeader(entry, entry.size >= most32 || entry.unpackedSize >= most32));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file.writeFile(bytes);
    this.#end += bytes.length;
  }
}

/** Numbers of 2, 4 or 8 bytes, little-endian. */
function fields(...numbers: readonly (readonly [bytes: 2 | 4 | 8, value: number])[]): Buffer {
  const buffer = Buffer.alloc(numbers.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of numbers) {
    if (bytes === 8) buffer.writeBigUInt64LE(BigInt(value), at);
    else buffer.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return buffer;
}

const in32 = (value: number): number => Math.min(value, most32);

/** The extra field with what does not fit in 32 bits; empty where all does. */
function largeNumbers(...values: number[]): Buffer {
  const large = values.filter((value) => value >= most32);
  if (large.length === 0) return Buffer.alloc(0);
  return fields([2, 1], [2, large.length * 8], ...large.map((value) => [8, value] as const));
}

/** @param isLarge both sizes stand in the extra field: a local header has both there, or none */
function localHeader({ name, method, crc, size, unpackedSize }: Entry, isLarge: boolean): Buffer {
  const extra = isLarge ? fields([2, 1], [2, 16], [8, unpackedSize], [8, size]) : Buffer.alloc(0);
  return Buffer.concat([
    fields([4, 0x04034b50], [2, isLarge ? 45 : 20], [2, utf8Names], [2, method], [2, 0], [2, dosDate], [4, crc]),
    fields([4, isLarge ? most32 : size], [4, isLarge ? most32 : unpackedSize], [2, name.length], [2, extra.length]),
    name,
    extra,
  ]);
}

function directoryEntry({ name, method, crc, size, unpackedSize, offset }: Entry): Buffer {
  const extra = largeNumbers(unpackedSize, size, offset);
  const version = extra.length > 0 ? 45 : 20;
  return Buffer.concat([
    fields([4, 0x02014b50], [2, version], [2, version], [2, utf8Names], [2, method], [2, 0], [2, dosDate], [4, crc]),
    fields([4, in32(size)], [4, in32(unpackedSize)], [2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0]),
    fields([4, 0], [4, in32(offset)]),
    name,
    extra,
  ]);
}

function endOfDirectory(count: number, start: number, size: number): Buffer {
  const isLarge = start >= most32 || size >= most32 || count >= 0xffff;
  const large = [
    fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, start]),
    fields([4, 0x07064b50], [4, 0], [8, start + size], [4, 1]),
  ];
  const count16 = Math.min(count, 0xffff);
  const end = fields(
    ...([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, count16],
      [2, count16],
      [4, in32(size)],
      [4, in32(start)],
      [2, 0],
    ] as const),
  );
  return Buffer.concat(isLarge ? [...large, end] : [end]);
}
