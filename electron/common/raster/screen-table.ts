// Colours by tables, for ICC profiles that are no three primaries with curves (scanners, cameras, printers): what an exact conversion makes of
// evenly spaced colours, and between them the nearest four of these, weighed (tetrahedral interpolation).

import type { Samples } from './raster.ts';

/** What colours become, at the places of a grid; red moves slowest. Plain data, for workers. */
export interface ScreenTables {
  readonly side: number; // places along each channel
  readonly toScreen: Uint8Array; // sRGB by colours of the document, side³ · 3
  readonly fromScreen: Uint16Array; // and the other way
}

/** The same as it comes over a port. @param fromScreen bytes, the low one of each sample first */
export function asTables({
  side,
  toScreen,
  fromScreen,
}: Record<'toScreen' | 'fromScreen', Uint8Array> & { side: number }) {
  const view = new DataView(fromScreen.buffer, fromScreen.byteOffset, fromScreen.byteLength);
  const samples = Uint16Array.from({ length: fromScreen.byteLength / 2 }, (_, i) => view.getUint16(i * 2, true));
  return { side, toScreen, fromScreen: samples } satisfies ScreenTables;
}

/** Places that are whole levels of 8 bits: 0, 5, 10 … 255. */
export const gridSide = 52;

/** The colours of all places of the grid, in order, 8 bits. */
export function gridColours(): Uint8Array {
  const step = 255 / (gridSide - 1);
  const colours = new Uint8Array(gridSide ** 3 * 3);
  for (let i = 0, place = 0; i < colours.length; i += 3, place++) {
    colours[i] = Math.floor(place / gridSide ** 2) * step;
    colours[i + 1] = (Math.floor(place / gridSide) % gridSide) * step;
    colours[i + 2] = (place % gridSide) * step;
  }
  return colours;
}

/** RGBA as a screen shows it, 8 bits. */
export function toScreenByTable(samples: Samples, { side, toScreen }: ScreenTables): Uint8ClampedArray<ArrayBuffer> {
  const most = samples.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  const pixels = new Uint8ClampedArray(samples.length);
  const scale = (side - 1) / most;
  for (let i = 0; i < samples.length; i += 4) {
    interpolate(toScreen, side, samples[i]! * scale, samples[i + 1]! * scale, samples[i + 2]! * scale, pixels, i);
    pixels[i + 3] = (samples[i + 3]! * 255) / most;
  }
  return pixels;
}

/** The colour of the document that shows a colour of the screen, each channel from 0 to 1. */
export function fromScreenByTable(
  colour: readonly [red: number, green: number, blue: number],
  { side, fromScreen }: ScreenTables,
): [red: number, green: number, blue: number] {
  const found = new Float64Array(3);
  const [red, green, blue] = colour.map((share) => Math.min(1, Math.max(0, share)) * (side - 1));
  interpolate(fromScreen, side, red!, green!, blue!, found, 0);
  return [found[0]! / 0xffff, found[1]! / 0xffff, found[2]! / 0xffff];
}

/** The cell of the grid is cut into six parts; in each, one walks from its lowest corner to its highest along the channels, that with the
 * largest remainder first. @param r place on the grid, from 0 to side − 1, like g and b */
function interpolate(
  table: Uint8Array | Uint16Array,
  side: number,
  r: number,
  g: number,
  b: number,
  into: Uint8ClampedArray | Float64Array,
  at: number,
): void {
  const last = side - 2;
  const [i, j, k] = [Math.min(r | 0, last), Math.min(g | 0, last), Math.min(b | 0, last)];
  const [x, y, z] = [r - i, g - j, b - k];
  const start = ((i * side + j) * side + k) * 3;
  const [red, green, blue] = [side * side * 3, side * 3, 3];
  let [first, second, high, middle, low] = [red, green, x, y, z];
  if (x >= y) {
    if (z > x) [first, second, high, middle, low] = [blue, red, z, x, y];
    else if (z > y) [first, second, high, middle, low] = [red, blue, x, z, y];
  } else if (z > y) [first, second, high, middle, low] = [blue, green, z, y, x];
  else if (z > x) [first, second, high, middle, low] = [green, blue, y, z, x];
  else [first, second, high, middle, low] = [green, red, y, x, z];
  const end = start + red + green + blue;
  for (let c = 0; c < 3; c++) {
    into[at + c] =
      table[start + c]! * (1 - high) +
      table[start + first + c]! * (high - middle) +
      table[start + first + second + c]! * (middle - low) +
      table[end + c]! * low;
  }
}
