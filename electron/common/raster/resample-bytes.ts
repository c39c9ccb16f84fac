import type { RgbImage } from '#models/api';
import type { Bounds } from '../geometry.ts';
import { reflect } from './resample.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

const lobes = 3;
const precisionBits = 22;
const half = 1 << (precisionBits - 1);

/** For every output of one axis: which inputs it reads, and how much of each. */
interface ByteTaps {
  readonly most: number; // inputs that one output reads at most
  readonly counts: Int32Array; // [outputs]
  readonly indices: Int32Array; // [outputs][most], inside the picture
  readonly weights: Int32Array; // [outputs][most], in units of 2^-22
}

/** Resizes a square of an RGB picture to `size` × `size` with the very arithmetic the models were trained with (Pillow's LANCZOS:
 * fixed-point weights, bytes between the two passes; spec/editar.md section 2), as if the square were a picture of its own.
 * @param square whole pixels; what lies beyond the picture is its reflection */
export async function resampleBytes(image: RgbImage, square: Bounds, size: number, pause: Pause): Promise<RgbImage> {
  const columns = byteTaps(square.x, square.width, size, image.width);
  const rows = byteTaps(square.y, square.height, size, image.height);
  const first = rows.indices.reduce((least, row) => Math.min(least, row));
  const end = rows.indices.reduce((most, row) => Math.max(most, row)) + 1;
  const wide = await resizeRows(image, columns, size, first, end, pause);
  return { width: size, height: size, data: await resizeColumns(wide, rows, size, first, pause) };
}

/** @returns [end - first][size][3] */
async function resizeRows(
  { width, data }: RgbImage,
  { most, counts, indices, weights }: ByteTaps,
  size: number,
  first: number,
  end: number,
  pause: Pause,
): Promise<Uint8Array> {
  const wide = new Uint8ClampedArray((end - first) * size * 3);
  await inSlices(end - first, size * 3 * most, pause, (from, to) => {
    for (let row = from, target = from * size * 3; row < to; row++) {
      const start = (first + row) * width;
      for (let x = 0; x < size; x++, target += 3) {
        let [red, green, blue] = [half, half, half];
        for (let k = x * most; k < x * most + counts[x]!; k++) {
          const weight = weights[k]!;
          const p = (start + indices[k]!) * 3;
          red += weight * data[p]!;
          green += weight * data[p + 1]!;
          blue += weight * data[p + 2]!;
        }
        wide[target] = red >> precisionBits;
        wide[target + 1] = green >> precisionBits;
        wide[target + 2] = blue >> precisionBits;
      }
    }
  });
  return new Uint8Array(wide.buffer);
}

async function resizeColumns(
  wide: Uint8Array,
  { most, counts, indices, weights }: ByteTaps,
  size: number,
  firstRow: number,
  pause: Pause,
): Promise<Uint8Array> {
  const stride = size * 3;
  const data = new Uint8ClampedArray(size * stride);
  const sums = new Int32Array(stride); // a whole row at a time, in the order of memory
  await inSlices(size, stride * most, pause, (from, to) => {
    for (let y = from; y < to; y++) {
      sums.fill(half);
      for (let k = y * most; k < y * most + counts[y]!; k++) {
        const row = (indices[k]! - firstRow) * stride;
        for (let i = 0; i < stride; i++) sums[i]! += weights[k]! * wide[row + i]!;
      }
      for (let i = 0; i < stride; i++) data[y * stride + i] = sums[i]! >> precisionBits;
    }
  });
  return new Uint8Array(data.buffer);
}

function byteTaps(start: number, length: number, outputs: number, inputs: number): ByteTaps {
  const scale = length / outputs;
  const stretch = Math.max(1, scale);
  const support = lobes * stretch;
  const most = Math.ceil(support) * 2 + 1;
  const counts = new Int32Array(outputs);
  const indices = new Int32Array(outputs * most).fill(reflect(start, inputs));
  const weights = new Int32Array(outputs * most);
  for (let i = 0; i < outputs; i++) {
    const centre = (i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const to = Math.min(length, Math.trunc(centre + support + 0.5));
    const exact = Array.from({ length: to - from }, (_, k) => lanczos((from + k - centre + 0.5) / stretch));
    const total = exact.reduce((sum, weight) => sum + weight, 0);
    counts[i] = exact.length;
    for (const [k, weight] of exact.entries()) {
      indices[i * most + k] = reflect(start + from + k, inputs);
      weights[i * most + k] = roundHalfAway((weight / total) * 2 ** precisionBits);
    }
  }
  return { most, counts, indices, weights };
}

const roundHalfAway = (value: number): number => Math.trunc(value + (value < 0 ? -0.5 : 0.5));
const lanczos = (t: number): number => (t >= -lobes && t < lobes ? sinc(t) * sinc(t / lobes) : 0);
const sinc = (t: number): number => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
