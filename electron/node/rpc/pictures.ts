import type { z } from 'zod';
import type { BlobId } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { zPictureRef } from '#common/contract/pictures.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { decodeImage } from '../images/decode.ts';
import type { DecodedImage } from '../images/decode.ts';

type PictureRef = z.infer<typeof zPictureRef>;

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
