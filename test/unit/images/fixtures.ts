import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import ExifReader from 'exifreader';
import type { ExpandedTags } from 'exifreader';
import { onTestFinished } from 'vitest';
import type { Channels, Depth, Raster } from '../../../electron/common/raster/raster.ts';
import { tiffHeader } from '../../../electron/node/images/exif.ts';
import { withPngChunks } from '../../../electron/node/images/png-chunks.ts';
import type { PngChunk } from '../../../electron/node/images/png-chunks.ts';
import { directoryBytes, numberField } from '../../../electron/node/images/tiff-directory.ts';
import type { NewField } from '../../../electron/node/images/tiff-directory.ts';

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'editar-images-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The metadata another library finds in a file. */
export const tagsOf = (file: Uint8Array): ExpandedTags => ExifReader.load(Buffer.from(file), { expanded: true });

/** Samples that differ everywhere and use the whole range, both bytes of 16-bit ones. */
export function noise(width: number, height: number, channels: Channels, depth: Depth, profile?: Uint8Array): Raster {
  const length = width * height * channels;
  const data = depth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  let state = 12345;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[index] = state >>> 8;
  }
  return { width, height, channels, depth, data, ...(profile && { profile }) };
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const colourTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

/** A PNG written without sharp, so that its samples are known. */
export function plainPng({ width, height, channels, depth, data }: Raster, chunks: readonly PngChunk[] = []): Buffer {
  const header = pngHeader(width, height, depth, colourTypes[channels]);
  const perRow = width * channels;
  const rows = Array.from({ length: height }, (_, row) => {
    const samples = data.subarray(row * perRow, (row + 1) * perRow);
    const bytes = Buffer.from(Uint8Array.from(samples));
    return Buffer.concat([Buffer.from([0]), depth === 16 ? bigEndian(samples) : bytes]);
  });
  return assemble(header, [...chunks, { type: 'IDAT', data: deflateSync(Buffer.concat(rows)) }]);
}

function bigEndian(samples: Uint8Array | Uint16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => bytes.writeUInt16BE(sample, index * 2));
  return bytes;
}

/** A PNG that has a header and next to nothing behind it. */
export const headerOnlyPng = (width: number, height: number): Buffer =>
  assemble(pngHeader(width, height, 8, 2), [{ type: 'IDAT', data: deflateSync(Buffer.alloc(8)) }]);

function pngHeader(width: number, height: number, depth: number, colourType: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = colourType;
  return header;
}

function assemble(header: Buffer, chunks: readonly PngChunk[]): Buffer {
  const none = Buffer.concat([signature, Buffer.alloc(25)]); // what the chunk writer takes for signature and header
  const all = [{ type: 'IHDR', data: header }, ...chunks, { type: 'IEND', data: new Uint8Array(0) }];
  return Buffer.concat([signature, ...withPngChunks(none, all).slice(1, -1)]);
}

/** A little-endian EXIF stream of one directory. */
export function exifOf(fields: readonly NewField[]): Buffer {
  return Buffer.concat([tiffHeader(8, true), directoryBytes(fields, 8, true)]);
}

/** A small RGB or grey profile of version 2 with a pure gamma. */
export function gammaProfile(name: string, gamma: number, colorants?: readonly (readonly number[])[]): Buffer {
  const description = Buffer.alloc(12 + name.length + 1 + 78);
  description.write('desc', 'latin1');
  description.writeUInt32BE(name.length + 1, 8);
  description.write(name, 12, 'latin1');
  const curve = Buffer.alloc(14);
  curve.write('curv', 'latin1');
  curve.writeUInt32BE(1, 8);
  curve.writeUInt16BE(Math.round(gamma * 256), 12);
  const white = [0.9642, 1, 0.8249];
  const channelTags: [string, Buffer][] = colorants
    ? ['r', 'g', 'b'].flatMap((channel, index) => [
        [`${channel}XYZ`, xyz(colorants[index]!)] as [string, Buffer],
        [`${channel}TRC`, curve] as [string, Buffer],
      ])
    : [['kTRC', curve]];
  const tags: [string, Buffer][] = [
    ['desc', description],
    ['cprt', text('none')],
    ['wtpt', xyz(white)],
    ...channelTags,
  ];
  return profileOf(colorants ? 'RGB ' : 'GRAY', tags, xyz(white).subarray(8));
}

/** Adobe RGB (1998), whose colorants are adapted to D50. */
export const adobeRgb = (): Buffer =>
  gammaProfile('Adobe RGB (1998)', 2.19921875, [
    [0.60974, 0.31111, 0.01947],
    [0.20528, 0.62567, 0.06087],
    [0.14919, 0.06322, 0.74457],
  ]);

function profileOf(space: string, tags: readonly [string, Buffer][], white: Buffer): Buffer {
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x02400000, 8);
  header.write(`mntr${space}XYZ `, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  white.copy(header, 68);
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length);
  let end = header.length + table.length;
  const padded = tags.map(([tag, data], index) => {
    table.write(tag, 4 + index * 12, 'latin1');
    table.writeUInt32BE(end, 8 + index * 12);
    table.writeUInt32BE(data.length, 12 + index * 12);
    const bytes = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    end += bytes.length;
    return bytes;
  });
  header.writeUInt32BE(end);
  return Buffer.concat([header, table, ...padded]);
}

function xyz(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.write('XYZ ', 'latin1');
  values.forEach((value, index) => bytes.writeInt32BE(Math.round(value * 65536), 8 + index * 4));
  return bytes;
}

const text = (value: string): Buffer => Buffer.from(`text\0\0\0\0${value}\0`, 'latin1');

/** Stands for the picture inside the thumbnail, so that it can be searched for. */
export const thumbnailMark = 'the-old-thumbnail';

/** EXIF as a camera writes it: orientation 6, size, exposure, a place (51.5° north, 1.25° west) and a thumbnail. */
export function cameraExif(): Buffer {
  const ascii = (tag: number, value: string): NewField => {
    const bytes = Buffer.from(`${value}\0`, 'latin1');
    return { tag, type: 2, count: bytes.length, value: bytes };
  };
  const rational = (tag: number, ...numbers: number[]): NewField => ({
    ...numberField(tag, 'long', numbers, true),
    type: 5,
    count: numbers.length / 2,
  });
  const long = (tag: number, value: number): NewField => numberField(tag, 'long', [value], true);
  const details = [rational(0x829a, 1, 125), long(0xa002, 4000), long(0xa003, 3000)];
  const place = [ascii(0x1, 'N'), rational(0x2, 51, 1, 30, 1, 0, 1), ascii(0x3, 'W'), rational(0x4, 1, 1, 15, 1, 0, 1)];
  const thumbnail = Buffer.from(thumbnailMark.repeat(3));
  const main = (detailsAt: number, placeAt: number): NewField[] => [
    ascii(0x10f, 'Maker'),
    ascii(0x110, 'Camera One'),
    numberField(0x112, 'short', [6], true),
    long(0x8769, detailsAt),
    long(0x8825, placeAt),
  ];
  const second = (start: number): NewField[] => [long(0x201, start), long(0x202, thumbnail.length)];
  const mainBytes = directoryBytes(main(0, 0), 8, true).length;
  const detailsAt = 8 + mainBytes;
  const placeAt = detailsAt + directoryBytes(details, 0, true).length;
  const secondAt = placeAt + directoryBytes(place, 0, true).length;
  const thumbnailAt = secondAt + directoryBytes(second(0), 0, true).length;
  const first = Buffer.from(directoryBytes(main(detailsAt, placeAt), 8, true));
  first.writeUInt32LE(secondAt, 2 + 5 * 12);
  return Buffer.concat([
    tiffHeader(8, true),
    first,
    directoryBytes(details, detailsAt, true),
    directoryBytes(place, placeAt, true),
    directoryBytes(second(thumbnailAt), secondAt, true),
    thumbnail,
  ]);
}

/** XMP with an orientation, a place and a title. */
export const sampleXmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"' +
  ' xmlns:exif="http://ns.adobe.com/exif/1.0/" tiff:Orientation="6" exif:GPSLatitude="51,30N">' +
  '<exif:GPSLongitude>1,15W</exif:GPSLongitude><dc:title>A lamp</dc:title></rdf:Description></rdf:RDF></x:xmpmeta>';

/** EXIF with a user's comment in UTF-16, in the byte order named; the stream itself is little-endian. */
export function userCommentExif(comment: string, isLittle: boolean): Buffer {
  const utf16 = Buffer.from(comment, 'utf16le');
  const value = Buffer.concat([Buffer.from('UNICODE\0', 'latin1'), isLittle ? utf16 : utf16.swap16()]);
  const mainBytes = directoryBytes([numberField(0x8769, 'long', [0], true)], 8, true).length;
  const details = [{ tag: 0x9286, type: 7, count: value.length, value }];
  const main = exifOf([numberField(0x8769, 'long', [8 + mainBytes], true)]);
  return Buffer.concat([main, directoryBytes(details, 8 + mainBytes, true)]);
}
