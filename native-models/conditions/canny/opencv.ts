import type { RgbImage } from '../../api.ts';
import { collectRidges, rowWindow, type EdgeStrength, type RidgeRow } from './edge-strength.ts';

/** How OpenCV measures a gradient: |x| + |y|, or its square length. */
export type GradientNorm = 'l1' | 'l2';

/** Gradient of one row, with a zero before the first and after the last pixel: [width + 2] each. */
interface GradientRow {
  readonly size: Int32Array;
  readonly xy: Int32Array; // x in the upper 16 bits, y in the lower
}

/** Thinned gradient of `cv::Canny` with aperture 3, bit for bit (spec/conditions.md section 1, steps 2 to 5): Sobel per channel on
 * bytes, the channel of the largest gradient counts. No blur, no conversion to grey.
 * @param least what no threshold will be below; ridges up to it are left out, which saves time */
export function opencvStrength(image: RgbImage, norm: GradientNorm = 'l1', least = 0): EdgeStrength {
  const { width, height } = image;
  const newRow = (): GradientRow => ({ size: new Int32Array(width + 2), xy: new Int32Array(width + 2) });
  const isSquare = norm === 'l2';
  const gradient = rowWindow(3, newRow, (y, row) => writeGradient(image, y, isSquare, row));
  const outside = newRow().size;
  return collectRidges(width, height, (y, out) => {
    const above = y > 0 ? gradient(y - 1).size : outside;
    const row = gradient(y);
    const below = y < height - 1 ? gradient(y + 1).size : outside;
    thinRow(above, row, below, least, out);
  });
}

/** Writes the gradient of row y. Borders repeat the outermost pixel.
 *
 * A column of three samples is summed once for both directions: above + 2 · here + below in the upper 16 bits, below - above plus 255
 * in the lower. Three neighbouring columns of a channel, left, middle and right, are then a gradient, and stay in registers while
 * the row is walked. */
function writeGradient({ width, height, data }: RgbImage, y: number, isSquare: boolean, out: GradientRow): void {
  const { size, xy } = out;
  const stride = width * 3;
  const row = y * stride;
  const above = y > 0 ? row - stride : row;
  const below = y < height - 1 ? row + stride : row;
  let leftR = column(data, above, row, below, 0);
  let leftG = column(data, above, row, below, 1);
  let leftB = column(data, above, row, below, 2);
  let middleR = leftR;
  let middleG = leftG;
  let middleB = leftB;
  const last = stride - 3;
  for (let pixel = 1, next = 0; pixel <= width; pixel++) {
    if (next < last) next += 3;
    const rightR = column(data, above, row, below, next);
    const rightG = column(data, above, row, below, next + 1);
    const rightB = column(data, above, row, below, next + 2);
    let best = gradientOf(leftR, middleR, rightR);
    let most = sizeOf(best, isSquare);
    const green = gradientOf(leftG, middleG, rightG);
    const blue = gradientOf(leftB, middleB, rightB);
    // The first of equals is kept. Without branches, which would be guessed wrong for every other pixel.
    let more = sizeOf(green, isSquare) - most;
    let isMore = -more >> 31;
    most += more & isMore;
    best ^= (best ^ green) & isMore;
    more = sizeOf(blue, isSquare) - most;
    isMore = -more >> 31;
    size[pixel] = most + (more & isMore);
    xy[pixel] = best ^ ((best ^ blue) & isMore);
    leftR = middleR;
    leftG = middleG;
    leftB = middleB;
    middleR = rightR;
    middleG = rightG;
    middleB = rightB;
  }
}

function column(data: Uint8Array, above: number, row: number, below: number, i: number): number {
  const a = data[above + i]!;
  const b = data[below + i]!;
  return ((a + 2 * data[row + i]! + b) << 16) + (b - a + 255);
}

function gradientOf(left: number, middle: number, right: number): number {
  const x = (right >> 16) - (left >> 16);
  const y = ((left + 2 * middle + right) & 0xffff) - 1020;
  return (x << 16) | (y & 0xffff);
}

function sizeOf(xy: number, isSquare: boolean): number {
  const x = xy >> 16;
  const y = (xy << 16) >> 16;
  return isSquare ? x * x + y * y : Math.abs(x) + Math.abs(y);
}

const tan22 = 13573; // tan 22.5° · 2^15

/** Writes the pixels that are largest across their edge. Which of two equals wins is OpenCV's choice: the left, the upper. */
function thinRow(above: Int32Array, row: GradientRow, below: Int32Array, least: number, out: RidgeRow): void {
  const { size, xy } = row;
  let count = 0;
  for (let i = 1; i < size.length - 1; i++) {
    const m = size[i]!;
    if (m <= least) continue;
    const both = xy[i]!;
    const x = both >> 16;
    const y = (both << 16) >> 16;
    const ax = Math.abs(x);
    const ay = Math.abs(y) << 15;
    const flat = ax * tan22;
    let isRidge: boolean;
    if (ay < flat) isRidge = m > size[i - 1]! && m >= size[i + 1]!;
    else if (ay > flat + (ax << 16)) isRidge = m > above[i]! && m >= below[i]!;
    else {
      const side = (x ^ y) < 0 ? -1 : 1;
      isRidge = m > above[i - side]! && m > below[i + side]!;
    }
    if (!isRidge) continue;
    out.at[count] = i;
    out.size[count++] = m;
  }
  out.count = count;
}
