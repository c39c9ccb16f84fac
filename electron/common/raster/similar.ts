import type { Point } from '../geometry.ts';
import type { Mask } from './masks.ts';
import type { Raster, Samples } from './raster.ts';
import { trimMask } from './trim.ts';

export interface Similarity {
  readonly tolerance: number; // largest difference of any channel, alpha included, in levels of 255
  readonly isConnected: boolean; // only pixels that can be reached from the first by steps to one of four neighbours
}

/** The pixels whose colour resembles that of one of them; null when that one lies outside. @param picture RGBA */
export function similarPixels(picture: Raster, at: Point, { tolerance, isConnected }: Similarity): Mask | null {
  const { width, height } = picture;
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
  if (x < 0 || y < 0 || x >= width || y >= height) return null;
  const isAlike = likeness(picture, y * width + x, tolerance);
  const found = new Uint8Array(width * height);
  if (isConnected) fillFrom(found, width, height, y * width + x, isAlike);
  else for (let i = 0; i < found.length; i++) if (isAlike(i)) found[i] = 255;
  return trimMask({ bounds: { x: 0, y: 0, width, height }, data: found });
}

function likeness({ data, depth }: { data: Samples; depth: Raster['depth'] }, seed: number, tolerance: number) {
  const most = depth === 8 ? tolerance : tolerance * 257;
  const [r, g, b, a] = data.subarray(seed * 4, seed * 4 + 4) as unknown as [number, number, number, number];
  return (pixel: number): boolean => {
    const i = pixel * 4;
    const alpha = data[i + 3]!;
    if (alpha === 0 && a === 0) return true; // colours of nothing are alike
    return (
      Math.abs(alpha - a) <= most &&
      Math.abs(data[i]! - r) <= most &&
      Math.abs(data[i + 1]! - g) <= most &&
      Math.abs(data[i + 2]! - b) <= most
    );
  };
}

/** Fills runs of a row at a time, and remembers one pixel of each run above and below that is still to be filled. */
function fillFrom(
  found: Uint8Array,
  width: number,
  height: number,
  seed: number,
  isAlike: (pixel: number) => boolean,
): void {
  const open = [seed];
  const isNew = (pixel: number): boolean => found[pixel] === 0 && isAlike(pixel);
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    if (!isNew(pixel)) continue;
    const start = pixel - (pixel % width);
    let [first, last] = [pixel, pixel];
    while (first > start && isNew(first - 1)) first--;
    while (last < start + width - 1 && isNew(last + 1)) last++;
    found.fill(255, first, last + 1);
    for (const step of [-width, width]) {
      if (start + step < 0 || start + step >= width * height) continue;
      for (let next = first + step, wasNew = false; next <= last + step; next++) {
        const isOpen = isNew(next);
        if (isOpen && !wasNew) open.push(next);
        wasNew = isOpen;
      }
    }
  }
}
