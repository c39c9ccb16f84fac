import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { RgbImage } from '#models/api';
import { rgbImageOf, rgbToGrey, toDepth } from '#common/raster/depth.ts';
import { colourChannels, rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { isSrgb } from './icc.ts';
import { joinParts } from './join-parts.ts';
import { pause } from './pause.ts';
import { asUint16 } from './samples.ts';
import { tiffParts } from './tiff-writer.ts';

/** A picture as models take it: sRGB, 8 bit, no alpha (colours under transparency show), of 16 bits the high byte. Samples that
 * are sRGB already, and samples without a profile, are not converted.
 *
 * Under another profile the conversion is done in 8 bits, rounded: sharp sends 16-bit samples through P3, which costs shadows more than the
 * lower byte is worth. */
export async function toSrgb8(raster: Raster): Promise<RgbImage> {
  const { profile, width, height } = raster;
  if (!profile || isSrgb(profile)) return await rgbImageOf(raster, pause);
  const shallow = await toDepth(raster, 8, pause);
  const isGrey = colourChannels(raster) === 1;
  const opaque = isGrey ? await rgbToGrey(shallow, pause) : rasterOf(await rgbImageOf(shallow, pause));
  const data = await sharp(await tagged(opaque, profile), { limitInputPixels: false })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** The colours a file has. */
export type ColourSpace = Pick<Raster, 'channels' | 'depth' | 'profile'>;

/** A result in sRGB, brought into a file's own colours: its profile, its depth, grey where the file is grey. Alpha is left to
 * the caller. @returns a raster of 1 or 3 channels */
export async function fromSrgb8(image: RgbImage | Raster, target: ColourSpace): Promise<Raster> {
  const deep = await toDepth('depth' in image ? image : rasterOf(image), target.depth, pause);
  const isGrey = colourChannels(target) === 1;
  const own = target.profile && !isSrgb(target.profile) ? await underProfile(deep, target.profile) : deep;
  const { width, height, channels, depth, data } = isGrey ? await rgbToGrey(own, pause) : own;
  return { width, height, channels, depth, data, ...(target.profile && { profile: target.profile }) };
}

/** sharp takes profiles by file name only. 16-bit samples must come with a profile, or it would take them for P3. */
async function underProfile(raster: Raster, profile: Uint8Array): Promise<Raster> {
  const { width, height, depth } = raster;
  const file = join(tmpdir(), `editar-${randomUUID()}.icc`);
  try {
    await writeFile(file, profile, { flag: 'wx' });
    const { data, info } = await sharp(await tagged(raster, await srgbProfile()), { limitInputPixels: false })
      .toColourspace(depth === 16 ? 'rgb16' : 'srgb') // without it libvips would give 8 bits
      .withIccProfile(file)
      .raw(depth === 16 ? { depth: 'ushort' } : {})
      .toBuffer({ resolveWithObject: true });
    const samples = depth === 16 ? asUint16(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (info.channels !== 1 && info.channels !== 3) throw new Error(`a profile made ${info.channels} channels`);
    return { width, height, channels: info.channels, depth, data: samples };
  } finally {
    await rm(file, { force: true });
  }
}

/** The raster as an uncompressed TIFF in memory, which is how sharp can be told its profile. */
async function tagged(raster: Raster, icc: Uint8Array): Promise<Uint8Array> {
  return await joinParts(await tiffParts(raster, { icc }, { isPacked: false }));
}

let cachedSrgb: Promise<Uint8Array> | undefined;

/** The sRGB profile that comes with sharp. */
export function srgbProfile(): Promise<Uint8Array> {
  return (cachedSrgb ??= builtInProfile('srgb'));
}

/** A profile that comes with sharp. */
export async function builtInProfile(name: 'srgb' | 'p3'): Promise<Uint8Array> {
  const pixel = sharp(Buffer.from([255, 255, 255]), { raw: { width: 1, height: 1, channels: 3 } });
  const { icc } = await sharp(await pixel.withIccProfile(name).png().toBuffer()).metadata();
  if (!icc) throw new Error(`sharp has no profile ${name}`);
  return Uint8Array.from(icc);
}
