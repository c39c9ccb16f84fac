import { roundHalfToEven } from './round.ts';
import { resizeLanczos } from './resample.ts';
import type { Pixels } from './resample.ts';

/** Where the square lies in the resized picture. */
export interface SquareCrop {
  readonly width: number; // of the resized picture
  readonly height: number;
  readonly x: number; // of the square in it
  readonly y: number;
}

/** Geometry of the EditAR crop: the short side becomes `size`, halves round to even, the square is the middle one
 * (spec/editar.md section 2). */
export function squareCrop(width: number, height: number, size: number): SquareCrop {
  const scale = size / Math.min(width, height);
  const resized = { width: roundHalfToEven(scale * width), height: roundHalfToEven(scale * height) };
  return { ...resized, x: Math.floor((resized.width - size) / 2), y: Math.floor((resized.height - size) / 2) };
}

/** The picture as EditAR was trained to see it: `size` × `size` RGB bytes, resized with Pillow's LANCZOS and cropped in the
 * middle. A picture whose short side is `size` already keeps its pixels. Bit-exact with the reference. */
export function prepareSquare(image: Pixels, size: number): Pixels {
  const { width, height, x, y } = squareCrop(image.width, image.height, size);
  return crop(resizeLanczos(image, width, height), x, y, size, size);
}

/** The picture as VAREdit was trained to see it: put into the upper left corner of a white square, then resized to `size`
 * (spec/varedit.md section 4). */
export function prepareWhiteSquare(image: Pixels, size: number): Pixels {
  const side = Math.max(image.width, image.height);
  const square = new Uint8Array(side * side * 3).fill(255);
  for (let y = 0; y < image.height; y++) {
    square.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), y * side * 3);
  }
  return resizeLanczos({ width: side, height: side, data: square }, size, size);
}

/** Undoes {@link prepareWhiteSquare}: back to the longer side of a `width` × `height` picture, without the white. */
export function leaveWhiteSquare(square: Pixels, width: number, height: number): Pixels {
  const side = Math.max(width, height);
  return crop(resizeLanczos(square, side, side), 0, 0, width, height);
}

function crop(image: Pixels, x: number, y: number, width: number, height: number): Pixels {
  if (x === 0 && y === 0 && width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}
