import type { Mask } from './masks.ts';

const inside = 128;

// Directions clockwise from right: how to step, and where the pixels ahead to the left and to the right lie from a corner.
const stepX = [1, 0, -1, 0];
const stepY = [0, 1, 0, -1];
const leftX = [0, 0, -1, -1];
const leftY = [-1, 0, 0, -1];
const rightX = [0, -1, -1, 0];
const rightY = [0, 0, -1, -1];

/** The outlines of what is at least half selected, along the edges of pixels: closed lines through corners, x and y in turn, image
 * space. What is selected lies to the right of each line; pixels that touch at a corner belong together. */
export function traceContours({ bounds, data }: Mask): Int32Array[] {
  const { width, height } = bounds;
  const isIn = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x]! >= inside;
  const isSeen = new Uint8Array(width * height); // upper edges of pixels that a line went along already
  const contours: Int32Array[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isSeen[y * width + x] === 1 || !isIn(x, y) || isIn(x, y - 1)) continue;
      contours.push(follow(x, y));
    }
  }
  return contours;

  function follow(startX: number, startY: number): Int32Array {
    const corners: number[] = [];
    let [x, y, direction] = [startX, startY, 0];
    do {
      if (direction === 0) isSeen[y * width + x] = 1;
      x += stepX[direction]!;
      y += stepY[direction]!;
      const turn = turnAt(x, y, direction);
      if (turn !== 0) corners.push(x + bounds.x, y + bounds.y);
      direction = (direction + turn + 4) % 4;
    } while (x !== startX || y !== startY || direction !== 0);
    return Int32Array.from(corners);
  }

  function turnAt(x: number, y: number, direction: number): -1 | 0 | 1 {
    if (isIn(x + leftX[direction]!, y + leftY[direction]!)) return -1;
    return isIn(x + rightX[direction]!, y + rightY[direction]!) ? 0 : 1;
  }
}
