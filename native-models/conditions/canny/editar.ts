import type { RgbImage } from '../../api.ts';
import { collectRidges, rowWindow, type EdgeStrength, type RidgeRow } from './edge-strength.ts';

// exp(-i * i / 2) for i = -2..2, normalised to sum 1.
const gauss = [
  0.054488684549642945, 0.24420134200323332, 0.40261994689424746, 0.24420134200323332, 0.054488684549642945,
] as const;
const tan22 = 0.41421356237309503; // √2 - 1
/** Differences that count as ties of a perfectly flat step. */
const tie = 1e-5;

/** Gradient of one row, with a zero before the first and after the last pixel: [width + 2] each. */
interface GradientRow {
  readonly size: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Thinned gradient of the detector EditAR was trained with: kornia's Canny on grey values 0 … 1, 5 × 5 Gaussian of sigma 1
 * (spec/conditions.md section 2, steps 1 to 5).
 * @param isTieSafe keeps one pixel of two equal ones, which kornia drops both: for artwork with perfectly flat steps
 * @param least what no threshold will be below; ridges up to it are left out, which saves time */
export function editarStrength(image: RgbImage, isTieSafe: boolean, least = 0): EdgeStrength {
  const { width, height } = image;
  const newRow = (): GradientRow => ({
    size: new Float64Array(width + 2),
    x: new Float64Array(width + 2),
    y: new Float64Array(width + 2),
  });
  const gradient = rowWindow(3, newRow, gradientRows(image));
  const outside = newRow().size;
  const [ahead, behind] = isTieSafe ? [-tie, tie] : [0, 0];
  return collectRidges(width, height, (y, out) => {
    const above = y > 0 ? gradient(y - 1).size : outside;
    const row = gradient(y);
    const below = y < height - 1 ? gradient(y + 1).size : outside;
    thinRow(above, row, below, { least, ahead, behind }, out);
  });
}

/** Writes the gradient of any row of the blurred picture. Borders repeat its outermost pixel. */
function gradientRows(image: RgbImage) {
  const { width, height } = image;
  const blurred = rowWindow(3, () => new Float64Array(width), blurredRows(image));
  return (y: number, out: GradientRow): void => {
    const [above, row, below] = [blurred(Math.max(0, y - 1)), blurred(y), blurred(Math.min(height - 1, y + 1))];
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? x - 1 : 0;
      const right = x < width - 1 ? x + 1 : x;
      const a = above[left]!;
      const b = above[right]!;
      const c = below[left]!;
      const d = below[right]!;
      const gx = b - a + 2 * (row[right]! - row[left]!) + d - c;
      const gy = c - a + 2 * (below[x]! - above[x]!) + d - b;
      out.x[x + 1] = gx;
      out.y[x + 1] = gy;
      out.size[x + 1] = Math.sqrt(gx * gx + gy * gy + 1e-6);
    }
  };
}

/** Writes any row of the blurred picture, which is mirrored at its borders without repeating the outermost pixel. */
function blurredRows(image: RgbImage) {
  const { width, height } = image;
  const across = rowWindow(5, () => new Float64Array(width), rowsBlurredAcross(image));
  const [far, near, middle] = gauss;
  return (y: number, out: Float64Array): void => {
    const [a, b, c, d, e] = [-2, -1, 0, 1, 2].map((k) => across(mirrored(y + k, height))) as FiveRows;
    for (let x = 0; x < width; x++) out[x] = far * a[x]! + near * b[x]! + middle * c[x]! + near * d[x]! + far * e[x]!;
  };
}

type FiveRows = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** Writes grey values 0 … 1 of any row, blurred along it. */
function rowsBlurredAcross({ width, data }: RgbImage) {
  const grey = new Float64Array(width + 4); // two mirrored pixels on either side
  const [far, near, middle] = gauss;
  return (y: number, out: Float64Array): void => {
    for (let x = 0, i = y * width * 3; x < width; x++, i += 3)
      grey[x + 2] = (0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!) / 255;
    for (const x of [-2, -1, width, width + 1]) grey[x + 2] = grey[mirrored(x, width) + 2]!;
    for (let x = 0; x < width; x++) {
      const sum = far * grey[x]! + near * grey[x + 1]! + middle * grey[x + 2]!;
      out[x] = sum + near * grey[x + 3]! + far * grey[x + 4]!;
    }
  };
}

/** Where a position up to two beyond a line of pixels is found; lines of one or two pixels are clamped. */
function mirrored(i: number, length: number): number {
  const inside = i < 0 ? -i : i >= length ? 2 * length - 2 - i : i;
  return Math.max(0, Math.min(length - 1, inside));
}

/** How much larger a pixel has to be than its neighbours. */
interface Margins {
  readonly least: number; // than nothing at all
  readonly ahead: number; // than the neighbour up the gradient
  readonly behind: number; // than the neighbour down the gradient
}

/** Writes the pixels that are largest along their gradient, rounded to one of eight directions. */
function thinRow(
  above: Float64Array,
  { size, x: xs, y: ys }: GradientRow,
  below: Float64Array,
  { least, ahead, behind }: Margins,
  out: RidgeRow,
): void {
  let count = 0;
  for (let i = 1; i < size.length - 1; i++) {
    const m = size[i]!;
    if (m <= least) continue;
    const gx = xs[i]!;
    const gy = ys[i]!;
    const ax = Math.abs(gx);
    const ay = Math.abs(gy);
    const dy = ay > ax * tan22 ? Math.sign(gy) : 0;
    const dx = ax > ay * tan22 ? Math.sign(gx) : dy === 0 ? 1 : 0;
    const next = dy > 0 ? below : dy < 0 ? above : size;
    const last = dy > 0 ? above : dy < 0 ? below : size;
    if (m - next[i + dx]! <= ahead || m - last[i - dx]! <= behind) continue;
    out.at[count] = i;
    out.size[count++] = m;
  }
  out.count = count;
}
