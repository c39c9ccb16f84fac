import type { Point } from '#common/geometry.ts';
import type { ToolPoint } from './tool.ts';

/** A place that moves along with a pointer. @param place image space */
export const carriedBy = <Place extends Point>(place: Place, from: ToolPoint, to: ToolPoint): Place => ({
  ...place,
  x: place.x + to.image.x - from.image.x,
  y: place.y + to.image.y - from.image.y,
});

/** The same for where a pointer was. */
export const carried = (point: ToolPoint, from: ToolPoint, to: ToolPoint): ToolPoint => ({
  ...point,
  image: carriedBy(point.image, from, to),
  screen: { x: point.screen.x + to.screen.x - from.screen.x, y: point.screen.y + to.screen.y - from.screen.y },
});

/** How many whole pixels of the picture a pointer passed: of many short ways none is lost to rounding. */
export const wholeSteps = (from: ToolPoint, to: ToolPoint): Point => ({
  x: Math.round(to.image.x) - Math.round(from.image.x),
  y: Math.round(to.image.y) - Math.round(from.image.y),
});
