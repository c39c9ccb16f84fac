import type { Channels, Depth, Raster } from '#common/raster/raster.ts';
import { maxSample, newSamples } from '#common/raster/raster.ts';

/** A smooth picture with detail at several scales, the same every time; values stay off black and white. */
export function smoothPicture(width: number, height: number, channels: Channels = 3, depth: Depth = 8): Raster {
  const data = newSamples(depth, width * height * channels);
  const most = maxSample(depth);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, i++) {
        const wave =
          Math.sin(x / 23 + c) + Math.cos(y / 31 - c) + Math.sin((x + 2 * y) / 57) + Math.cos((x - y) / 101 + 2 * c);
        data[i] = Math.round(most * (0.5 + 0.1 * wave));
      }
    }
  }
  return { width, height, channels, depth, data };
}

/** Even noise over the whole range, the same for the same seed. */
export function noisePicture(
  width: number,
  height: number,
  channels: Channels = 3,
  depth: Depth = 8,
  seed = 1,
): Raster {
  const data = newSamples(depth, width * height * channels);
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> (32 - depth);
  }
  return { width, height, channels, depth, data };
}

/** Waves of a dozen pixels and strong contrast: rounding to bytes hides nothing in it, halving it loses little. */
export function wavePicture(width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) {
        const wave = Math.sin(x / 2.1 + c) + Math.sin(y / 2.3 - c) + Math.sin((x + y) / 3.7) + Math.sin((x - y) / 4.3);
        data[i] = Math.round(127.5 + 31 * wave);
      }
    }
  }
  return { width, height, channels: 3, depth: 8, data };
}
