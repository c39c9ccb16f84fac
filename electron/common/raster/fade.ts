import type { Bounds } from '../geometry.ts';
import type { Mask } from './masks.ts';
import type { Samples } from './raster.ts';
import { windowOf } from './selection.ts';

/** Makes RGBA as see-through as strengths say: with 255 it stays as it is, with 0 nothing is seen. @param strengths one for each pixel */
export function fadeAlpha(rgba: Samples, strengths: Uint8Array): void {
  for (let i = 0; i < strengths.length; i++) rgba[i * 4 + 3] = (rgba[i * 4 + 3]! * strengths[i]!) / 255 + 0.5;
}

/** What of a picture stays: what a mask takes in, or what it leaves. */
export interface Kept {
  readonly mask: Mask;
  readonly side: 'inside' | 'outside';
}

/** How strongly each pixel of a region stays; `all` or `none` where they are alike. */
export function keptIn({ mask, side }: Kept, region: Bounds): Uint8Array | 'all' | 'none' {
  const inside = windowOf(mask, region);
  const strengths = side === 'inside' ? inside : inside.map((strength) => 255 - strength);
  if (strengths.every((strength) => strength === 255)) return 'all';
  return strengths.every((strength) => strength === 0) ? 'none' : strengths;
}

/** Clears the colours of pixels that are not seen, so that what was taken away is in no file. */
export function clearUnseen(rgba: Samples): void {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] === 0) rgba.fill(0, i - 3, i);
}
