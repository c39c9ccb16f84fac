import type { Mask } from '#common/raster/masks.ts';
import { windowOf } from '#common/raster/selection.ts';

/** Raw pixels of a band as something to draw. @param rgb three bytes per pixel
 * @param mask how strongly pixels of the model's square show; left out: entirely @param top of the band in that square */
export async function bandBitmap(rgb: Uint8Array, width: number, mask?: Mask, top = 0): Promise<ImageBitmap> {
  const pixels = rgb.length / 3;
  const rgba = new Uint8ClampedArray(pixels * 4);
  const strengths = mask && windowOf(mask, { x: 0, y: top, width, height: pixels / width });
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++, from += 3, to += 4) {
    rgba[to] = rgb[from]!;
    rgba[to + 1] = rgb[from + 1]!;
    rgba[to + 2] = rgb[from + 2]!;
    rgba[to + 3] = strengths ? strengths[pixel]! : 255;
  }
  return await createImageBitmap(new ImageData(rgba, width));
}
