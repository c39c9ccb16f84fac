import { endianness } from 'node:os';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { colourChannels, hasAlpha } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { tiffHeader } from './exif.ts';
import type { MetadataBlocks } from './metadata.ts';
import { bytesField, copyField, directoryBytes, numberField, openTiff, readDirectory } from './tiff-directory.ts';
import type { NewField, TiffStream } from './tiff-directory.ts';
import { pause } from './pause.ts';

const compress = promisify(deflate);

// TIFF 6.0, section 8 and part 2; deflate is Adobe's technical note 3, XMP and IPTC are of the XMP specification part 3.
const tags = {
  width: 0x100,
  height: 0x101,
  bitsPerSample: 0x102,
  compression: 0x103,
  photometric: 0x106,
  stripOffsets: 0x111,
  orientation: 0x112,
  samplesPerPixel: 0x115,
  rowsPerStrip: 0x116,
  stripBytes: 0x117,
  predictor: 0x13d,
  extraSamples: 0x152,
  xmp: 0x2bc,
  iptc: 0x83bb,
  icc: 0x8773,
} as const;

const uncompressed = 1;
const adobeDeflate = 8;
const horizontal = 2; // predictor: each sample minus the one before it
const unassociatedAlpha = 2;
const stripTarget = 2 ** 18; // bytes, so that a strip is predicted in a millisecond

/** Writes a TIFF bit by bit as the raster is, for we need EXIF in it, which sharp leaves out. The EXIF stream is itself TIFF:
 * it becomes the beginning of the file, so that every offset in it, those in makers' notes included, stays right.
 * @returns the parts of the file in order */
export async function tiffParts(
  raster: Raster,
  blocks: MetadataBlocks,
  { isPacked = true } = {},
): Promise<Uint8Array[]> {
  const exif = blocks.exif && openTiff(blocks.exif);
  const isLittle = exif?.isLittle ?? true;
  const start = Uint8Array.from(exif?.bytes ?? tiffHeader(0, isLittle));
  const padding = new Uint8Array(start.length % 2);
  const strips = await packStrips(raster, isLittle, isPacked);
  const stripsAt = start.length + padding.length;
  const directoryAt = stripsAt + strips.reduce((sum, { length }) => sum + length, 0);
  const fields = [
    ...(exif ? describedBy(exif) : []),
    ...imageFields(raster, blocks, strips, { stripsAt, isLittle, isPacked }),
  ];
  new DataView(start.buffer).setUint32(4, directoryAt, isLittle);
  return [start, padding, ...strips, directoryBytes(fields, directoryAt, isLittle)];
}

/** The fields of the EXIF stream's own directory that do not speak of its pixels. */
function describedBy(exif: TiffStream): NewField[] {
  const ours: readonly number[] = Object.values(tags);
  const fields = readDirectory(exif, exif.firstDirectory)?.fields ?? [];
  return fields.filter(({ tag }) => !ours.includes(tag)).map((field) => copyField(exif, field));
}

interface StripLayout {
  readonly stripsAt: number;
  readonly isLittle: boolean;
  readonly isPacked: boolean;
}

function imageFields(
  raster: Raster,
  { xmp, iptc, icc }: MetadataBlocks,
  strips: readonly Uint8Array[],
  { stripsAt, isLittle, isPacked }: StripLayout,
): NewField[] {
  const { width, height, channels, depth } = raster;
  const short = (tag: number, ...numbers: number[]): NewField => numberField(tag, 'short', numbers, isLittle);
  const long = (tag: number, ...numbers: number[]): NewField => numberField(tag, 'long', numbers, isLittle);
  let end = stripsAt;
  const offsets = strips.map(({ length }) => (end += length) - length);
  const bytes = strips.map(({ length }) => length);
  return [
    long(tags.width, width),
    long(tags.height, height),
    short(tags.bitsPerSample, ...Array<number>(channels).fill(depth)),
    short(tags.compression, isPacked ? adobeDeflate : uncompressed),
    short(tags.photometric, colourChannels(raster) === 1 ? 1 : 2), // black is zero, or RGB
    numberField(tags.stripOffsets, 'long', offsets, isLittle),
    short(tags.orientation, 1),
    short(tags.samplesPerPixel, channels),
    long(tags.rowsPerStrip, rowsPerStrip(raster)),
    numberField(tags.stripBytes, 'long', bytes, isLittle),
    ...(isPacked ? [short(tags.predictor, horizontal)] : []),
    ...(hasAlpha(raster) ? [short(tags.extraSamples, unassociatedAlpha)] : []),
    ...(xmp ? [bytesField(tags.xmp, 'byte', xmp)] : []),
    ...(iptc ? [bytesField(tags.iptc, 'undefined', iptc)] : []),
    ...(icc ? [bytesField(tags.icc, 'undefined', icc)] : []),
  ];
}

const rowsPerStrip = ({ width, channels, depth }: Raster): number =>
  Math.max(1, Math.floor(stripTarget / ((width * channels * depth) / 8)));

async function packStrips(raster: Raster, isLittle: boolean, isPacked: boolean): Promise<Uint8Array[]> {
  const rowSamples = raster.width * raster.channels;
  const stripSamples = rowsPerStrip(raster) * rowSamples;
  const strips: Uint8Array[] = [];
  for (let from = 0; from < raster.data.length; from += stripSamples) {
    const samples = raster.data.slice(from, from + stripSamples);
    if (isPacked) predict(samples, rowSamples, raster.channels);
    const bytes = inByteOrder(samples, isLittle);
    strips.push(isPacked ? await compress(bytes) : bytes);
    if (!isPacked) await pause();
  }
  return strips;
}

/** Backwards, so that each sample still finds its neighbour as it was. */
function predict(samples: Uint8Array | Uint16Array, rowSamples: number, channels: number): void {
  for (let row = 0; row < samples.length; row += rowSamples) {
    for (let at = row + rowSamples - 1; at >= row + channels; at--)
      samples[at] = samples[at]! - samples[at - channels]!;
  }
}

function inByteOrder(samples: Uint8Array | Uint16Array, isLittle: boolean): Uint8Array {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return samples instanceof Uint16Array && isLittle !== (endianness() === 'LE') ? bytes.swap16() : bytes;
}
