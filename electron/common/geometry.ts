/** A size in pixels. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** A place. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A placed rectangle: from x, y (included) to x + width, y + height (excluded). */
export interface Bounds extends Point, Extent {}

export const boundsOf = ({ width, height }: Extent): Bounds => ({ x: 0, y: 0, width, height });

export const isEmpty = ({ width, height }: Extent): boolean => width <= 0 || height <= 0;

/** The part two rectangles share; of size 0 where they share none. */
export function intersect(a: Bounds, b: Bounds): Bounds {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x);
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y);
  return { x, y, width, height };
}

/** The rectangle with `margin` more on every side. */
export const grow = ({ x, y, width, height }: Bounds, margin: number): Bounds => ({
  x: x - margin,
  y: y - margin,
  width: width + 2 * margin,
  height: height + 2 * margin,
});
