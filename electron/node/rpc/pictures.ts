import type { z } from 'zod';
import type { BlobId } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { LayeredPicture, zPictureRef } from '#common/contract/pictures.ts';
import { boundsOf } from '#common/geometry.ts';
import { rasterOf } from '#common/raster/raster.ts';
import { resample } from '#common/raster/resample.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { decodeImage } from '../images/decode.ts';
import type { DecodedImage } from '../images/decode.ts';
import { encodeBytes } from '../images/encode.ts';
import { flattenToRaster } from '../images/flatten.ts';
import { pause } from '../images/pause.ts';
import { toSrgb8 } from '../images/to-srgb.ts';

type PictureRef = z.infer<typeof zPictureRef>;

/** What is seen of a document, as a PNG. */
export async function flattenToPng(blobs: BlobStore, picture: LayeredPicture): Promise<Uint8Array> {
  return await encodeBytes(await flattenToRaster(picture, blobs), 'png');
}

const thumbnailSide = 768; // px at most: a part of it is still recognised

/** What is seen of a document, small, as a PNG in sRGB. */
export async function thumbnailOf(blobs: BlobStore, picture: LayeredPicture): Promise<Uint8Array> {
  const { width, height } = picture.extent;
  const photo = rasterOf(await toSrgb8(await flattenToRaster(picture, blobs)));
  const shrink = Math.min(1, thumbnailSide / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * shrink));
  return await encodeBytes(
    await resample(photo, boundsOf(photo), { width: side(width), height: side(height) }, 8, pause),
    'png',
  );
}

/** Errors name the picture as the person knows it; where its blob lies is nobody's business. */
export async function decodeBlob(blobs: BlobStore, { blob, name }: PictureRef): Promise<DecodedImage> {
  await requireBlob(blobs, blob);
  const path = blobs.path(blob);
  try {
    return await decodeImage(path);
  } catch (cause) {
    if (cause instanceof AppError && cause.data['path'] === path) {
      throw new AppError(cause.code, { ...cause.data, path: name.split(/[/\\]/).at(-1) }, { cause });
    }
    throw cause;
  }
}

/** @throws RemoteError `blob-missing` */
export async function requireBlob(blobs: BlobStore, id: BlobId): Promise<void> {
  if (!(await blobs.has(id))) throw hostError('blob-missing', { id });
}
