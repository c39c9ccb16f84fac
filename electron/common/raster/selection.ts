// A selection is a mask with bounds as small as they can be; null where nothing is selected.

import { boundsOf, grow, intersect, isEmpty, union } from '../geometry.ts';
import type { Bounds, Extent, Point } from '../geometry.ts';
import { maskOfBounds, spreadMask } from './masks.ts';
import type { Mask } from './masks.ts';
import { inSlices } from './slices.ts';
import type { Pause } from './slices.ts';
import { trimMask } from './trim.ts';

export type Selection = Mask | null;

/** What a new shape does to what is selected already. */
export const combinations = ['replace', 'add', 'subtract', 'intersect'] as const;
export type Combination = (typeof combinations)[number];

/** Lays a shape over a selection: the stronger of both, what the shape leaves, or the weaker of both. */
export function combine(selection: Selection, shape: Selection, how: Combination): Selection {
  if (how === 'replace') return shape && trimMask(shape);
  if (selection === null) return how === 'add' ? shape && trimMask(shape) : null;
  if (shape === null) return how === 'intersect' ? null : selection;
  if (how === 'intersect') {
    const bounds = intersect(selection.bounds, shape.bounds);
    return isEmpty(bounds) ? null : merged(selection, shape, bounds, Math.min);
  }
  if (how === 'subtract') return merged(selection, shape, selection.bounds, (one, other) => Math.min(one, 255 - other));
  return merged(selection, shape, union(selection.bounds, shape.bounds), Math.max);
}

function merged(a: Mask, b: Mask, bounds: Bounds, strength: (one: number, other: number) => number): Selection {
  const data = windowOf(a, bounds);
  const other = windowOf(b, bounds);
  for (let i = 0; i < data.length; i++) data[i] = strength(data[i]!, other[i]!);
  return trimMask({ bounds, data });
}

/** The strengths inside `bounds`, rows first, in an array of its own; 0 beyond the mask. */
export function windowOf(mask: Mask, bounds: Bounds): Uint8Array {
  const data = new Uint8Array(bounds.width * bounds.height);
  const shared = intersect(mask.bounds, bounds);
  for (let y = shared.y; shared.width > 0 && y < shared.y + shared.height; y++) {
    const from = (y - mask.bounds.y) * mask.bounds.width + shared.x - mask.bounds.x;
    data.set(mask.data.subarray(from, from + shared.width), (y - bounds.y) * bounds.width + shared.x - bounds.x);
  }
  return data;
}

export const selectAll = (image: Extent): Mask => maskOfBounds(boundsOf(image), image);

/** Whether every pixel of the picture is selected entirely. */
export const coversAll = ({ bounds, data }: Mask, { width, height }: Extent): boolean =>
  bounds.width === width && bounds.height === height && data.every((strength) => strength === 255);

/** What is not selected. */
export function invertSelection(selection: Selection, image: Extent): Selection {
  if (selection === null) return selectAll(image);
  const data = windowOf(selection, boundsOf(image));
  for (let i = 0; i < data.length; i++) data[i] = 255 - data[i]!;
  return trimMask({ bounds: boundsOf(image), data });
}

/** The selection somewhere else; what leaves the picture is lost. @param by whole pixels */
export function moveSelection({ bounds, data }: Mask, by: Point, image: Extent): Selection {
  const moved = { data, bounds: { ...bounds, x: bounds.x + by.x, y: bounds.y + by.y } };
  const visible = intersect(moved.bounds, boundsOf(image));
  return isEmpty(visible) ? null : trimMask({ bounds: visible, data: windowOf(moved, visible) });
}

/** Wider by some pixels in all directions, with round corners. */
export const growSelection = (selection: Mask, by: number, image: Extent, pause: Pause): Promise<Mask> =>
  spreadMask(selection, { dilate: by, ramp: 0 }, boundsOf(image), pause);

/** Narrower by some pixels. The edge of the picture is not an edge of the selection, and stays where it is. */
export async function shrinkSelection(selection: Mask, by: number, image: Extent, pause: Pause): Promise<Selection> {
  const around = intersect(grow(selection.bounds, 1), boundsOf(image));
  const outside = windowOf(selection, around).map((strength) => 255 - strength);
  const spread = await spreadMask({ bounds: around, data: outside }, { dilate: by, ramp: 0 }, around, pause);
  return combine(selection, spread, 'subtract');
}

/** With an edge that fades over about `radius` pixels to both sides: three means over neighbours, which come close to a Gaussian. The
 * edge of the picture does not fade. */
export async function featherSelection(
  selection: Mask,
  radius: number,
  image: Extent,
  pause: Pause,
): Promise<Selection> {
  const step = Math.max(1, Math.round(radius / 2));
  const bounds = intersect(grow(selection.bounds, 3 * step), boundsOf(image));
  let strengths = Float32Array.from(windowOf(selection, bounds));
  for (let round = 0; round < 3; round++) {
    strengths = await meansTurned(strengths, bounds.width, bounds.height, step, pause);
    strengths = await meansTurned(strengths, bounds.height, bounds.width, step, pause);
  }
  return trimMask({ bounds, data: Uint8Array.from(strengths, Math.round) });
}

/** The mean of each value and `reach` neighbours to either side in its row; beyond the ends the last value goes on. Rows become
 * columns, so that the second of two calls works on columns and turns them back. */
async function meansTurned(from: Float32Array, width: number, height: number, reach: number, pause: Pause) {
  const to = new Float32Array(from.length);
  await inSlices(height, width * 2, pause, (firstRow, endRow) => {
    for (let row = firstRow; row < endRow; row++) {
      const at = (x: number): number => from[row * width + Math.min(width - 1, Math.max(0, x))]!;
      let sum = 0;
      for (let x = -reach; x <= reach; x++) sum += at(x);
      for (let x = 0; x < width; x++) {
        to[x * height + row] = sum / (2 * reach + 1);
        sum += at(x + reach + 1) - at(x - reach);
      }
    }
  });
  return to;
}
