import type { RgbImage } from '../api.ts';
import { ensureSameSize, toPlanes, type KeepMask, type Plane } from './planes.ts';

/** How the map of similarities becomes a number: `editar2025` averages all of it, `pnp2023` leaves a border of 5 pixels out
 * (spec/evaluation.md section 0). */
export type SsimProtocol = 'editar2025' | 'pnp2023';

const radius = 5;
const sigma = 1.5;
const c1 = 0.01 ** 2;
const c2 = 0.03 ** 2;
const window = gaussian();

/** Structural similarity of two pictures with an 11 × 11 Gaussian window, mean over channels; -1 … 1, 1 when equal. Pixels that
 * `keep` leaves out are black in both. Sides have to be at least 11 (spec/evaluation.md section 1.4). */
export function ssim(a: RgbImage, b: RgbImage, keep?: KeepMask, protocol: SsimProtocol = 'editar2025'): number {
  const others = toPlanes(b, keep);
  const values = toPlanes(a, keep).map((plane, c) => planeSsim(plane, others[c]!, protocol));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The same for one channel of values 0 … 1, such as a map of edges. */
export function planeSsim(a: Plane, b: Plane, protocol: SsimProtocol = 'editar2025'): number {
  const { similarity } = similarityMaps(a, b);
  return meanWithout(similarity, protocol === 'pnp2023' ? radius : 0);
}

/** The map itself: similarity around each pixel, -1 … 1, for a mean over a region of one's own. */
export const similarityMap = (a: Plane, b: Plane): Plane => similarityMaps(a, b).similarity;

/** Weights of the five scales, fine to coarse. */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;

/** Sides below this are too small for the coarsest scale. */
export const leastMultiScaleSide = 2 ** (scaleWeights.length - 1) * (2 * radius + 1); // 176 pixels

/** Multi-scale structural similarity of one channel of values 0 … 1, as the Canny comparison of the paper uses it: contrast of
 * each scale without its border, similarity of the coarsest with it (spec/evaluation.md section 2).
 * @throws Error when a side is below 176 pixels, where the coarsest scale is smaller than the window */
export function multiScaleSsim(a: Plane, b: Plane): number {
  if (Math.min(a.width, a.height) < leastMultiScaleSide) {
    throw new Error(`multi-scale SSIM needs sides of ${leastMultiScaleSide} pixels, got ${a.width} × ${a.height}`);
  }
  let product = 1;
  for (const [scale, weight] of scaleWeights.entries()) {
    const { similarity, contrast } = similarityMaps(a, b);
    const isLast = scale === scaleWeights.length - 1;
    const value = isLast ? meanWithout(similarity, 0) : meanWithout(contrast, radius);
    product *= Math.max(0, value) ** weight;
    [a, b] = [halved(a), halved(b)];
  }
  return product;
}

function similarityMaps(a: Plane, b: Plane): { similarity: Plane; contrast: Plane } {
  ensureSameSize(a, b);
  const [meanA, meanB] = [blurred(a), blurred(b)];
  const [squareA, squareB, product] = [times(a, a), times(b, b), times(a, b)].map(blurred) as [Plane, Plane, Plane];
  const similarity = new Float64Array(a.data.length);
  const contrast = new Float64Array(a.data.length);
  for (let i = 0; i < similarity.length; i++) {
    const x = meanA.data[i]!;
    const y = meanB.data[i]!;
    const varianceX = Math.max(0, squareA.data[i]! - x * x);
    const varianceY = Math.max(0, squareB.data[i]! - y * y);
    contrast[i] = (2 * (product.data[i]! - x * y) + c2) / (varianceX + varianceY + c2);
    similarity[i] = (contrast[i]! * (2 * x * y + c1)) / (x * x + y * y + c1);
  }
  return { similarity: { ...a, data: similarity }, contrast: { ...a, data: contrast } };
}

function gaussian(): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(((i - radius) / sigma) ** 2) / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const times = (a: Plane, b: Plane): Plane => ({ ...a, data: a.data.map((value, i) => value * b.data[i]!) });

/** Gaussian filter; the picture is mirrored at its edges without repeating the outermost pixel. */
function blurred({ width, height, data }: Plane): Plane {
  const rows = filtered(data, height, width, width, 1);
  return { width, height, data: filtered(rows, width, height, 1, width) };
}

/** Filters `lines` lines of `length` values that lie `step` apart. */
function filtered(data: Float64Array, lines: number, length: number, lineStep: number, step: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++)
        sum += window[k + radius]! * data[start + mirrored(i + k, length) * step]!;
      out[start + i * step] = sum;
    }
  }
  return out;
}

const mirrored = (i: number, length: number): number => (i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i);

function meanWithout({ width, height, data }: Plane, border: number): number {
  let sum = 0;
  for (let y = border; y < height - border; y++) {
    for (let x = border; x < width - border; x++) sum += data[y * width + x]!;
  }
  return sum / ((width - 2 * border) * (height - 2 * border));
}

/** Mean of 2 × 2 pixels; an odd last row or column is dropped. */
function halved({ width, height, data }: Plane): Plane {
  const out = new Float64Array((width >> 1) * (height >> 1));
  for (let i = 0; i < out.length; i++) {
    const at = 2 * Math.floor(i / (width >> 1)) * width + 2 * (i % (width >> 1));
    out[i] = (data[at]! + data[at + 1]! + data[at + width]! + data[at + width + 1]!) / 4;
  }
  return { width: width >> 1, height: height >> 1, data: out };
}
