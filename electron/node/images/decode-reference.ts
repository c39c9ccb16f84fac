import type { RgbImage } from '#models/api';
import { rgbImageOf } from '#common/raster/depth.ts';
import type { Raster } from '#common/raster/raster.ts';
import { inSlices } from '#common/raster/slices.ts';
import { decodeImage } from './decode.ts';
import { pause } from './pause.ts';

export interface ReferenceOptions {
  readonly applyOrientation: boolean; // the reference does not
  readonly sixteenBitGrey: 'saturate' | 'highByte'; // the reference saturates
}

/** A file as the reference's image library turns it into RGB (spec section 2, item 1): profiles are ignored, alpha is dropped, 16-bit
 * colour keeps the high byte, and 16-bit grey is clipped to 255 when `saturate` is asked for.
 * @throws AppError `image-unreadable`, `image-too-large` */
export async function decodeReference(
  path: string,
  { applyOrientation, sixteenBitGrey }: ReferenceOptions,
): Promise<RgbImage> {
  const { raster } = await decodeImage(path, { applyOrientation });
  const isSaturated = sixteenBitGrey === 'saturate' && raster.depth === 16 && raster.channels === 1;
  return await rgbImageOf(isSaturated ? await saturated(raster) : raster, pause);
}

async function saturated(raster: Raster): Promise<Raster> {
  const { width, height, data: from } = raster;
  const data = new Uint8Array(width * height);
  await inSlices(height, width, pause, (first, end) => {
    for (let pixel = first * width; pixel < end * width; pixel++) data[pixel] = Math.min(255, from[pixel]!);
  });
  return { width, height, channels: 1, depth: 8, data };
}
