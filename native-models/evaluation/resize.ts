import type { RgbImage } from '../api.ts';
import type { Plane } from './planes.ts';

/** Pillow's filters of the reference evaluation; `plain-bilinear` does not widen when shrinking, as torchvision did until 0.17. */
export type ResizeFilter = 'bilinear' | 'bicubic' | 'plain-bilinear';

/** Resizes one channel without rounding, width first; each pass is kept in fp32, as Pillow does (spec/evaluation.md section 5).
 * Values keep their range, up to overshoot. */
export function resizePlane(plane: Plane, width: number, height: number, filter: ResizeFilter): Plane {
  const wide = width === plane.width ? plane : alongRows(plane, taps(plane.width, width, filter), Math.fround);
  return height === plane.height ? wide : alongColumns(wide, taps(plane.height, height, filter), Math.fround);
}

const precisionBits = 22;

/** Resizes bytes as Pillow does: weights of 22 fractional bits, each pass rounded to bytes. Bit-exact. `plane.data` holds whole
 * numbers 0 … 255. */
export function resizeBytePlane(plane: Plane, width: number, height: number, filter: ResizeFilter): Plane {
  const whole = (one: readonly Tap[]): Tap[] =>
    one.map(({ start, weights }) => ({
      start,
      weights: weights.map((w) => Math.trunc(w * 2 ** precisionBits + 0.5 * Math.sign(w))),
    }));
  const toByte = (sum: number): number => Math.min(255, Math.max(0, Math.floor((sum + 2 ** 21) / 2 ** precisionBits)));
  const wide = width === plane.width ? plane : alongRows(plane, whole(taps(plane.width, width, filter)), toByte);
  return height === plane.height ? wide : alongColumns(wide, whole(taps(plane.height, height, filter)), toByte);
}

/** The channels of a picture, bytes as they are: 0 … 255. */
export function bytePlanes({ width, height, data }: RgbImage): Plane[] {
  const channel = (c: number): Float64Array => Float64Array.from({ length: width * height }, (_, i) => data[i * 3 + c]);
  return [0, 1, 2].map((c) => ({ width, height, data: channel(c) }));
}

/** Inputs that one output reads. */
interface Tap {
  readonly start: number;
  readonly weights: Float64Array;
}

function taps(inputs: number, outputs: number, filter: ResizeFilter): Tap[] {
  const scale = inputs / outputs;
  if (filter === 'plain-bilinear') return Array.from({ length: outputs }, (_, i) => plainTap(inputs, scale, i));
  const stretch = Math.max(1, scale);
  const support = (filter === 'bicubic' ? 2 : 1) * stretch;
  const kernel = filter === 'bicubic' ? cubic : triangle;
  return Array.from({ length: outputs }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(inputs, Math.trunc(centre + support + 0.5));
    const raw = new Float64Array(end - start).map((_, k) => kernel((k + start - centre + 0.5) / stretch));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { start, weights: raw.map((weight) => weight / total) };
  });
}

/** The two neighbours of a position, which torch computes in fp32: far from the origin that shows in the third decimal. */
function plainTap(inputs: number, scale: number, i: number): Tap {
  const position = Math.max(0, Math.fround(Math.fround(Math.fround(scale) * (i + 0.5)) - 0.5));
  const start = Math.min(Math.floor(position), inputs - 1);
  const second = position - start;
  return start === inputs - 1
    ? { start, weights: Float64Array.of(1) }
    : { start, weights: Float64Array.of(1 - second, second) };
}

const triangle = (t: number): number => Math.max(0, 1 - Math.abs(t));

/** Catmull-Rom: a = -0.5. */
function cubic(t: number): number {
  const x = Math.abs(t);
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

type Rounding = (sum: number) => number;

function alongRows({ width, height, data }: Plane, outputs: readonly Tap[], round: Rounding): Plane {
  const out = new Float64Array(outputs.length * height);
  for (let y = 0; y < height; y++) {
    for (const [x, { start, weights }] of outputs.entries()) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * data[y * width + start + k];
      out[y * outputs.length + x] = round(sum);
    }
  }
  return { width: outputs.length, height, data: out };
}

function alongColumns({ width, data }: Plane, outputs: readonly Tap[], round: Rounding): Plane {
  const out = new Float64Array(width * outputs.length);
  for (const [y, { start, weights }] of outputs.entries()) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * data[(start + k) * width + x];
      out[y * width + x] = round(sum);
    }
  }
  return { width, height: outputs.length, data: out };
}
