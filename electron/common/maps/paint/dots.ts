import type { Extent, Point } from '../../geometry.ts';

/** Pixels of a line between two pixels, both included: neighbours touch at a corner or a side, one per step of the longer axis. */
export function* linePixels(from: Point, to: Point): Generator<Point> {
  const [x0, y0, x1, y1] = [from.x, from.y, to.x, to.y].map(Math.floor) as [number, number, number, number];
  const [dx, dy] = [Math.abs(x1 - x0), -Math.abs(y1 - y0)];
  const [stepX, stepY] = [Math.sign(x1 - x0), Math.sign(y1 - y0)];
  let [x, y, error] = [x0, y0, dx + dy];
  for (;;) {
    yield { x, y };
    if (x === x1 && y === y1) return;
    const doubled = 2 * error;
    if (doubled >= dy) {
      error += dy;
      x += stepX;
    }
    if (doubled <= dx) {
      error += dx;
      y += stepY;
    }
  }
}

/** Points along a quadratic curve, close enough that lines between them look round. */
export function curvePoints(from: Point, bend: Point, to: Point): Point[] {
  const length = Math.hypot(bend.x - from.x, bend.y - from.y) + Math.hypot(to.x - bend.x, to.y - bend.y);
  const steps = Math.max(1, Math.ceil(length / 4));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = i / steps;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
    return { x: a * from.x + b * bend.x + c * to.x, y: a * from.y + b * bend.y + c * to.y };
  });
}

/** Calls back for every pixel whose centre is at most `radius` from the stroke between two points, with its distance.
 * @param radius 0.5 and more */
export function strokePixels(
  { width, height }: Extent,
  from: Point,
  to: Point,
  radius: number,
  visit: (pixel: number, distance: number) => void,
): void {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(from.y, to.y) + radius));
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
  const right = Math.min(width - 1, Math.ceil(Math.max(from.x, to.x) + radius));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const t = square === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / square));
      const distance = Math.hypot(px - t * dx, py - t * dy);
      if (distance <= radius) visit(y * width + x, distance);
    }
  }
}
