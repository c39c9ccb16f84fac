// Exact Euclidean distance to a set of pixels, by columns and then by lower envelopes of parabolas along rows (Felzenszwalb and
// Huttenlocher, "Distance transforms of sampled functions", 2012).

import type { Extent } from '../geometry.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

/** Distance of each pixel to the nearest member of its own column; a member has at least `threshold`.
 * @param most px; farther pixels get this (rounded up), which must be below 32768 @returns [height][width] */
export async function verticalDistances(
  values: Uint8Array,
  { width, height }: Extent,
  threshold: number,
  most: number,
  pause: Pause,
): Promise<Uint16Array> {
  const far = Math.min(Math.ceil(most), 32_767);
  const distances = new Uint16Array(width * height);
  await inSlices(height, width, pause, (first, end) => {
    for (let i = first * width; i < end * width; i++) {
      const above = i < width ? far : distances[i - width]! + 1;
      distances[i] = values[i]! >= threshold ? 0 : Math.min(far, above);
    }
  });
  await inSlices(height, width, pause, (first, end) => {
    for (let i = (height - first) * width - 1; i >= (height - end) * width; i--) {
      const below = i >= (height - 1) * width ? far : distances[i + width]! + 1;
      if (below < distances[i]!) distances[i] = below;
    }
  });
  return distances;
}

/** Completes the distances of some rows. @param found is told the squared distance of every pixel of them; exact up to the `most`
 * that the vertical distances were made with */
export function distanceRows(
  vertical: Uint16Array,
  width: number,
  firstRow: number,
  endRow: number,
  found: (index: number, squaredDistance: number) => void,
): void {
  const vertices = new Int32Array(width); // columns whose parabola is the lowest somewhere
  const heights = new Float64Array(width);
  const limits = new Float64Array(width + 1); // from where on
  for (let row = firstRow; row < endRow; row++) {
    const start = row * width;
    let last = -1;
    for (let x = 0; x < width; x++) {
      const height = vertical[start + x]! ** 2;
      let from = -Infinity;
      while (last >= 0) {
        const other = vertices[last]!;
        from = (height + x * x - heights[last]! - other * other) / (2 * (x - other));
        if (from > limits[last]!) break;
        last--;
        from = -Infinity;
      }
      last++;
      vertices[last] = x;
      heights[last] = height;
      limits[last] = from;
    }
    limits[last + 1] = Infinity;
    for (let x = 0, k = 0; x < width; x++) {
      while (limits[k + 1]! < x) k++;
      found(start + x, (x - vertices[k]!) ** 2 + heights[k]!);
    }
  }
}
