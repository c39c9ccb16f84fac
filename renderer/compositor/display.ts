import type { Samples } from '#common/raster/raster.ts';

/** Pixels as a screen shows them: 8 bits, of 16 rounded to the nearest. */
export function displayPixels(samples: Samples): Uint8ClampedArray<ArrayBuffer> {
  if (samples instanceof Uint8Array) {
    return new Uint8ClampedArray(samples.buffer as ArrayBuffer, samples.byteOffset, samples.length);
  }
  const pixels = new Uint8ClampedArray(samples.length);
  for (let i = 0; i < samples.length; i++) pixels[i] = ((samples[i]! + 128) / 257) | 0;
  return pixels;
}
