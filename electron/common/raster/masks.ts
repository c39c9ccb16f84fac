import { AppError } from '../contract/errors.ts';
import { boundsOf, grow, intersect, isEmpty } from '../geometry.ts';
import type { Bounds, Extent } from '../geometry.ts';
import { distanceRows, verticalDistances } from './distance.ts';
import { colourChannels, hasAlpha, maxSample } from './raster.ts';
import type { Raster } from './raster.ts';
import type { Placement } from './placement.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';

/** Where and how strongly: 0 is untouched, 255 is entirely. Outside its bounds a mask is 0. */
export interface Mask {
  readonly bounds: Bounds; // image space
  readonly data: Uint8Array; // width · height of the bounds, rows first
}

/** How a mask spreads: first by `dilate` pixels at full strength, then falling to 0 over `ramp` pixels. */
export interface Spread {
  readonly dilate: number; // px, image space
  readonly ramp: number;
}

/** Of the region the model may change: 4 px wider than the selection, and fading over a tenth of its smaller side, at
 * least 32 px. */
export const editSpread = ({ width, height }: Extent): Spread => ({
  dilate: 4,
  ramp: Math.max(32, Math.round(Math.min(width, height) / 10)),
});

/** Of the region that is put back into the photo. */
export const pasteSpread: Spread = { dilate: 0, ramp: 25 };

/** Of the cells that changed: they are coarse, so their surroundings belong to them a little. */
export const cellSpread: Spread = { dilate: 4, ramp: 25 };

const inside = 128; // from here on a pixel counts as selected where only yes or no will do

/** A rectangle, cut off at the edges of the picture. @throws AppError `selection-empty` when it lies outside */
export function maskOfBounds(bounds: Bounds, image: Extent): Mask {
  const visible = intersect(bounds, boundsOf(image));
  if (isEmpty(visible)) {
    const { x, y } = bounds;
    const reason = `the rectangle at ${x}, ${y} lies outside the picture of ${image.width} × ${image.height} pixels`;
    throw new AppError('selection-empty', { reason });
  }
  return { bounds: visible, data: new Uint8Array(visible.width * visible.height).fill(255) };
}

/** The strengths of a rectangle inside the picture. @param data one byte for each pixel of it, rows first
 * @throws AppError `unsupported-size`, `selection-empty` */
export function maskOfStrengths(bounds: Bounds, data: Uint8Array, image: Extent): Mask {
  const { x, y, width, height } = bounds;
  const shared = intersect(bounds, boundsOf(image));
  if (shared.width !== width || shared.height !== height || data.length !== width * height) {
    const allowed = `the selection of ${width} × ${height} at ${x}, ${y} and its ${data.length} strengths must lie inside the picture of ${image.width} × ${image.height}`;
    throw new AppError('unsupported-size', { width, height, allowed });
  }
  if (data.every((strength) => strength === 0)) throw new AppError('selection-empty', { reason: 'it is 0 everywhere' });
  return { bounds, data };
}

/** A picture of the photo's size as a mask: bright is selected, transparent is not. Its bounds are as small as they can be; empty
 * for a black picture. @throws AppError `unsupported-size` when the sizes differ */
export async function maskOfRaster(raster: Raster, image: Extent, pause: Pause): Promise<Mask> {
  const { width, height, channels, depth, data } = raster;
  if (width !== image.width || height !== image.height) {
    const allowed = `the mask must have the picture's size, ${image.width} × ${image.height}`;
    throw new AppError('unsupported-size', { width, height, allowed });
  }
  const full = new Uint8Array(width * height);
  const colours = colourChannels(raster);
  const opacity = hasAlpha(raster);
  const most = maxSample(depth);
  await inSlices(height, width * channels, pause, (first, end) => {
    for (let i = first * width, p = i * channels; i < end * width; i++, p += channels) {
      const bright = colours === 1 ? data[p]! : Math.max(data[p]!, data[p + 1]!, data[p + 2]!);
      const alpha = opacity ? data[p + colours]! / most : 1;
      full[i] = Math.round(((bright * alpha) / most) * 255);
    }
  });
  return await trimmed(full, boundsOf(image), pause);
}

/** Spreads a mask by exact Euclidean distance, so that corners become round. Pixels at least half selected are where distances start
 * from; no pixel gets weaker. @param within image space; nothing outside is selected */
export async function spreadMask(mask: Mask, { dilate, ramp }: Spread, within: Bounds, pause: Pause): Promise<Mask> {
  const bounds = intersect(grow(mask.bounds, Math.ceil(dilate + ramp)), within);
  const { width, height } = bounds;
  const data = new Uint8Array(Math.max(0, width) * Math.max(0, height));
  if (isEmpty(bounds)) return { bounds, data };
  await inSlices(height, width, pause, (first, end) => copyRows(mask, bounds, data, first, end));
  const vertical = await verticalDistances(data, bounds, inside, dilate + ramp + 1, pause);
  const strengths = strengthTable(dilate, ramp);
  await inSlices(height, width * 8, pause, (first, end) => {
    distanceRows(vertical, width, first, end, (index, squared) => {
      const strength = squared < strengths.length ? strengths[squared]! : 0;
      if (strength > data[index]!) data[index] = strength;
    });
  });
  return { bounds, data };
}

/** Strength by squared distance, which is a whole number. */
function strengthTable(dilate: number, ramp: number): Uint8Array {
  const reach = Math.ceil(dilate + ramp);
  return Uint8Array.from({ length: reach * reach + 1 }, (_, squared) => {
    const beyond = Math.sqrt(squared) - dilate;
    return beyond <= 0 ? 255 : Math.round(255 * smooth(1 - beyond / ramp));
  });
}

/** Without kinks at either end, which the eye would find. */
const smooth = (t: number): number => (t <= 0 ? 0 : t * t * (3 - 2 * t));

function copyRows(mask: Mask, bounds: Bounds, data: Uint8Array, first: number, end: number): void {
  const shared = intersect(mask.bounds, bounds);
  const from = Math.max(first, shared.y - bounds.y);
  const to = Math.min(end, shared.y + shared.height - bounds.y);
  for (let row = from; row < to; row++) {
    const start = (bounds.y + row - mask.bounds.y) * mask.bounds.width + (shared.x - mask.bounds.x);
    data.set(mask.data.subarray(start, start + shared.width), row * bounds.width + (shared.x - bounds.x));
  }
}

/** The mask without a step where the model's square ends inside the photo: there it falls to 0 over `ramp` pixels. Where the square
 * ends with the photo, it stays as it is. */
export async function fadeAtSquareEdges(
  { bounds, data }: Mask,
  { image, visible }: Placement,
  ramp: number,
  pause: Pause,
): Promise<Mask> {
  const across = edgeStrengths(bounds.x, bounds.width, visible.x, visible.width, image.width, ramp);
  const down = edgeStrengths(bounds.y, bounds.height, visible.y, visible.height, image.height, ramp);
  const faded = new Uint8Array(data.length);
  await inSlices(bounds.height, bounds.width, pause, (first, end) => {
    for (let y = first; y < end; y++) {
      for (let x = 0, i = y * bounds.width; x < bounds.width; x++, i++) {
        faded[i] = Math.min(data[i]!, across[x]!, down[y]!);
      }
    }
  });
  return { bounds, data: faded };
}

/** Strength allowed along one axis, for `length` pixels from `start`, of a square visible from `first` on in a photo of size `whole`. */
function edgeStrengths(start: number, length: number, first: number, visible: number, whole: number, ramp: number) {
  return Uint8Array.from({ length }, (_, i) => {
    const toFirst = first > 0 ? start + i - first : Infinity;
    const toLast = first + visible < whole ? first + visible - 1 - start - i : Infinity;
    return Math.round(255 * smooth(Math.min(1, (Math.min(toFirst, toLast) + 1) / (ramp + 1))));
  });
}

/** At every pixel the weaker of two masks, as large as the part they share. */
export async function weakerOf(one: Mask, other: Mask, pause: Pause): Promise<Mask> {
  const bounds = intersect(one.bounds, other.bounds);
  const data = new Uint8Array(bounds.width * bounds.height);
  await inSlices(bounds.height, bounds.width, pause, (first, end) => {
    for (let row = first; row < end; row++) {
      const a = startOfRow(one.bounds, bounds, row);
      const b = startOfRow(other.bounds, bounds, row);
      for (let x = 0, i = row * bounds.width; x < bounds.width; x++, i++) {
        data[i] = Math.min(one.data[a + x]!, other.data[b + x]!);
      }
    }
  });
  return { bounds, data };
}

/** Index, in a mask of bounds `of`, of the first pixel of a row of the part inside it. */
const startOfRow = (of: Bounds, part: Bounds, row: number): number => (part.y + row - of.y) * of.width + part.x - of.x;

/** Cells of a raster-order grid whose ids differ, 1 for each. */
export function changedCells(source: ArrayLike<number>, result: ArrayLike<number>): Uint8Array {
  if (source.length !== result.length) throw new RangeError(`${source.length} ids and ${result.length} ids`);
  return Uint8Array.from(source, (id, cell) => (id === result[cell] ? 0 : 1));
}

/** Leaves out changed cells that look the same: another id can stand for the same pixels.
 * @param before @param after the two decoded pictures, RGB, of one square size
 * @param levels mean difference from which on a cell counts, of 255 */
export function visiblyChanged(
  cells: Uint8Array,
  before: { readonly width: number; readonly data: Uint8Array },
  after: { readonly data: Uint8Array },
  levels = 3,
): Uint8Array {
  const grid = Math.sqrt(cells.length);
  const side = before.width / grid;
  return cells.map((isChanged, cell) => {
    if (!isChanged) return 0;
    let sum = 0;
    for (let y = 0; y < side; y++) {
      const start = ((Math.floor(cell / grid) * side + y) * before.width + (cell % grid) * side) * 3;
      for (let i = start; i < start + side * 3; i++) sum += Math.abs(before.data[i]! - after.data[i]!);
    }
    return sum >= levels * side * side * 3 ? 1 : 0;
  });
}

/** Cells at the size of the photo, sharp-edged: each covers its exact share of the model's square, in whole pixels. */
export async function maskOfCells(cells: Uint8Array, { source, visible }: Placement, pause: Pause): Promise<Mask> {
  const grid = Math.sqrt(cells.length);
  const column = cellsAlong(visible.x - source.x, visible.width, source.width, grid);
  const row = cellsAlong(visible.y - source.y, visible.height, source.height, grid);
  const data = new Uint8Array(visible.width * visible.height);
  await inSlices(visible.height, visible.width, pause, (first, end) => {
    for (let y = first, i = first * visible.width; y < end; y++) {
      for (let x = 0; x < visible.width; x++, i++) data[i] = cells[row[y]! * grid + column[x]!]! * 255;
    }
  });
  return await trimmed(data, visible, pause);
}

function cellsAlong(start: number, length: number, size: number, grid: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => Math.floor(((start + i) * grid) / size));
}

/** Cells that a mask touches, raster order, 1 for each: the ones the model may change. */
export async function cellsOfMask(
  { bounds, data }: Mask,
  { source }: Placement,
  grid: number,
  pause: Pause,
): Promise<Uint8Array> {
  const cells = new Uint8Array(grid * grid);
  const column = cellsAlong(bounds.x - source.x, bounds.width, source.width, grid);
  const row = cellsAlong(bounds.y - source.y, bounds.height, source.height, grid);
  const isInGrid = (index: number): boolean => index >= 0 && index < grid;
  await inSlices(bounds.height, bounds.width, pause, (first, end) => {
    for (let y = first; y < end; y++) {
      if (!isInGrid(row[y]!)) continue;
      for (let x = 0, i = y * bounds.width; x < bounds.width; x++, i++) {
        if (data[i]! > 0 && isInGrid(column[x]!)) cells[row[y]! * grid + column[x]!] = 1;
      }
    }
  });
  return cells;
}

/** The same mask with bounds as small as they can be. */
async function trimmed(data: Uint8Array, bounds: Bounds, pause: Pause): Promise<Mask> {
  const used = await usedBounds(data, bounds, pause);
  const small = new Uint8Array(used.width * used.height);
  await inSlices(used.height, used.width, pause, (first, end) => {
    for (let row = first; row < end; row++) {
      const start = (used.y - bounds.y + row) * bounds.width + (used.x - bounds.x);
      small.set(data.subarray(start, start + used.width), row * used.width);
    }
  });
  return { bounds: used, data: small };
}

async function usedBounds(data: Uint8Array, { x, y, width, height }: Bounds, pause: Pause): Promise<Bounds> {
  let [left, right, top, bottom] = [width, 0, height, 0];
  await inSlices(height, width, pause, (firstRow, endRow) => {
    for (let row = firstRow; row < endRow; row++) {
      const start = row * width;
      let [first, last] = [0, width - 1];
      while (first < width && data[start + first] === 0) first++;
      if (first === width) continue;
      while (data[start + last] === 0) last--;
      left = Math.min(left, first);
      right = Math.max(right, last + 1);
      top = Math.min(top, row);
      bottom = row + 1;
    }
  });
  if (bottom === 0) return { x, y, width: 0, height: 0 };
  return { x: x + left, y: y + top, width: right - left, height: bottom - top };
}
