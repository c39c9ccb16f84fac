import type { RgbImage } from '#models/api';
import { colourChannels, hasAlpha, newSamples } from './raster.ts';
import type { Depth, Raster } from './raster.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

/** Colours as a model reads them: alpha is dropped (colours under transparency show), grey becomes RGB, of 16 bits the high byte
 * counts. Colours are taken as they are: convert a raster with a profile to sRGB first. Shares the pixels of a raster that is 8-bit
 * RGB already. */
export async function rgbImageOf(raster: Raster, pause: Pause): Promise<RgbImage> {
  const { width, height, channels, depth, data: from } = raster;
  if (channels === 3 && from instanceof Uint8Array) return { width, height, data: from };
  const colours = colourChannels(raster);
  const shift = depth - 8;
  const data = new Uint8Array(width * height * 3);
  const green = colours === 3 ? 1 : 0;
  const blue = colours === 3 ? 2 : 0;
  await inSlices(height, width * 3, pause, (first, end) => {
    for (let i = first * width, p = i * channels, to = i * 3; i < end * width; i++, p += channels, to += 3) {
      data[to] = from[p]! >> shift;
      data[to + 1] = from[p + green]! >> shift;
      data[to + 2] = from[p + blue]! >> shift;
    }
  });
  return { width, height, data };
}

/** The same picture in another depth: 8 → 16 spreads evenly (× 257), 16 → 8 rounds to the nearest. */
export async function toDepth(raster: Raster, depth: Depth, pause: Pause): Promise<Raster> {
  if (raster.depth === depth) return raster;
  const { width, height, channels, data: from } = raster;
  const data = newSamples(depth, from.length);
  await inSlices(height, width * channels, pause, (first, end) => {
    const last = end * width * channels;
    if (depth === 16) for (let i = first * width * channels; i < last; i++) data[i] = from[i]! * 257;
    else for (let i = first * width * channels; i < last; i++) data[i] = Math.floor((from[i]! + 128) / 257);
  });
  return { ...raster, depth, data };
}

/** Grey as RGB with equal channels; alpha stays. Of use only where the grey has no profile of its own. */
export async function greyToRgb(raster: Raster, pause: Pause): Promise<Raster> {
  if (colourChannels(raster) === 3) return raster;
  const { width, height, channels, depth, data: from } = raster;
  const newChannels = hasAlpha(raster) ? 4 : 3;
  const data = newSamples(depth, width * height * newChannels);
  await inSlices(height, width * newChannels, pause, (first, end) => {
    for (let i = first * width; i < end * width; i++) {
      data.fill(from[i * channels]!, i * newChannels, i * newChannels + 3);
      if (newChannels === 4) data[i * 4 + 3] = from[i * 2 + 1]!;
    }
  });
  return { width, height, channels: newChannels, depth, data };
}

/** RGB as grey (Rec. 601 luma); alpha is dropped. */
export async function rgbToGrey(raster: Raster, pause: Pause): Promise<Raster> {
  const { width, height, channels, depth, data: from } = raster;
  if (channels === 1) return raster;
  const data = newSamples(depth, width * height);
  const isGrey = colourChannels(raster) === 1;
  await inSlices(height, width * 3, pause, (first, end) => {
    for (let i = first * width, p = i * channels; i < end * width; i++, p += channels) {
      data[i] = isGrey ? from[p]! : Math.round(0.299 * from[p]! + 0.587 * from[p + 1]! + 0.114 * from[p + 2]!);
    }
  });
  return { width, height, channels: 1, depth, data };
}

/** Whether a picture has more colour than rounding and compression leave behind: more than a thousandth of its pixels have channels
 * that differ by more than `levels` of 255. */
export function hasColour({ width, height, data }: RgbImage, levels = 24): boolean {
  let coloured = 0;
  for (let p = 0; p < data.length; p += 3) {
    const [r, g, b] = [data[p]!, data[p + 1]!, data[p + 2]!];
    if (Math.max(r, g, b) - Math.min(r, g, b) > levels) coloured++;
  }
  return coloured * 1000 > width * height;
}
