import type { Point } from '../geometry.ts';

/** RGB, [height, width, 3] bytes, 0 to 255. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

const farthest = 8; // samples in each direction
const samplesAcross = 128; // more would find the same
const mostOfOne = 32; // levels: where the picture is another one, it tells nothing of where it lies
const clearly = 0.7; // of the difference at rest: what a shift has to bring it down to
const least = 1; // level of 255 by which it has to get better

/** How far a picture lies from where it was: the shift at which its brightness is most like the one before. What was really changed counts
 * little. The time does not grow with the picture: some 3.6 million samples are compared for a square.
 * @param before RGB, three bytes a pixel, row by row @param after of the same size
 * @returns pixels to the right and down, up to 8 samples (of 128 across) each way; zero unless a shift explains clearly more than none does */
export function measureDrift(before: Picture, after: Picture): Point {
  const step = Math.max(1, Math.floor(before.width / samplesAcross));
  const [from, to] = [samplesOf(before, step), samplesOf(after, step)];
  const atRest = difference(from, to, 0, 0);
  let best = { x: 0, y: 0, left: atRest };
  for (let y = -farthest; y <= farthest; y++) {
    for (let x = -farthest; x <= farthest; x++) {
      const left = difference(from, to, x, y);
      if (left < best.left) best = { x, y, left };
    }
  }
  const isClear = best.left <= atRest * clearly && best.left <= atRest - least;
  return isClear ? { x: best.x * step, y: best.y * step } : { x: 0, y: 0 };
}

interface Samples {
  readonly across: number;
  readonly down: number;
  readonly levels: Uint8Array; // of brightness
}

function samplesOf({ width, height, data }: Picture, step: number): Samples {
  const [across, down] = [Math.floor(width / step), Math.floor(height / step)];
  const levels = new Uint8Array(across * down);
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      const at = (row * step * width + column * step) * 3;
      levels[row * across + column] = (data[at]! * 77 + data[at + 1]! * 150 + data[at + 2]! * 29) >> 8; // BT.601 luma
    }
  }
  return { across, down, levels };
}

/** Mean difference of what both show, where the second is taken to lie `x` and `y` samples further. */
function difference(from: Samples, to: Samples, x: number, y: number): number {
  const { across, down, levels } = from;
  let [sum, count] = [0, 0];
  for (let row = farthest; row < down - farthest; row++) {
    for (let column = farthest; column < across - farthest; column++) {
      const there = to.levels[(row + y) * across + column + x]!;
      sum += Math.min(Math.abs(levels[row * across + column]! - there), mostOfOne);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}
