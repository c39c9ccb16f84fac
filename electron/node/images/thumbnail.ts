import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { decodeHeic } from './heic.ts';
import { defaultLimits } from './limits.ts';
import { readImageFile } from './read-image-file.ts';
import { sniffFormat } from './sniff.ts';

const side = 256; // px, as OpenRaster asks for

/** A small PNG of a picture file. @param input file or bytes of a picture we wrote ourselves */
export async function thumbnailOf(input: string | Uint8Array): Promise<Uint8Array> {
  const small = sharp(input, { limitInputPixels: false }).resize(side, side, {
    fit: 'inside',
    withoutEnlargement: true,
  });
  return await small.toColourspace('srgb').png().toBuffer();
}

const fileSide = 320; // px

/** A small WebP of any picture file that can be opened, upright and in sRGB. The picture itself is not decoded at its full size where its
 * format allows. @throws AppError `image-unreadable`, `image-too-large`; Error when the file is damaged */
export async function fileThumbnail(path: string): Promise<Uint8Array> {
  const bytes = await readImageFile(path, defaultLimits);
  const format = sniffFormat(bytes);
  if (!format) throw new Error('not a picture');
  const limits = { limitInputPixels: defaultLimits.maxPixels };
  const picture = format === 'heic' ? await heicPicture(bytes) : sharp(bytes, limits).autoOrient();
  const small = picture.resize(fileSide, fileSide, { fit: 'inside', withoutEnlargement: true });
  return await small.toColourspace('srgb').webp({ quality: 80, effort: 1 }).toBuffer();
}

async function heicPicture(bytes: Uint8Array): Promise<Sharp> {
  const { rgba, width, height } = await decodeHeic(bytes);
  return sharp(rgba, { raw: { width, height, channels: 4 } });
}
