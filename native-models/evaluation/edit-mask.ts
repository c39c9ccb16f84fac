/** Region to edit of a PIE-Bench entry, 1 = edit, [height · width]: runs of (start, length) over the pixels in raster order; the
 * outermost ring of pixels always belongs to it, a trailing odd number is ignored (spec/evaluation.md section 1.2). */
export function decodeEditMask(runs: readonly number[], width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let i = 0; i + 1 < runs.length; i += 2) {
    const start = runs[i];
    mask.fill(1, start, start + Math.min(runs[i + 1], mask.length - start));
  }
  mask.fill(1, 0, width).fill(1, mask.length - width);
  for (let y = 0; y < height; y++) mask[y * width] = mask[y * width + width - 1] = 1;
  return mask;
}

/** The pixels outside a region: what background metrics keep. */
export const outside = (mask: Uint8Array): Uint8Array => mask.map((value) => 1 - value);
