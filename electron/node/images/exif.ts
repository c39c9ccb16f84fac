import {
  copyField,
  directoryBytes,
  entryBytes,
  fieldNumber,
  fieldTypes,
  findField,
  numberField,
  openTiff,
  readDirectory,
} from './tiff-directory.ts';
import type { NewField, TiffDirectory, TiffField, TiffStream } from './tiff-directory.ts';

// Tags of EXIF 3.0, sections 4.6.4 to 4.6.6.
const tags = {
  imageWidth: 0x100,
  imageHeight: 0x101,
  orientation: 0x112,
  thumbnailStart: 0x201,
  thumbnailBytes: 0x202,
  exifDirectory: 0x8769,
  gpsDirectory: 0x8825,
  userComment: 0x9286,
  pixelWidth: 0xa002,
  pixelHeight: 0xa003,
} as const;

export interface ExifChanges {
  readonly width: number;
  readonly height: number;
  readonly keepGps: boolean;
}

/** EXIF for the picture as it is now: upright, of this size, without the thumbnail of the picture it was, and without the
 * place when that is not to be kept. Everything is changed where it lies, since camera makers' notes may hold offsets.
 * Nothing comes back for a block that cannot be read. */
export function currentExif(exif: Uint8Array, { width, height, keepGps }: ExifChanges): Uint8Array | undefined {
  const stream = openTiff(exif.slice());
  const main = stream && readDirectory(stream, stream.firstDirectory);
  if (!stream || !main) return undefined;
  const details = directoryAt(stream, findField(main, tags.exifDirectory));
  setNumber(stream, findField(main, tags.orientation), 1);
  setNumber(stream, findField(main, tags.imageWidth), width);
  setNumber(stream, findField(main, tags.imageHeight), height);
  setNumber(stream, findField(details, tags.pixelWidth), width);
  setNumber(stream, findField(details, tags.pixelHeight), height);
  const end = removeThumbnail(stream, main);
  const place = findField(main, tags.gpsDirectory);
  if (place && !keepGps) removePlace(stream, main, place);
  return stream.bytes.subarray(0, end);
}

function directoryAt(stream: TiffStream, pointer: TiffField | undefined): TiffDirectory | undefined {
  return pointer && readDirectory(stream, fieldNumber(stream, pointer));
}

function setNumber({ view, isLittle }: TiffStream, field: TiffField | undefined, value: number): void {
  if (field?.type === fieldTypes.short) view.setUint16(field.valueAt, value, isLittle);
  if (field?.type === fieldTypes.long) view.setUint32(field.valueAt, value, isLittle);
}

/** Blanks the second directory and its picture. Returns where the stream ends now. */
function removeThumbnail(stream: TiffStream, main: TiffDirectory): number {
  const { bytes, view, isLittle } = stream;
  const second = main.next === 0 ? undefined : readDirectory(stream, main.next);
  const nextAt = main.at + 2 + view.getUint16(main.at, isLittle) * entryBytes;
  if (nextAt + 4 <= bytes.length) view.setUint32(nextAt, 0, isLittle);
  const start = findField(second, tags.thumbnailStart);
  const size = findField(second, tags.thumbnailBytes);
  if (!start || !size) return bytes.length;
  const from = fieldNumber(stream, start);
  const to = Math.min(from + fieldNumber(stream, size), bytes.length);
  bytes.fill(0, from, to);
  return to === bytes.length && from >= 8 ? from : bytes.length;
}

/** Blanks the directory with the place and closes the gap its pointer leaves. */
function removePlace(stream: TiffStream, main: TiffDirectory, pointer: TiffField): void {
  const { bytes, view, isLittle } = stream;
  const place = directoryAt(stream, pointer);
  for (const field of place?.fields ?? []) {
    bytes.fill(0, field.valueAt, field.valueAt + field.bytes);
    bytes.fill(0, field.at, field.at + entryBytes);
  }
  if (place) view.setUint16(place.at, 0, isLittle);
  const count = view.getUint16(main.at, isLittle);
  const end = main.at + 2 + count * entryBytes + 4; // of the offset of the next directory
  bytes.copyWithin(pointer.at, pointer.at + entryBytes, end);
  bytes.fill(0, end - entryBytes, end);
  view.setUint16(main.at, count - 1, isLittle);
}

/** The comment of a user, which other programs of this kind fill with their parameters. */
export function userComment(exif: Uint8Array): string | undefined {
  const stream = openTiff(exif);
  const main = stream && readDirectory(stream, stream.firstDirectory);
  const field = stream && findField(directoryAt(stream, findField(main, tags.exifDirectory)), tags.userComment);
  if (!stream || !field || field.bytes < 8) return undefined;
  const value = stream.bytes.subarray(field.valueAt, field.valueAt + field.bytes);
  const code = String.fromCharCode(...value.subarray(0, 7));
  if (code !== 'UNICODE') return new TextDecoder('latin1').decode(value.subarray(8)).replaceAll('\0', '');
  const isLittle = value[8] !== 0 && value[9] === 0; // the standard leaves it to the stream, programs do not
  return new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(value.subarray(8));
}

/** What describes the picture, among the fields of a TIFF file's first directory. */
const descriptive: readonly number[] = [
  0x10e, // ImageDescription
  0x10f, // Make
  0x110, // Model
  0x131, // Software
  0x132, // DateTime
  0x13b, // Artist
  0x8298, // Copyright
  0x9c9b, // XPTitle
  0x9c9c, // XPComment
  0x9c9d, // XPAuthor
  0x9c9e, // XPKeywords
  0x9c9f, // XPSubject
];

/** The EXIF of a TIFF file, which is spread over the file itself, gathered into one stream. Nothing when there is none. */
export function exifOfTiff(file: Uint8Array): Uint8Array | undefined {
  const stream = openTiff(file);
  const main = stream && readDirectory(stream, stream.firstDirectory);
  if (!stream || !main) return undefined;
  const fieldsOf = (tag: number): NewField[] =>
    (directoryAt(stream, findField(main, tag))?.fields ?? [])
      .filter((field) => field.tag !== 0xa005) // a pointer that is of no use elsewhere
      .map((field) => copyField(stream, field));
  const named = main.fields.filter(({ tag }) => descriptive.includes(tag)).map((field) => copyField(stream, field));
  const below = [tags.exifDirectory, tags.gpsDirectory].map((tag) => ({ tag, fields: fieldsOf(tag) }));
  const present = below.filter(({ fields }) => fields.length > 0);
  return named.length + present.length === 0 ? undefined : exifStream(named, present, stream.isLittle);
}

function exifStream(
  named: readonly NewField[],
  below: readonly { tag: number; fields: readonly NewField[] }[],
  isLittle: boolean,
): Uint8Array {
  const withPointers = (starts: readonly number[]): NewField[] => [
    ...named,
    ...below.map(({ tag }, index) => numberField(tag, 'long', [starts[index] ?? 0], isLittle)),
  ];
  const start = 8;
  let end = start + directoryBytes(withPointers([]), start, isLittle).length;
  const directories = below.map(({ fields }) => {
    const bytes = directoryBytes(fields, end, isLittle);
    const at = end;
    end += bytes.length;
    return { at, bytes };
  });
  const main = directoryBytes(withPointers(directories.map(({ at }) => at)), start, isLittle);
  return Buffer.concat([tiffHeader(start, isLittle), main, ...directories.map(({ bytes }) => bytes)]);
}

/** The first eight bytes of a stream. */
export function tiffHeader(firstDirectory: number, isLittle: boolean): Uint8Array {
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  header.fill(isLittle ? 0x49 : 0x4d, 0, 2);
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, firstDirectory, isLittle);
  return header;
}
