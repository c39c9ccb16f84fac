import type { Extent } from '../geometry.ts';
import type { Samples } from './raster.ts';

/** Writes an RGBA picture at half its size into a larger one: the mean of each 2 × 2 pixels, colours weighted by their alpha, so that what
 * is transparent has no say. At an odd edge the last pixels count twice.
 * @param at where in `to`, in pixels @param width of `to` */
export function halveInto(
  to: Samples,
  width: number,
  at: { readonly x: number; readonly y: number },
  from: Samples,
  extent: Extent,
): void {
  const most = from.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  const [columns, rows] = [Math.ceil(extent.width / 2), Math.ceil(extent.height / 2)];
  for (let row = 0; row < rows; row++) {
    const above = 2 * row * extent.width;
    const below = Math.min(2 * row + 1, extent.height - 1) * extent.width;
    let out = ((at.y + row) * width + at.x) * 4;
    for (let column = 0; column < columns; column++, out += 4) {
      const left = 2 * column;
      const right = Math.min(left + 1, extent.width - 1);
      const [a, b, c, d] = [(above + left) * 4, (above + right) * 4, (below + left) * 4, (below + right) * 4];
      const alpha = from[a + 3]! + from[b + 3]! + from[c + 3]! + from[d + 3]!;
      if (alpha === 4 * most) {
        for (let i = 0; i < 3; i++) to[out + i] = (from[a + i]! + from[b + i]! + from[c + i]! + from[d + i]! + 2) >> 2;
      } else if (alpha > 0) {
        for (let i = 0; i < 3; i++) {
          const sum =
            from[a + i]! * from[a + 3]! +
            from[b + i]! * from[b + 3]! +
            from[c + i]! * from[c + 3]! +
            from[d + i]! * from[d + 3]!;
          to[out + i] = sum / alpha + 0.5;
        }
      }
      to[out + 3] = (alpha + 2) >> 2;
    }
  }
}
