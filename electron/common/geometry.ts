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

export const isSameBounds = (a: Bounds, b: Bounds): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;

/** The part two rectangles share; of size 0 where they share none. */
export function intersect(a: Bounds, b: Bounds): Bounds {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x);
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y);
  return { x, y, width, height };
}

/** The smallest rectangle around two. */
export function union(a: Bounds, b: Bounds): Bounds {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const [right, bottom] = [Math.max(a.x + a.width, b.x + b.width), Math.max(a.y + a.height, b.y + b.height)];
  return { x, y, width: right - x, height: bottom - y };
}

/** The rectangle with `margin` more on every side. */
export const grow = ({ x, y, width, height }: Bounds, margin: number): Bounds => ({
  x: x - margin,
  y: y - margin,
  width: width + 2 * margin,
  height: height + 2 * margin,
});

/** Where coordinates are counted: in CSS pixels from the corner of the canvas element, or in pixels of the picture. */
export type Space = 'screen' | 'image';

declare const space: unique symbol;
interface Of<S extends Space> {
  readonly [space]?: S;
}

/** A point that says which space it is in, so that the two cannot be mixed. */
export type PointIn<S extends Space> = Point & Of<S>;
export type BoundsIn<S extends Space> = Bounds & Of<S>;

/** The rectangle between two corners, whichever they are. */
export const between = (a: Point, b: Point): Bounds => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

/** The smallest rectangle of whole pixels around another. */
export function outward({ x, y, width, height }: Bounds): Bounds {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  return { x: left, y: top, width: Math.ceil(x + width) - left, height: Math.ceil(y + height) - top };
}

export const contains = ({ x, y, width, height }: Bounds, point: Point): boolean =>
  point.x >= x && point.y >= y && point.x < x + width && point.y < y + height;
