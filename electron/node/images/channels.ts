const pixelsPerTurn = 2 ** 20; // a few milliseconds of work

/** Runs a loop over pixels in slices and lets other work in between, so that no loop holds the process for long. */
export async function inSlices(pixels: number, slice: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < pixels; from += pixelsPerTurn) {
    slice(from, Math.min(from + pixelsPerTurn, pixels));
    if (from + pixelsPerTurn < pixels) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** RGBA → RGB; colours under transparency show. */
export async function dropFourth(rgba: Uint8Array): Promise<Uint8Array> {
  const pixels = rgba.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  await inSlices(pixels, (from, to) => {
    for (let pixel = from; pixel < to; pixel++) {
      rgb[pixel * 3] = rgba[pixel * 4]!;
      rgb[pixel * 3 + 1] = rgba[pixel * 4 + 1]!;
      rgb[pixel * 3 + 2] = rgba[pixel * 4 + 2]!;
    }
  });
  return rgb;
}
