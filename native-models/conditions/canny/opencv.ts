import type { RgbImage } from '../../api.ts';
import { newEdgeStrength, rowWindow, type EdgeStrength } from './edge-strength.ts';

/** How OpenCV measures a gradient: |x| + |y|, or its square length. */
export type GradientNorm = 'l1' | 'l2';

/** Gradient of one row, with a zero before the first and after the last pixel: [width + 2] each. */
interface GradientRow {
  readonly size: Int32Array;
  readonly x: Int32Array;
  readonly y: Int32Array;
}

/** Thinned gradient of `cv::Canny` with aperture 3, bit for bit (spec/conditions.md section 1, steps 2 to 5): Sobel per channel on
 * bytes, the channel of the largest gradient counts. No blur, no conversion to grey.
 * @param least what no threshold will be below; ridges up to it are left out, which saves time */
export function opencvStrength(image: RgbImage, norm: GradientNorm = 'l1', least = 0): EdgeStrength {
  const { width, height } = image;
  const strength = newEdgeStrength(width, height);
  const newRow = (): GradientRow => ({
    size: new Int32Array(width + 2),
    x: new Int32Array(width + 2),
    y: new Int32Array(width + 2),
  });
  const gradient = rowWindow(3, newRow, gradientRows(image, norm));
  const outside = newRow().size;
  for (let y = 0; y < height; y++) {
    const above = y > 0 ? gradient(y - 1).size : outside;
    const row = gradient(y);
    const below = y < height - 1 ? gradient(y + 1).size : outside;
    const start = (y + 1) * (width + 2);
    thinRow(above, row, below, least, strength.data.subarray(start, start + width + 2));
  }
  return strength;
}

/** Writes the gradient of any row. Borders repeat the outermost pixel. */
function gradientRows({ width, height, data }: RgbImage, norm: GradientNorm) {
  const samples = width * 3;
  const sums = new Int32Array(samples + 6); // above + 2 · here + below, one pixel more on either side
  const differences = new Int32Array(samples + 6); // below - above
  const measure = norm === 'l1' ? writeAbsolute : writeSquare;
  return (y: number, out: GradientRow): void => {
    const row = y * samples;
    const above = Math.max(0, y - 1) * samples;
    const below = Math.min(height - 1, y + 1) * samples;
    for (let i = 0; i < samples; i++) {
      const a = data[above + i]!;
      const b = data[below + i]!;
      sums[i + 3] = a + 2 * data[row + i]! + b;
      differences[i + 3] = b - a;
    }
    for (const line of [sums, differences]) {
      line.copyWithin(0, 3, 6);
      line.copyWithin(samples + 3, samples, samples + 3);
    }
    measure(sums, differences, width, out);
  };
}

/** Keeps the channel with the largest |x| + |y|, the first of equals. */
function writeAbsolute(sums: Int32Array, differences: Int32Array, width: number, out: GradientRow): void {
  for (let pixel = 1, i = 3; pixel <= width; pixel++) {
    let best = -1;
    let x = 0;
    let y = 0;
    for (const end = i + 3; i < end; i++) {
      const dx = sums[i + 3]! - sums[i - 3]!;
      const dy = differences[i - 3]! + 2 * differences[i]! + differences[i + 3]!;
      const size = Math.abs(dx) + Math.abs(dy);
      if (size <= best) continue;
      best = size;
      x = dx;
      y = dy;
    }
    out.size[pixel] = best;
    out.x[pixel] = x;
    out.y[pixel] = y;
  }
}

/** Keeps the channel with the largest x² + y², the first of equals. */
function writeSquare(sums: Int32Array, differences: Int32Array, width: number, out: GradientRow): void {
  for (let pixel = 1, i = 3; pixel <= width; pixel++) {
    let best = -1;
    let x = 0;
    let y = 0;
    for (const end = i + 3; i < end; i++) {
      const dx = sums[i + 3]! - sums[i - 3]!;
      const dy = differences[i - 3]! + 2 * differences[i]! + differences[i + 3]!;
      const size = dx * dx + dy * dy;
      if (size <= best) continue;
      best = size;
      x = dx;
      y = dy;
    }
    out.size[pixel] = best;
    out.x[pixel] = x;
    out.y[pixel] = y;
  }
}

const tan22 = 13573; // tan 22.5° · 2^15

/** Writes the sizes of pixels that are largest across their edge. Which of two equals wins is OpenCV's choice: the left, the upper. */
function thinRow(above: Int32Array, row: GradientRow, below: Int32Array, least: number, out: Float32Array): void {
  const { size, x: xs, y: ys } = row;
  for (let i = 1; i < size.length - 1; i++) {
    const m = size[i]!;
    if (m <= least) continue;
    const x = xs[i]!;
    const y = ys[i]!;
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
    if (isRidge) out[i] = m;
  }
}
