import type { Bounds, Point } from '#common/geometry.ts';

/** A line that something snapped to, image space: along it the coordinate `axis` is `at`. */
export interface Guide {
  readonly axis: 'x' | 'y';
  readonly at: number;
  readonly from: number; // where it begins and ends, in the other coordinate
  readonly to: number;
}

/** How far something goes when it is drawn to lines close by, and what those are. */
export interface Snap {
  readonly by: Point; // whole pixels along an axis that snapped
  readonly axes: readonly ('x' | 'y')[]; // that snapped
  readonly guides: readonly Guide[];
}

export const snapsToNothing = (by: Point): Snap => ({ by, axes: [], guides: [] });

/** Draws the edges and the middle of something that moves to the edges and middles of others, each axis for itself.
 * @param moved where it was @param by how far the pointer went @param others what stays @param reach px of the picture
 * @param axes along which it may go */
export function snapTo(
  moved: Bounds,
  by: Point,
  others: readonly Bounds[],
  reach: number,
  axes: readonly ('x' | 'y')[] = ['x', 'y'],
): Snap {
  const steps = axes.map((axis) => [axis, closestStep(spanOf(moved, axis), by[axis], others, axis, reach)] as const);
  const found = steps.filter(([, step]) => step !== undefined) as (readonly ['x' | 'y', number])[];
  const snapped = { ...by, ...Object.fromEntries(found) } as Point;
  const now = { ...moved, x: moved.x + snapped.x, y: moved.y + snapped.y };
  return {
    by: snapped,
    axes: found.map(([axis]) => axis),
    guides: found.flatMap(([axis]) => guidesAlong(now, others, axis)),
  };
}

interface Span {
  readonly start: number;
  readonly length: number;
}

const spanOf = ({ x, y, width, height }: Bounds, axis: 'x' | 'y'): Span =>
  axis === 'x' ? { start: x, length: width } : { start: y, length: height };

/** Both edges and the middle. */
const linesOf = ({ start, length }: Span): number[] => [start, start + length / 2, start + length];

/** The whole step close to `by` that lays a line of something on one of the others; undefined where none is within reach. */
function closestStep(
  span: Span,
  by: number,
  others: readonly Bounds[],
  axis: 'x' | 'y',
  reach: number,
): number | undefined {
  const targets = others.flatMap((other) => linesOf(spanOf(other, axis)));
  const steps = linesOf(span).flatMap((line) => targets.map((target) => Math.round(target - line)));
  const close = steps.filter((step) => Math.abs(step - by) <= reach);
  return close.toSorted((a, b) => Math.abs(a - by) - Math.abs(b - by))[0];
}

const closest = 0.5; // px: a middle can lie between two pixels

/** One guide for each line that something lies on, as long as it and all that have that line. */
function guidesAlong(now: Bounds, others: readonly Bounds[], axis: 'x' | 'y'): Guide[] {
  const across = axis === 'x' ? 'y' : 'x';
  const isOn = (span: Span, at: number): boolean => linesOf(span).some((line) => Math.abs(line - at) <= closest);
  const own = spanOf(now, axis);
  const shared = others.flatMap((other) => linesOf(spanOf(other, axis)).filter((line) => isOn(own, line)));
  return [...new Set(shared)].map((at) => {
    const along = [now, ...others.filter((other) => isOn(spanOf(other, axis), at))].map((each) => spanOf(each, across));
    const from = Math.min(...along.map(({ start }) => start));
    return { axis, at, from, to: Math.max(...along.map(({ start, length }) => start + length)) };
  });
}
