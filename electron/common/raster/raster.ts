import type { RgbImage } from '#models/api';
import type { Bounds, Extent } from '../geometry.ts';

export type Samples = Uint8Array | Uint16Array;
export type Depth = 8 | 16;
export type Channels = 1 | 2 | 3 | 4;

/** A picture as its file holds it: its own colour space, depth and alpha; only the orientation is applied already. */
export interface Raster extends Extent {
  readonly channels: Channels; // 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; alpha is not premultiplied
  readonly depth: Depth;
  readonly data: Samples; // width · height · channels, interleaved, rows first; Uint16Array for depth 16
  readonly profile?: Uint8Array; // ICC profile of the colours; sRGB without one
}

/** Channels that carry colour: 1 or 3. */
export const colourChannels = ({ channels }: Pick<Raster, 'channels'>): 1 | 3 => (channels < 3 ? 1 : 3);

export const hasAlpha = ({ channels }: Pick<Raster, 'channels'>): boolean => channels % 2 === 0;

export const maxSample = (depth: Depth): number => (depth === 8 ? 0xff : 0xffff);

export const newSamples = (depth: Depth, length: number): Samples =>
  depth === 8 ? new Uint8Array(length) : new Uint16Array(length);

/** The picture of a model as a raster; shares its pixels. */
export const rasterOf = ({ width, height, data }: RgbImage): Raster => ({ width, height, channels: 3, depth: 8, data });

/** A copy of the part inside `bounds`, which lies inside the raster. */
export function crop(raster: Raster, { x, y, width, height }: Bounds): Raster {
  if (x < 0 || y < 0 || x + width > raster.width || y + height > raster.height) {
    throw new RangeError(`cannot crop ${width} × ${height} at ${x}, ${y} from ${raster.width} × ${raster.height}`);
  }
  const { channels, depth } = raster;
  const data = newSamples(depth, width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * raster.width + x) * channels;
    data.set(raster.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { ...raster, width, height, data };
}
