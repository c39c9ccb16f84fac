import type { RgbImage } from '../api.ts';
import type { KnownWorlds } from './familiarity.ts';

/** A network that makes maps of pictures. */
export interface MapExtractor extends AsyncDisposable {
  readonly kind: 'depth' | 'segmentation';
  readonly about: ExtractorAbout;
  /** A map as large as the picture.
   * @throws ModelError `bad-output`, `out-of-memory`, or the signal's reason */
  extract(image: RgbImage, signal?: AbortSignal): Promise<ExtractedMap>;
}

/** What a pack says of its network. */
export interface ExtractorAbout {
  readonly title: string; // said of every map it makes
  readonly note?: string | undefined; // one sentence on what it is good for
  readonly worlds?: KnownWorlds | undefined; // all that the network has learnt from; left out by networks for any picture
}

/** A map of one picture, of the picture's size. */
export interface ExtractedMap {
  /** Grey levels 0 … 255, near is bright, [height][width]; or indices of `palette`, 255 where no class was found. */
  readonly data: Uint8Array;
  readonly isFamiliar: boolean; // false: the picture is unlike all the network has learnt from, and the map means little
}
