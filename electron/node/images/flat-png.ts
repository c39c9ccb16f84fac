import type { LayeredPicture } from '#common/contract/pictures.ts';
import { boundsOf } from '#common/geometry.ts';
import { rasterOf } from '#common/raster/raster.ts';
import { resample } from '#common/raster/resample.ts';
import { encodeBytes } from './encode.ts';
import { flattenToRaster } from './flatten.ts';
import { pause } from './pause.ts';
import type { TileBlobs } from './picture-tiles.ts';
import { toSrgb8 } from './to-srgb.ts';

/** What is seen of a document, as a PNG. */
export async function flattenToPng(blobs: TileBlobs, picture: LayeredPicture): Promise<Uint8Array> {
  return await encodeBytes(await flattenToRaster(picture, blobs), 'png');
}

const thumbnailSide = 768; // px at most: a part of it is still recognised

/** What is seen of a document, small, as a PNG in sRGB. */
export async function thumbnailPng(blobs: TileBlobs, picture: LayeredPicture): Promise<Uint8Array> {
  const { width, height } = picture.extent;
  const photo = rasterOf(await toSrgb8(await flattenToRaster(picture, blobs)));
  const shrink = Math.min(1, thumbnailSide / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * shrink));
  return await encodeBytes(
    await resample(photo, boundsOf(photo), { width: side(width), height: side(height) }, 8, pause),
    'png',
  );
}
