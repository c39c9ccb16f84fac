import type { CannyDetector, CannyThresholds } from '#models/maps';
import type { RgbImage } from '#models/api';

/** What the page asks its map worker. Answers carry the number of the question. */
export type ToMapWorker =
  | { readonly type: 'picture'; readonly picture: RgbImage }
  | {
      readonly type: 'edges';
      readonly id: number;
      readonly detector: CannyDetector;
      readonly thresholds: CannyThresholds;
    }
  | { readonly type: 'regions'; readonly id: number; readonly scale: number };

export type FromMapWorker =
  | { readonly type: 'edges'; readonly id: number; readonly data: Uint8Array }
  | { readonly type: 'regions'; readonly id: number; readonly regions: Int32Array }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };
