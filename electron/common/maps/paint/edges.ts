import type { Point } from '../../geometry.ts';
import type { ConditionMap } from '../condition-map.ts';
import { curvePoints, linePixels, strokePixels } from './dots.ts';

// Lines of edge maps are one pixel wide and two-valued, as detectors draw them. Everything here changes the map it is given.

/** A straight line, both ends included. */
export function drawLine({ width, height, data }: ConditionMap, from: Point, to: Point): void {
  for (const { x, y } of linePixels(from, to))
    if (x >= 0 && y >= 0 && x < width && y < height) data[y * width + x] = 255;
}

/** A curve from one point to another that is pulled towards `bend`. */
export function drawCurve(map: ConditionMap, from: Point, bend: Point, to: Point): void {
  const points = curvePoints(from, bend, to);
  for (const [i, point] of points.entries()) drawLine(map, points[Math.max(0, i - 1)]!, point);
}

/** Takes away every edge near a stroke. @param radius pixels */
export function eraseEdges(map: ConditionMap, from: Point, to: Point, radius: number): void {
  strokePixels(map, from, to, Math.max(0.5, radius), (pixel) => (map.data[pixel] = 0));
}
