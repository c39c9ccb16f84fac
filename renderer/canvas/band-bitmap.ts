/** Raw pixels of a band as something to draw. @param rgb three bytes per pixel */
export async function bandBitmap(rgb: Uint8Array, width: number): Promise<ImageBitmap> {
  const pixels = rgb.length / 3;
  const rgba = new Uint8ClampedArray(pixels * 4);
  for (let pixel = 0, from = 0, to = 0; pixel < pixels; pixel++, from += 3, to += 4) {
    rgba[to] = rgb[from]!;
    rgba[to + 1] = rgb[from + 1]!;
    rgba[to + 2] = rgb[from + 2]!;
    rgba[to + 3] = 255;
  }
  return await createImageBitmap(new ImageData(rgba, width));
}
