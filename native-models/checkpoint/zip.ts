import { crc32 } from 'node:zlib';
import { yieldToEventLoop } from '../tensor/yield.ts';
import type { ByteSource } from './checkpoint.ts';
import { quoted, Refusal } from './refusal.ts';

/** One stored file of the archive. */
export interface ZipRecord {
  readonly name: string;
  readonly size: number; // bytes
  readonly crc: number;
  readonly headerOffset: number;
  /** Where the next record or the directory begins: nothing of this record may lie there or later. */
  readonly limit: number;
}

const maxDirectoryBytes = 2 ** 24;
const maxRecords = 100_000;
const chunkBytes = 2 ** 23;

const endBytes = 22;
const locatorBytes = 20;
const end64Bytes = 56;
const entryBytes = 46;
const localBytes = 30;
const maxComment = 0xffff;

const signature = { local: 0x04034b50, entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };
const encryptedFlags = 0x0001 | 0x0040 | 0x2000;
const sizesFollowFlag = 0x0008; // the local header leaves crc and sizes to a descriptor after the data

/** A zip file as PyTorch writes it: one disk, no encryption, every record stored uncompressed, directory right before the
 * end record. The directory is checked as a whole when the archive is opened (no duplicate names, no overlaps, all inside
 * the file); a record's own header when it is first used, its checksum when it is first read. Anything else is refused:
 * two readers that understand the same odd archive differently are how hostile ones work. */
export class ZipArchive {
  readonly #located = new Map<ZipRecord, number>();
  readonly #verified = new Set<ZipRecord>();
  readonly #refusal: Refusal;

  private constructor(
    readonly source: ByteSource,
    readonly records: ReadonlyMap<string, ZipRecord>,
  ) {
    this.#refusal = new Refusal(source.name);
  }

  /** Throws `checkpoint-invalid`, with the reason in the message. */
  static async open(source: ByteSource): Promise<ZipArchive> {
    const end = await findDirectory(source);
    const bytes = await source.read(end.offset, end.bytes);
    return new ZipArchive(source, readDirectory(bytes, end, new Refusal(source.name)));
  }

  /** Offset in the file of a record's first byte, after comparing its header with the directory. */
  async locate(record: ZipRecord): Promise<number> {
    const known = this.#located.get(record);
    if (known !== undefined) return known;
    const name = new TextEncoder().encode(record.name);
    const header = await this.source.read(record.headerOffset, localBytes + name.length);
    const offset = record.headerOffset + this.#checkedHeaderBytes(record, name, header);
    this.#located.set(record, offset);
    return offset;
  }

  /** A record's bytes from `offset`. The whole record is checked against its CRC, in pieces when only a part is wanted. */
  async read(record: ZipRecord, offset = 0, length = record.size): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > record.size) throw new Error(`range outside ${record.name}`);
    const start = await this.locate(record);
    const whole = length === record.size;
    if (!whole) await this.#verify(record, start);
    const bytes = await this.source.read(start + offset, length);
    if (whole) this.#accept(record, await checksum(bytes));
    return bytes;
  }

  async #verify(record: ZipRecord, start: number): Promise<void> {
    if (this.#verified.has(record)) return;
    let crc = 0;
    for (let done = 0; done < record.size; done += chunkBytes) {
      crc = crc32(await this.source.read(start + done, Math.min(chunkBytes, record.size - done)), crc);
    }
    this.#accept(record, crc);
  }

  #accept(record: ZipRecord, crc: number): void {
    if (crc !== record.crc) {
      throw this.#refusal.invalid(`the checksum of ${quoted(record.name)} is wrong: download the file again`);
    }
    this.#verified.add(record);
  }

  #checkedHeaderBytes(record: ZipRecord, name: Uint8Array, header: Uint8Array): number {
    const view = viewOf(header);
    const nameBytes = view.getUint16(26, true);
    const bytes = localBytes + nameBytes + view.getUint16(28, true);
    const agrees =
      view.getUint32(0, true) === signature.local &&
      (view.getUint16(6, true) & encryptedFlags) === 0 &&
      view.getUint16(8, true) === 0 &&
      nameBytes === name.length &&
      name.every((byte, i) => byte === header[localBytes + i]) &&
      localSizesAgree(view, record);
    if (!agrees) throw this.#refusal.invalid(`the header of ${quoted(record.name)} contradicts the zip directory`);
    if (record.headerOffset + bytes + record.size > record.limit) {
      throw this.#refusal.invalid(`${quoted(record.name)} runs into what follows it`);
    }
    return bytes;
  }
}

/** CRC-32 in pieces of some milliseconds. */
async function checksum(bytes: Uint8Array): Promise<number> {
  let crc = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    crc = crc32(bytes.subarray(at, at + chunkBytes), crc);
    if (at + chunkBytes < bytes.length) await yieldToEventLoop();
  }
  return crc;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function localSizesAgree(view: DataView, record: ZipRecord): boolean {
  if (view.getUint16(6, true) & sizesFollowFlag) return true;
  const agrees = (field: number, value: number) => [value, 0xffff_ffff].includes(view.getUint32(field, true));
  return view.getUint32(14, true) === record.crc && agrees(18, record.size) && agrees(22, record.size);
}

interface Directory {
  readonly offset: number;
  readonly bytes: number;
  readonly count: number;
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const refusal = new Refusal(source.name);
  const tailBytes = Math.min(source.size, locatorBytes + endBytes + maxComment);
  const tail = viewOf(await source.read(source.size - tailBytes, tailBytes));
  const at = endRecordAt(tail, refusal);
  const end = source.size - tailBytes + at;
  const is64 = at >= locatorBytes && tail.getUint32(at - locatorBytes, true) === signature.locator;
  const directory = is64 ? await readEnd64(source, tail, at, end) : { ...readEnd(tail, at, refusal), end };
  if (directory.offset + directory.bytes !== directory.end) {
    throw refusal.invalid('the zip directory does not lie where the end record says');
  }
  if (directory.bytes > maxDirectoryBytes || directory.count > maxRecords) {
    throw refusal.invalid(`the zip directory is too large (${directory.count} records, ${directory.bytes} bytes)`);
  }
  return directory;
}

/** The end record is followed by a comment of the length it names; a signature inside that comment does not count. */
function endRecordAt(tail: DataView, refusal: Refusal): number {
  const found: number[] = [];
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    const fits = tail.getUint32(at, true) === signature.end;
    if (fits && at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength) found.push(at);
  }
  if (found.length === 0) {
    throw refusal.invalid('the zip directory at the end is missing: the download is incomplete, start it again');
  }
  if (found.length > 1) throw refusal.invalid('the zip file has two end records that both fit');
  return found[0];
}

function readEnd(tail: DataView, at: number, refusal: Refusal): Directory {
  const [disk, directoryDisk, here, count] = [4, 6, 8, 10].map((field) => tail.getUint16(at + field, true));
  if (disk !== 0 || directoryDisk !== 0 || here !== count) throw refusal.invalid('the zip file spans several disks');
  return { count, bytes: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
}

async function readEnd64(
  source: ByteSource,
  tail: DataView,
  at: number,
  end: number,
): Promise<Directory & { end: number }> {
  const refusal = new Refusal(source.name);
  const locator = at - locatorBytes;
  const offset = toNumber(tail.getBigUint64(locator + 8, true), refusal);
  if (offset + end64Bytes !== end - locatorBytes)
    throw refusal.invalid('the ZIP64 end record is not where it should be');
  const record = viewOf(await source.read(offset, end64Bytes));
  const disks = [record.getUint32(16, true), record.getUint32(20, true), tail.getUint32(locator + 4, true)];
  const [here, count, bytes, start] = [24, 32, 40, 48].map((field) =>
    toNumber(record.getBigUint64(field, true), refusal),
  );
  if (record.getUint32(0, true) !== signature.end64) throw refusal.invalid('the ZIP64 end record is damaged');
  if (disks.some((disk) => disk !== 0) || here !== count) throw refusal.invalid('the zip file spans several disks');
  const agrees = (small: number, saturated: number, large: number) => small === saturated || small === large;
  if (
    !agrees(tail.getUint16(at + 10, true), 0xffff, count) ||
    !agrees(tail.getUint32(at + 12, true), 0xffff_ffff, bytes) ||
    !agrees(tail.getUint32(at + 16, true), 0xffff_ffff, start)
  ) {
    throw refusal.invalid('the two end records of the zip file contradict each other');
  }
  return { count, bytes, offset: start, end: offset };
}

function toNumber(value: bigint, refusal: Refusal): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw refusal.invalid(`the zip file names an impossible size (${value})`);
  return Number(value);
}

function readDirectory(bytes: Uint8Array, directory: Directory, refusal: Refusal): ReadonlyMap<string, ZipRecord> {
  const entries: Entry[] = [];
  let at = 0;
  for (let i = 0; i < directory.count; i++) {
    const { entry, length } = readEntry(bytes.subarray(at), refusal);
    entries.push(entry);
    at += length;
  }
  if (at !== bytes.length) throw refusal.invalid('the zip directory holds more than its records');
  return withLimits(entries, directory.offset, refusal);
}

type Entry = Omit<ZipRecord, 'limit'> & { readonly nameBytes: number };

/** Sorts by position and lets each record reach at most to the next one, so that no two overlap. */
function withLimits(entries: readonly Entry[], end: number, refusal: Refusal): ReadonlyMap<string, ZipRecord> {
  const records = new Map<string, ZipRecord>();
  const sorted = [...entries].sort((a, b) => a.headerOffset - b.headerOffset);
  for (const [i, { nameBytes, ...entry }] of sorted.entries()) {
    const limit = i + 1 < sorted.length ? sorted[i + 1].headerOffset : end;
    if (entry.headerOffset + localBytes + nameBytes + entry.size > limit) {
      throw refusal.invalid(`${quoted(entry.name)} overlaps what follows it in the zip file`);
    }
    if (records.has(entry.name)) throw refusal.invalid(`the zip file holds ${quoted(entry.name)} twice`);
    records.set(entry.name, { ...entry, limit });
  }
  return records;
}

function readEntry(bytes: Uint8Array, refusal: Refusal): { entry: Entry; length: number } {
  const view = viewOf(bytes);
  if (bytes.length < entryBytes || view.getUint32(0, true) !== signature.entry) {
    throw refusal.invalid('the zip directory is damaged or shorter than its record count');
  }
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(field, true));
  const length = entryBytes + nameBytes + extraBytes + commentBytes;
  if (length > bytes.length) throw refusal.invalid('the zip directory is cut short');
  const name = decodeName(bytes.subarray(entryBytes, entryBytes + nameBytes), refusal);
  const extra = bytes.subarray(entryBytes + nameBytes, entryBytes + nameBytes + extraBytes);
  const { size, headerOffset } = checkedSizes(view, extra, name, refusal);
  return { entry: { name, nameBytes, size, headerOffset, crc: view.getUint32(16, true) }, length };
}

function checkedSizes(view: DataView, extra: Uint8Array, name: string, refusal: Refusal) {
  if (view.getUint16(8, true) & encryptedFlags) throw refusal.invalid(`${quoted(name)} is encrypted`);
  if (view.getUint16(10, true) !== 0) {
    throw refusal.invalid(`${quoted(name)} is compressed; PyTorch stores its records uncompressed`);
  }
  if (view.getUint16(34, true) !== 0) throw refusal.invalid('the zip file spans several disks');
  const wide = wideFields(extra, name, refusal);
  const field = (at: number) => {
    const value = view.getUint32(at, true);
    return value === 0xffff_ffff ? wide() : value;
  };
  // The order of the wide values is fixed: size, compressed size, header offset.
  const [size, compressed, headerOffset] = [field(24), field(20), field(42)];
  if (size !== compressed) throw refusal.invalid(`the two sizes of ${quoted(name)} differ`);
  return { size, headerOffset };
}

/** Hands out the 64-bit values of the ZIP64 extra field one after the other. */
function wideFields(extra: Uint8Array, name: string, refusal: Refusal): () => number {
  let values: DataView | undefined;
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    values = viewOf(extra.subarray(at + 4, at + 4 + view.getUint16(at + 2, true)));
    break;
  }
  let next = 0;
  return () => {
    if (!values || next + 8 > values.byteLength)
      throw refusal.invalid(`the ZIP64 sizes of ${quoted(name)} are missing`);
    next += 8;
    return toNumber(values.getBigUint64(next - 8, true), refusal);
  };
}

function decodeName(bytes: Uint8Array, refusal: Refusal): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw refusal.invalid('a name in the zip directory is not UTF-8', {}, error);
  }
}
