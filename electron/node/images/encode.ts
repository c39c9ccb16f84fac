import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { AppError } from '#common/contract/errors.ts';
import { formatToWrite, writableEndings } from '#common/picture-files.ts';
import type { WritableFormat } from '#common/picture-files.ts';
import { toDepth } from '#common/raster/depth.ts';
import { colourChannels, hasAlpha } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { writeAtomically } from './atomic-write.ts';
import { currentExif } from './exif.ts';
import { joinParts } from './join-parts.ts';
import { withJpegSegments } from './jpeg-segments.ts';
import type { ImageMetadata, MetadataBlocks } from './metadata.ts';
import { onWhite } from './on-white.ts';
import { pause } from './pause.ts';
import { densityChunk, exifChunk, profileChunk, textChunk, utf8Chunk, withPngChunks } from './png-chunks.ts';
import type { PngChunk } from './png-chunks.ts';
import { recipeTexts } from './recipe-metadata.ts';
import type { RecipeStamp } from './recipe-metadata.ts';
import { tiffParts } from './tiff-writer.ts';
import { currentXmp } from './xmp.ts';

/** Longest side each format can hold. */
const maxSides: Readonly<Record<WritableFormat, number>> = {
  png: 2 ** 31 - 1,
  jpeg: 65_500,
  webp: 16_383,
  avif: 16_384,
  tiff: 2 ** 31 - 1,
};

export interface EncodeOptions {
  readonly metadata?: Partial<Pick<ImageMetadata, 'exif' | 'xmp' | 'iptc' | 'density'>>; // of the picture that was opened
  readonly recipe?: RecipeStamp; // left out: nothing about the edit is written
  readonly quality?: number; // 1–100 for JPEG, WebP, AVIF; default 92
  readonly keepGps?: boolean; // default true
  readonly neverOverwrite?: readonly string[]; // the inputs
}

export interface EncodeResult {
  readonly notices: readonly string[]; // sentences: what the format could not hold
}

/** A file's bytes, in pieces that follow each other. */
export interface Encoded extends EncodeResult {
  readonly parts: readonly Uint8Array[];
}

/** Writes a picture; the extension decides the format. PNG and TIFF keep every sample as it is, in 8 or 16 bit; AVIF keeps 10
 * of 16 bits; JPEG and WebP have 8, and JPEG has no transparency, so there the picture lies on white. Profile, EXIF (upright,
 * without the old thumbnail), XMP and IPTC go along where the format can hold them. The file is complete or not there.
 * @throws AppError `unsupported-format`, `unsupported-size`, `output-is-input`, `disk-full`, `output-folder-missing`,
 * `output-not-writable` */
export async function encodeImage(raster: Raster, path: string, options: EncodeOptions = {}): Promise<EncodeResult> {
  const format = writableFormat(path);
  await refuseInputs(path, options.neverOverwrite ?? []);
  const { parts, notices } = await encodeParts(raster, format, options);
  await writeAtomically(path, parts);
  return { notices };
}

/** What `encodeImage` would write, for a caller that writes it later. */
export async function encodeParts(
  raster: Raster,
  format: WritableFormat,
  options: Omit<EncodeOptions, 'neverOverwrite'> = {},
): Promise<Encoded> {
  checkSize(raster, format);
  return await encode(raster, format, options);
}

/** The same as one array, for formats that carry pictures inside them. */
export async function encodeBytes(
  raster: Raster,
  format: WritableFormat,
  options: Omit<EncodeOptions, 'neverOverwrite'> = {},
): Promise<Uint8Array> {
  return await joinParts((await encodeParts(raster, format, options)).parts);
}

/** The format an extension stands for.
 * @throws AppError `unsupported-format` */
export function writableFormat(path: string): WritableFormat {
  const extension = extname(path).slice(1).toLowerCase();
  const found = formatToWrite(extension);
  if (found) return found;
  const allowed = writableEndings.map((name) => `.${name}`);
  throw new AppError('unsupported-format', {
    path,
    format: extension === '' ? 'a file without extension' : `.${extension}`,
    allowed,
  });
}

function checkSize({ width, height }: Raster, format: WritableFormat): void {
  const max = maxSides[format];
  if (width <= max && height <= max) return;
  const allowed = `${format.toUpperCase()} holds at most ${max} pixels on a side`;
  throw new AppError('unsupported-size', { width, height, allowed });
}

async function refuseInputs(path: string, inputs: readonly string[]): Promise<void> {
  const target = await stat(path).catch(() => undefined);
  for (const input of inputs) {
    const source = await stat(input).catch(() => undefined);
    const isSameFile = target && source && target.ino === source.ino && target.dev === source.dev;
    if (isSameFile || resolve(input) === resolve(path)) throw new AppError('output-is-input', { path });
  }
}

async function encode(raster: Raster, format: WritableFormat, options: EncodeOptions): Promise<Encoded> {
  const blocks = metadataBlocks(raster, options);
  if (format === 'tiff') return { parts: await tiffParts(raster, blocks), notices: [] };
  if (format === 'png') return await encodePng(raster, blocks, options);
  if (format === 'jpeg') return await encodeJpeg(raster, blocks, options);
  return await encodeModern(raster, blocks, format, options);
}

/** What is written about a picture beside its pixels: cleaned, with the recipe in its XMP. */
export function metadataBlocks(
  { width, height, profile }: Pick<Raster, 'width' | 'height' | 'profile'>,
  { metadata, recipe, keepGps = true }: Pick<EncodeOptions, 'metadata' | 'recipe' | 'keepGps'>,
): MetadataBlocks {
  const exif = metadata?.exif && currentExif(metadata.exif, { width, height, keepGps });
  const xmp = currentXmp(metadata?.xmp, { recipe, keepGps });
  const iptc = metadata?.iptc;
  return { ...(exif && { exif }), ...(xmp && { xmp }), ...(iptc && { iptc }), ...(profile && { icc: profile }) };
}

const withoutIptc = ({ iptc }: MetadataBlocks): string[] =>
  iptc ? ['The format has no place for IPTC records; they were left out. The same in XMP was kept.'] : [];

async function encodePng(
  raster: Raster,
  blocks: MetadataBlocks,
  { metadata, recipe }: EncodeOptions,
): Promise<Encoded> {
  const png = await samplesOf(raster).png({ compressionLevel: 6, adaptiveFiltering: true }).toBuffer();
  const density = metadata?.density;
  const chunks = [
    ...blockChunks(blocks),
    ...(density === undefined ? [] : [densityChunk(density)]),
    ...(recipe ? recipeTexts(recipe).map(textChunk) : []),
  ];
  return { parts: withPngChunks(png, chunks), notices: withoutIptc(blocks) };
}

function blockChunks({ icc, exif, xmp }: MetadataBlocks): PngChunk[] {
  const packet = xmp && { keyword: 'XML:com.adobe.xmp', text: new TextDecoder().decode(xmp) };
  return [
    ...(icc ? [profileChunk(icc)] : []),
    ...(exif ? [exifChunk(exif)] : []),
    ...(packet ? [utf8Chunk(packet)] : []),
  ];
}

async function encodeJpeg(raster: Raster, blocks: MetadataBlocks, { quality = 92 }: EncodeOptions): Promise<Encoded> {
  const opaque = await onWhite(await toDepth(raster, 8, pause), pause);
  const chromaSubsampling = quality >= 90 ? '4:4:4' : '4:2:0';
  const jpeg = await samplesOf(opaque).jpeg({ quality, chromaSubsampling }).toBuffer();
  const { parts, leftOut } = withJpegSegments(jpeg, blocks);
  const tooBig = leftOut.map((name) => `${name} is larger than JPEG can hold and was left out.`);
  const flattened = hasAlpha(raster) ? ['JPEG has no transparency; the picture was put on white.'] : [];
  return { parts, notices: [...depthNotice(raster, 8), ...flattened, ...tooBig] };
}

/** WebP and AVIF get their metadata from a PNG in memory: sharp copies it from there, and cannot be given it otherwise. */
async function encodeModern(
  raster: Raster,
  blocks: MetadataBlocks,
  format: 'webp' | 'avif',
  { quality = 92 }: EncodeOptions,
): Promise<Encoded> {
  const kept = format === 'webp' ? await toDepth(raster, 8, pause) : raster;
  const png = await samplesOf(kept).png({ compressionLevel: 0 }).toBuffer();
  const carrier = await joinParts(withPngChunks(png, blockChunks(blocks)));
  const pipeline = sharp(carrier, { limitInputPixels: false }).keepMetadata().toColourspace(spaceOf(kept));
  const bitdepth = kept.depth === 16 ? 10 : 8;
  const encoder = format === 'webp' ? pipeline.webp({ quality, exact: true }) : pipeline.avif({ quality, bitdepth });
  const notices = [...depthNotice(raster, format === 'webp' ? 8 : 10), ...withoutIptc(blocks)];
  return { parts: [await encoder.toBuffer()], notices };
}

const depthNotice = ({ depth }: Raster, kept: number): string[] =>
  depth === 16 ? [`The format has no 16 bit samples; ${kept} bits were kept.`] : [];

/** A pipeline that hands the raster's samples to an encoder as they are. Without the colour space, libvips would write 8 bits. */
function samplesOf(raster: Raster): Sharp {
  const { width, height, channels, data } = raster;
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false }).toColourspace(spaceOf(raster));
}

const spaceOf = (raster: Raster): string =>
  colourChannels(raster) === 1 ? (raster.depth === 16 ? 'grey16' : 'b-w') : raster.depth === 16 ? 'rgb16' : 'srgb';
