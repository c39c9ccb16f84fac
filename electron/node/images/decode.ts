import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { AppError } from '#common/contract/errors.ts';
import { rgbImageOf } from '#common/raster/depth.ts';
import { rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { inSlices } from '#common/raster/slices.ts';
import { credentialsNotice, hasContentCredentials } from './content-credentials.ts';
import { exifOfTiff } from './exif.ts';
import { decodeHeic } from './heic.ts';
import { profileInfo } from './icc.ts';
import { checkBytes, checkPixels, defaultLimits } from './limits.ts';
import type { ImageLimits } from './limits.ts';
import { bareExif } from './metadata.ts';
import type { ImageMetadata } from './metadata.ts';
import { pause } from './pause.ts';
import { iptcRecords } from './photoshop.ts';
import { pngFrames } from './png-chunks.ts';
import { readImageFile } from './read-image-file.ts';
import { asUint16 } from './samples.ts';
import { sniffFormat } from './sniff.ts';
import type { ImageFormat } from './sniff.ts';

export interface DecodedImage {
  readonly raster: Raster; // upright, in the file's own numbers and colour space
  readonly metadata: ImageMetadata;
}

/** Orientation is left alone only to do as a reference does; HEIC is always upright. */
export interface DecodeOptions extends Partial<ImageLimits> {
  readonly applyOrientation?: boolean;
}

/** Opens a picture: JPEG, PNG, WebP, AVIF, TIFF, GIF (first frame) or HEIC, told by content.
 *
 * The raster is upright (the EXIF orientation is applied here and nowhere else) and holds the file's own samples: 8 or 16 bit,
 * grey or RGB, alpha kept and not premultiplied, palettes expanded, the ICC profile beside the samples and not applied. Only
 * colour models other than grey and RGB are converted, to sRGB; `metadata.notices` says so.
 * @throws AppError `image-unreadable`, `image-too-large` */
export async function decodeImage(
  input: string | Uint8Array,
  { applyOrientation = true, ...limits }: DecodeOptions = {},
): Promise<DecodedImage> {
  const path = typeof input === 'string' ? input : 'the given data';
  const within = { ...defaultLimits, ...limits };
  const bytes = typeof input === 'string' ? await readImageFile(input, within) : input;
  checkBytes(path, bytes.length, within);
  const format = knownFormat(path, bytes);
  const header = await readHeader(path, bytes);
  checkPixels(path, header.width, header.height, within);
  return await decodeChecked(path, bytes, { format, header, applyOrientation }).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError('image-unreadable', { path, reason: damage(cause) }, { cause });
  });
}

/** @throws AppError `image-unreadable` */
function knownFormat(path: string, bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new AppError('image-unreadable', { path, reason: 'it is empty (0 bytes)' });
  const format = sniffFormat(bytes);
  if (format) return format;
  const reason = 'its content is not a JPEG, PNG, WebP, AVIF, TIFF, GIF or HEIC picture';
  throw new AppError('image-unreadable', { path, reason });
}

async function readHeader(path: string, bytes: Uint8Array): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw new AppError('image-unreadable', { path, reason: damage(cause) }, { cause });
  }
}

function damage(cause: unknown): string {
  const detail = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
  const isCut = /premature end|read error|truncated|unexpected end|end of (stream|file)/i.test(detail);
  return `${isCut ? 'it is cut off or damaged' : 'it is damaged'} (${detail})`;
}

interface Checked {
  readonly format: ImageFormat;
  readonly header: Metadata;
  readonly applyOrientation: boolean;
}

async function decodeChecked(path: string, bytes: Uint8Array, checked: Checked): Promise<DecodedImage> {
  const { format, header } = checked;
  const { raster, notice } = await (format === 'heic' ? heicRaster(bytes, header) : sharpRaster(path, bytes, checked));
  const pages = format === 'png' ? pngFrames(bytes) : (header.pages ?? 1); // libvips knows no animated PNG
  const wasAnimated = pages > 1 && format !== 'tiff' && format !== 'heic';
  const credentials = hasContentCredentials(bytes, format) ? credentialsNotice : undefined;
  const notices = [notice, pageNotice(pages, wasAnimated, format), credentials].filter((text) => text !== undefined);
  return { raster, metadata: { ...blocks(bytes, format, header), icc: raster.profile, wasAnimated, notices } };
}

function pageNotice(pages: number, wasAnimated: boolean, format: ImageFormat): string | undefined {
  if (wasAnimated) return `The file is an animation of ${pages} frames; the first was opened.`;
  return pages > 1 && format === 'tiff' ? `The file has ${pages} pages; the first was opened.` : undefined;
}

function blocks(bytes: Uint8Array, format: ImageFormat, header: Metadata) {
  const exif = header.exif ? bareExif(header.exif) : format === 'tiff' ? exifOfTiff(bytes) : undefined;
  const iptc = header.iptc && iptcRecords(header.iptc);
  return { format, exif, xmp: header.xmp, iptc, density: header.density };
}

interface Pixels {
  readonly raster: Raster;
  readonly notice?: string;
}

/** How samples of one kind are asked for so that they come as they are in the file. Without a colour space libvips would give
 * 16-bit samples as 8-bit ones. */
const ownSpaces: Readonly<Record<string, 'b-w' | 'grey16' | 'srgb' | 'rgb16'>> = {
  'b-w uchar': 'b-w',
  'grey16 ushort': 'grey16',
  'srgb uchar': 'srgb',
  'rgb uchar': 'srgb',
  'rgb16 ushort': 'rgb16',
};

async function sharpRaster(path: string, bytes: Uint8Array, { header, applyOrientation }: Checked): Promise<Pixels> {
  const own = isGreyWithAlpha(header) ? 'srgb' : ownSpaces[`${header.space} ${header.depth}`];
  const upright = sharp(bytes, { failOn: 'error', limitInputPixels: false, autoOrient: applyOrientation });
  if (own) return { raster: await ownSamples(upright.keepIccProfile().toColourspace(own), header) };
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    const reason = `its samples are of the kind “${header.depth}”; 8 and 16 bit can be opened`;
    throw new AppError('image-unreadable', { path, reason });
  }
  const raster = toRaster(await upright.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }), 8);
  const how = header.hasProfile ? 'with its colour profile' : 'without a colour profile';
  return { raster, notice: `The colours were converted from ${header.space.toUpperCase()} to sRGB ${how}.` };
}

async function ownSamples(pipeline: Sharp, header: Metadata): Promise<Raster> {
  const depth = header.depth === 'ushort' ? 16 : 8;
  const raw = pipeline.raw(depth === 16 ? { depth: 'ushort' } : {});
  const raster = toRaster(await raw.toBuffer({ resolveWithObject: true }), depth, usableProfile(header));
  return isGreyWithAlpha(header) && raster.channels === 4 ? await greyAndAlpha(raster) : raster;
}

/** sharp drops the alpha of 8-bit grey on its way to raw samples, unless it goes as RGB with three equal channels. */
const isGreyWithAlpha = ({ space, depth, channels }: Metadata): boolean =>
  space === 'b-w' && depth === 'uchar' && channels === 2;

async function greyAndAlpha({ width, height, depth, data: from, profile }: Raster): Promise<Raster> {
  const data = new Uint8Array(width * height * 2);
  await inSlices(height, width * 2, pause, (first, end) => {
    for (let pixel = first * width; pixel < end * width; pixel++) {
      data[pixel * 2] = from[pixel * 4]!;
      data[pixel * 2 + 1] = from[pixel * 4 + 3]!;
    }
  });
  return { width, height, channels: 2, depth, data, ...(profile && { profile }) };
}

/** A profile for another colour model than the samples' cannot be meant for them. */
function usableProfile({ icc, space }: Metadata): Uint8Array | undefined {
  if (!icc) return undefined;
  const expected = space === 'b-w' || space === 'grey16' ? 'GRAY' : 'RGB';
  return profileInfo(icc).colourSpace === expected ? icc : undefined;
}

function toRaster(
  { data, info }: { data: Buffer; info: { width: number; height: number; channels: number } },
  depth: 8 | 16,
  profile?: Uint8Array,
): Raster {
  const { width, height, channels } = info;
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) {
    throw new Error(`${channels} channels; 1 to 4 can be opened`);
  }
  const samples = depth === 16 ? asUint16(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width, height, channels, depth, data: samples, ...(profile && { profile }) };
}

async function heicRaster(bytes: Uint8Array, header: Metadata): Promise<Pixels> {
  const { width, height, rgba } = await decodeHeic(bytes);
  const profile = usableProfile({ ...header, space: 'srgb' });
  const depthNotice =
    header.depth === 'ushort' ? 'The picture has more than 8 bits per sample; 8 were kept.' : undefined;
  const decoded: Raster = { width, height, channels: 4, depth: 8, data: rgba };
  const raster = header.hasAlpha ? decoded : rasterOf(await rgbImageOf(decoded, pause));
  return { raster: { ...raster, ...(profile && { profile }) }, notice: depthNotice };
}
