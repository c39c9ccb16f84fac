import type { Samples } from '#common/raster/raster.ts';
import { toScreen } from '#common/raster/screen-colours.ts';
import type { ScreenColours } from '#common/raster/screen-colours.ts';

/** Pixels as a screen shows them: sRGB of 8 bits, of 16 rounded to the nearest. @param colours of the samples; left out: sRGB, or
 * unknown */
export function displayPixels(samples: Samples, colours?: ScreenColours): Uint8ClampedArray<ArrayBuffer> {
  if (colours) return toScreen(samples, colours);
  if (samples instanceof Uint8Array) {
    return new Uint8ClampedArray(samples.buffer as ArrayBuffer, samples.byteOffset, samples.length);
  }
  const pixels = new Uint8ClampedArray(samples.length);
  for (let i = 0; i < samples.length; i++) pixels[i] = ((samples[i]! + 128) / 257) | 0;
  return pixels;
}
