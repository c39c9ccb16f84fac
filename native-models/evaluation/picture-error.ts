import type { RgbImage } from '../api.ts';
import { ensureSameSize, type KeepMask } from './planes.ts';

/** Mean squared error of two pictures, 0 … 1. Pixels that `keep` leaves out count as equal and stay in the number of pixels,
 * as in the reference; NaN when the mask leaves nothing (spec/evaluation.md section 1.4). */
export function meanSquaredError(a: RgbImage, b: RgbImage, keep?: KeepMask): number {
  return keep && !hasAny(keep) ? NaN : squaredError(a, b, keep) / a.data.length;
}

/** Mean squared error of the kept pixels alone, 0 … 1: the mask's size does not matter. NaN when it keeps nothing. */
export function meanSquaredErrorInside(a: RgbImage, b: RgbImage, keep: KeepMask): number {
  let kept = 0;
  for (let i = 0; i < keep.length; i++) kept += keep[i];
  return kept === 0 ? NaN : squaredError(a, b, keep) / (kept * 3);
}

/** Decibels of a mean squared error with data range 1; Infinity for 0. */
export const toPsnr = (error: number): number => (error === 0 ? Infinity : -10 * Math.log10(error));

function squaredError(a: RgbImage, b: RgbImage, keep?: KeepMask): number {
  ensureSameSize(a, b);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = keep && keep[Math.floor(i / 3)] === 0 ? 0 : a.data[i] - b.data[i];
    sum += difference * difference;
  }
  return sum / (255 * 255);
}

function hasAny(keep: KeepMask): boolean {
  for (let i = 0; i < keep.length; i++) if (keep[i]) return true;
  return false;
}
