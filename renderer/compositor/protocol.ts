import type { Extent, Point } from '#common/geometry.ts';
import type { Depth, Samples } from '#common/raster/raster.ts';
import type { Kept } from '#common/raster/fade.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { ScreenColours } from '#common/raster/screen-colours.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import type { LayerStack, StackLayer, TiledImage, TileKey } from './layer-stack.ts';
import type { FinishedStroke, StrokeEnd, StrokePlan } from './strokes.ts';
import type { TileAt } from './tile-grid.ts';

/** A stack without the images that the worker has already. */
export interface StackChange {
  readonly extent: Extent;
  readonly depth: Depth;
  readonly layers: readonly StackLayer[];
  readonly images: Readonly<Record<string, TiledImage | TilePatch>>; // new ones and those that changed
}

/** Some tiles of an image the worker has. */
export interface TilePatch {
  readonly patch: readonly (readonly [index: number, key: TileKey | null])[];
}

/** What a tile's pixels can arrive as: samples, which are given away, a bitmap, or the bytes of a document's tile. */
export type LoadedTile = Samples | ImageBitmap | { readonly encoded: Uint8Array };

/** A colour as it is seen, and its alpha: each from 0 to 255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** A tile that somebody wants to see. */
export interface WantedTile extends TileAt {
  readonly since: number; // drawn with an earlier revision of the layers it is out of date
  readonly isAhead: boolean; // not in sight yet
}

/** Which pixels resemble the one at a point. */
export interface SimilarQuestion {
  readonly at: Point; // image space
  readonly tolerance: number; // largest difference of a channel, 0 to 255
  readonly isConnected: boolean; // only those that touch, step by step
  readonly of?: LayerStack; // left out: what is shown
}

/** A picture for looking at, as small as was asked for. */
export interface SmallPicture extends Extent {
  readonly level: number; // 2^level times smaller than its original
  readonly rgba: Uint8ClampedArray<ArrayBuffer>; // 8 bits, not premultiplied
}

export interface Answers {
  colour: Rgba;
  layer: string | null;
  similar: Mask | null;
  strengths: Mask | null;
  small: SmallPicture;
  blended: readonly (Uint8Array | TileKey | null)[];
  stroke: FinishedStroke;
  grown: readonly (Uint8Array | null)[];
}
export interface Questions {
  colour: Point;
  /** The topmost layer that shows something at a point of the canvas; null: none. @param among others are seen through */
  layer: { readonly at: Point; readonly among: readonly string[] };
  similar: SimilarQuestion;
  /** How opaque a stack is everywhere, or of an image of strengths how bright. */
  strengths: { readonly of: LayerStack; readonly what: 'alpha' | 'brightness' };
  /** A stack of at most so many pixels. @param name under which smaller copies are kept; left out: of what is shown */
  small: { readonly mostPixels: number; readonly named?: { readonly name: string; readonly of: LayerStack } };
  /** The tiles of a stack as blobs of a document, or the names of tiles that look like that already; null: all samples are 0.
   * @param kept of the stack; left out: all of it */
  blended: { readonly of: LayerStack; readonly kept?: Kept };
  /** What a stroke left. */
  stroke: { readonly id: number; readonly end: StrokeEnd };
  /** Tiles named by `grownKey` as blobs of a document; null: all samples are 0. */
  grown: { readonly keys: readonly TileKey[] };
}
export type QuestionKind = keyof Questions;

export type ToWorker =
  | { readonly type: 'stack'; readonly revision: number; readonly change: StackChange }
  | { readonly type: 'colours'; readonly revision: number; readonly colours: ScreenColours | undefined }
  | { readonly type: 'request'; readonly tiles: readonly WantedTile[] } // the most urgent first; those asked for before and not named are dropped
  | { readonly type: 'workOn'; readonly layer: string | undefined; readonly tiles: readonly TileAt[] } // what is about to change, and where it is seen
  | { readonly type: 'loaded'; readonly key: TileKey; readonly tile: LoadedTile }
  | { readonly type: 'notLoaded'; readonly key: TileKey; readonly reason: string }
  | { readonly type: 'smallLoaded'; readonly keys: readonly TileKey[]; readonly tiles: readonly Uint8Array[] } // no tiles: nobody has them smaller
  | { readonly type: 'copy'; readonly from: TileKey; readonly to: TileKey }
  | { readonly type: 'beginStroke'; readonly stroke: number; readonly plan: StrokePlan }
  | { readonly type: 'extendStroke'; readonly stroke: number; readonly points: readonly StrokePoint[] }
  | { readonly type: 'endStroke'; readonly stroke: number }
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly kind: QuestionKind;
      readonly question: Questions[QuestionKind];
    }
  | { readonly type: 'giveUp'; readonly id: number }; // nobody waits for the answer

export type FromWorker =
  | { readonly type: 'load'; readonly key: TileKey }
  | { readonly type: 'loadSmall'; readonly keys: readonly TileKey[] }
  | {
      readonly type: 'drawn';
      readonly at: TileAt;
      readonly revision: number;
      readonly bitmap: ImageBitmap;
      readonly isOpaque: boolean;
    }
  | { readonly type: 'notDrawn'; readonly at: TileAt; readonly revision: number; readonly reason: string }
  | { readonly type: 'progress'; readonly id: number; readonly share: number } // of an answer, 0 to 1
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answers[QuestionKind] }
  | { readonly type: 'noAnswer'; readonly id: number; readonly reason: string };

/** Bytes of pixels that a worker keeps so as not to load or make them again. */
export const keptBytes = {
  tiles: 416 * 2 ** 20,
  smaller: 320 * 2 ** 20, // copies of layers and tiles made smaller: what is used for the size that is seen pushes out the rest
  ground: 64 * 2 ** 20, // what lies below the layer that is worked on: more tiles than a screen has
  asked: 64 * 2 ** 20,
} as const;
