import { dot, slab, type Finish, type Plane, type Solid, type Vector } from './solids.ts';

/** What several kinds are built from. Fixed part colours are linear RGB. */
export const WOOD: Vector = [0.17, 0.08, 0.035];
export const CREAM: Vector = [0.82, 0.72, 0.55];
export const CHALK: Vector = [0.9, 0.9, 0.88];
export const SLATE: Vector = [0.085, 0.1, 0.16];
export const RUBBER: Vector = [0.05, 0.052, 0.065];

export const painted: Finish = { paint: 1 };
/** The same finish everywhere. */
export const always =
  (finish: Finish): Solid['finish'] =>
  () =>
    finish;

/** A piece of an upright cone, or of a cylinder where both radii are equal. */
export function frustum(bottom: number, top: number, lower: number, upper: number, finish: Solid['finish']): Solid {
  const slope = (upper - lower) / (top - bottom);
  return { planes: slab(bottom, top), round: { type: 'cone', bottom, radius: lower, slope }, gloss: 0.15, finish };
}

/** Lighter towards the edges, which reads as a small bevel. */
export function bevel(planes: readonly Plane[], width: number): Solid['finish'] {
  return (point) => {
    const gaps = planes.map((plane) => plane.offset - dot(plane.normal, point)).sort((a, b) => a - b);
    return { paint: (gaps[1] as number) < width ? 1.35 : 1 };
  };
}
