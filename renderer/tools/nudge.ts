import type { Point } from '#common/geometry.ts';
import type { Held } from './tool.ts';

const directions: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** How far an arrow key moves things: a pixel of the picture, with Shift ten. Undefined for other keys. */
export function nudgeOf(key: string, { shift }: Held): Point | undefined {
  const direction = directions[key];
  const step = shift ? 10 : 1;
  return direction && { x: direction.x * step, y: direction.y * step };
}
