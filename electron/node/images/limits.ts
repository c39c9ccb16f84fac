import { AppError } from '#common/contract/errors.ts';

/** What may be opened at all. Checked against the header, before anything is allocated for pixels. */
export interface ImageLimits {
  readonly maxBytes: number; // of the file
  readonly maxPixels: number;
}

/** 300 megapixels at 4 channels of 16 bit are 2.4 GB, which is about what one picture may cost. */
export const defaultLimits: ImageLimits = { maxBytes: 512 * 2 ** 20, maxPixels: 300_000_000 };

/** @throws AppError `image-too-large` */
export function checkBytes(path: string, bytes: number, { maxBytes }: ImageLimits): void {
  if (bytes <= maxBytes) return;
  const sizes = { size: megabytes(bytes), limit: megabytes(maxBytes) };
  throw new AppError('image-too-large', { path, ...sizes, bytes, maxBytes });
}

/** @throws AppError `image-too-large` */
export function checkPixels(path: string, width: number, height: number, { maxPixels }: ImageLimits): void {
  if (width * height <= maxPixels) return;
  const size = `${width} × ${height} pixels (${megapixels(width * height)})`;
  throw new AppError('image-too-large', { path, size, limit: megapixels(maxPixels), width, height, maxPixels });
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
const megapixels = (count: number): string => `${(count / 1e6).toFixed(0)} megapixels`;
