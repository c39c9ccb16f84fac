import type { Mask } from './masks.ts';

/** The same mask with bounds as small as they can be; null when nothing is selected. */
export function trimMask({ bounds, data }: Mask): Mask | null {
  const { width, height } = bounds;
  let [left, right, top, bottom] = [width, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    let first = 0;
    while (first < width && row[first] === 0) first++;
    if (first === width) continue;
    let last = width - 1;
    while (row[last] === 0) last--;
    if (bottom === 0) top = y;
    left = Math.min(left, first);
    right = Math.max(right, last + 1);
    bottom = y + 1;
  }
  if (bottom === 0) return null;
  if (left === 0 && top === 0 && right === width && bottom === height) return { bounds, data };
  return {
    bounds: { x: bounds.x + left, y: bounds.y + top, width: right - left, height: bottom - top },
    data: part(data, width, left, top, right, bottom),
  };
}

function part(data: Uint8Array, width: number, left: number, top: number, right: number, bottom: number): Uint8Array {
  const small = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    small.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return small;
}
