import type { RgbImage } from '../api.ts';

/** A map of one channel as a picture of three equal ones, which is how models take it. @param grey [height][width] */
export function greyPicture(grey: Uint8Array, width: number, height: number): RgbImage {
  const data = new Uint8Array(grey.length * 3);
  for (let i = 0, to = 0; i < grey.length; i++, to += 3) data[to] = data[to + 1] = data[to + 2] = grey[i]!;
  return { width, height, data };
}
