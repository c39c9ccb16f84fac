import type { RgbImage } from '../api.ts';

/** One channel of a picture, row by row; 0 … 1 unless said otherwise. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

/** Which pixels count: 1 keeps a pixel, 0 blacks it out; row by row, [height · width]. */
export type KeepMask = ArrayLike<number>;

/** The three channels of a picture divided by 255, then blacked out where `keep` is 0 (spec/evaluation.md section 1.4). */
export function toPlanes({ width, height, data }: RgbImage, keep?: KeepMask): Plane[] {
  return [0, 1, 2].map((c) => {
    const values = new Float64Array(width * height);
    for (let i = 0; i < values.length; i++) values[i] = (data[i * 3 + c]! / 255) * (keep ? keep[i]! : 1);
    return { width, height, data: values };
  });
}

/** @throws Error when two pictures differ in size: comparing them pixel by pixel has no meaning */
export function ensureSameSize(a: Size, b: Size): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new Error(`pictures of ${a.width} × ${a.height} and ${b.width} × ${b.height} cannot be compared`);
}

interface Size {
  readonly width: number;
  readonly height: number;
}
