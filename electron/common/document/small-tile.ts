import { newSamples } from '../raster/raster.ts';
import type { Samples } from '../raster/raster.ts';
import { halveInto } from '../raster/halve.ts';
import type { TilePixels } from './tile-codec.ts';

/** How many times smaller small tiles are. */
export const smallBy = 4;

/** A tile four times smaller: twice the means of 2 × 2 pixels, as the screen makes pictures smaller. */
export function smallTile({ width, height, channels, depth, data }: TilePixels): TilePixels {
  let extent = { width, height };
  let pixels = data;
  for (let size = 1; size < smallBy; size *= 2) {
    pixels = halved(pixels, extent, channels);
    extent = { width: Math.ceil(extent.width / 2), height: Math.ceil(extent.height / 2) };
  }
  return { ...extent, channels, depth, data: pixels };
}

function halved(from: Samples, extent: { width: number; height: number }, channels: 1 | 4): Samples {
  const [width, height] = [Math.ceil(extent.width / 2), Math.ceil(extent.height / 2)];
  const to = newSamples(from.BYTES_PER_ELEMENT === 1 ? 8 : 16, width * height * channels);
  if (channels === 4) halveInto(to, width, { x: 0, y: 0 }, from, extent);
  else halveStrengths(to, width, from, extent);
  return to;
}

function halveStrengths(to: Samples, width: number, from: Samples, extent: { width: number; height: number }): void {
  for (let i = 0; i < to.length; i++) {
    const [x, y] = [2 * (i % width), 2 * Math.floor(i / width)];
    const [right, below] = [Math.min(x + 1, extent.width - 1), Math.min(y + 1, extent.height - 1) * extent.width];
    const above = y * extent.width;
    to[i] = (from[above + x]! + from[above + right]! + from[below + x]! + from[below + right]! + 2) >> 2;
  }
}
