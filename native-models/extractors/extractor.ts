import type { RgbImage } from '../api.ts';

/** A network that makes maps of photographs. */
export interface MapExtractor extends AsyncDisposable {
  readonly kind: 'depth' | 'segmentation';
  readonly title: string; // said of every map it makes
  /** A map as large as the picture: grey levels 0 … 255, near is bright, [height][width]; or palette indices, 255 where no class
   * was found. @throws ModelError `bad-output`, `out-of-memory`, or the signal's reason */
  extract(image: RgbImage, signal?: AbortSignal): Promise<Uint8Array>;
}
