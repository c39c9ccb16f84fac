// Types that code outside the inference library may know.

/** A picture as models and hosts exchange it: HWC, 8 bits per channel, sRGB, no alpha, orientation already applied. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array; // width · height · 3
}

/** What a picture is painted from: the picture itself, or a map of it. */
export type Task = 'edit' | 'canny' | 'depth' | 'segmentation';
export const tasks: readonly Task[] = ['edit', 'canny', 'depth', 'segmentation'];

/** Precision of weights. fp32 is the reference that the others are compared with. */
export type WeightPrecision = 'fp32' | 'int8' | 'int4';

export interface Sampling {
  readonly cfg: number; // guidance scale; 1 and below run without guidance
  readonly temperature: number;
  readonly topK: number; // 0 keeps every token
  readonly topP: number;
}
