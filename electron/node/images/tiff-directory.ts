/** A TIFF stream, which is also what EXIF is made of (TIFF 6.0, section 2). */
export interface TiffStream {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly isLittle: boolean;
  readonly firstDirectory: number; // offset
}

/** One field of a directory. */
export interface TiffField {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly at: number; // offset of the 12-byte entry
  readonly valueAt: number; // offset of the value: inside the entry when it fits into 4 bytes
  readonly bytes: number;
}

export interface TiffDirectory {
  readonly at: number;
  readonly fields: readonly TiffField[];
  readonly next: number; // offset of the next directory, 0 for none
}

/** A field to be written. */
export interface NewField {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: Uint8Array; // in the byte order of the stream
}

export const fieldTypes = { byte: 1, short: 3, long: 4, rational: 5, undefined: 7 } as const;
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
export const entryBytes = 12;

/** Opens a stream; nothing when it is not classic TIFF (BigTIFF included). */
export function openTiff(bytes: Uint8Array): TiffStream | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = bytes[0] === 0x49;
  if (bytes[0] !== bytes[1] || (!isLittle && bytes[0] !== 0x4d) || view.getUint16(2, isLittle) !== 42) return undefined;
  return { bytes, view, isLittle, firstDirectory: view.getUint32(4, isLittle) };
}

/** Reads a directory; nothing when it does not lie inside the stream. Fields whose value lies outside are left out. */
export function readDirectory({ bytes, view, isLittle }: TiffStream, at: number): TiffDirectory | undefined {
  if (at < 8 || at + 2 > bytes.length) return undefined;
  const count = view.getUint16(at, isLittle);
  const end = at + 2 + count * entryBytes;
  if (end > bytes.length) return undefined;
  const fields = Array.from({ length: count }, (_, index) => readField(view, isLittle, at + 2 + index * entryBytes));
  const next = end + 4 <= bytes.length ? view.getUint32(end, isLittle) : 0;
  return { at, fields: fields.filter((field) => field.valueAt + field.bytes <= bytes.length), next };
}

function readField(view: DataView, isLittle: boolean, at: number): TiffField {
  const type = view.getUint16(at + 2, isLittle);
  const count = view.getUint32(at + 4, isLittle);
  const bytes = count * (typeBytes[type] ?? 0);
  const valueAt = bytes <= 4 ? at + 8 : view.getUint32(at + 8, isLittle);
  return { tag: view.getUint16(at, isLittle), type, count, at, valueAt, bytes };
}

/** The field of a tag, if there is one. */
export const findField = (directory: TiffDirectory | undefined, tag: number): TiffField | undefined =>
  directory?.fields.find((field) => field.tag === tag);

/** A SHORT or LONG field's first number. */
export function fieldNumber({ view, isLittle }: TiffStream, field: TiffField): number {
  return field.type === fieldTypes.short
    ? view.getUint16(field.valueAt, isLittle)
    : view.getUint32(field.valueAt, isLittle);
}

/** Bytes of a directory placed at offset `at`, its longer values behind it. Nothing follows it (next directory 0). */
export function directoryBytes(fields: readonly NewField[], at: number, isLittle: boolean): Uint8Array {
  const sorted = [...fields].sort((a, b) => a.tag - b.tag);
  const tableBytes = 2 + sorted.length * entryBytes + 4;
  const total = sorted.reduce((sum, { value }) => sum + outside(value), tableBytes);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, sorted.length, isLittle);
  let end = tableBytes;
  sorted.forEach(({ tag, type, count, value }, index) => {
    const entry = 2 + index * entryBytes;
    view.setUint16(entry, tag, isLittle);
    view.setUint16(entry + 2, type, isLittle);
    view.setUint32(entry + 4, count, isLittle);
    if (value.length > 4) view.setUint32(entry + 8, at + end, isLittle);
    bytes.set(value, value.length > 4 ? end : entry + 8);
    end += outside(value);
  });
  return bytes;
}

/** Bytes a value takes behind the directory; values start at even offsets. */
const outside = (value: Uint8Array): number => (value.length > 4 ? value.length + (value.length % 2) : 0);

/** A field of SHORT or LONG numbers. */
export function numberField(
  tag: number,
  type: 'short' | 'long',
  numbers: readonly number[],
  isLittle: boolean,
): NewField {
  const size = type === 'short' ? 2 : 4;
  const value = new Uint8Array(numbers.length * size);
  const view = new DataView(value.buffer);
  numbers.forEach((number, index) => {
    if (size === 2) view.setUint16(index * size, number, isLittle);
    else view.setUint32(index * size, number, isLittle);
  });
  return { tag, type: fieldTypes[type], count: numbers.length, value };
}

/** A field of bytes. */
export const bytesField = (tag: number, type: 'byte' | 'undefined', value: Uint8Array): NewField => ({
  tag,
  type: fieldTypes[type],
  count: value.length,
  value,
});

/** A field read elsewhere, with its value in the stream's own byte order. */
export const copyField = (
  { bytes }: TiffStream,
  { tag, type, count, valueAt, bytes: length }: TiffField,
): NewField => ({
  tag,
  type,
  count,
  value: bytes.slice(valueAt, valueAt + length),
});
