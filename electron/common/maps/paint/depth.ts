import type { Extent, Point } from '../../geometry.ts';
import type { ConditionMap } from '../condition-map.ts';
import { strokePixels } from './dots.ts';

export type ShadeMode = 'lighten' | 'darken' | 'smooth';

/** A brush for depth. */
export interface ShadeBrush {
  readonly mode: ShadeMode;
  readonly radius: number; // pixels
  readonly strength: number; // 0 … 1, at the middle of the brush
}

/** A stroke under way: what was there before it, and how much of it every pixel has had. */
export interface ShadeStroke {
  readonly before: Uint8Array;
  readonly amounts: Float32Array; // 0 … 1
}

export const beginShade = ({ data }: ConditionMap): ShadeStroke => ({
  before: data.slice(),
  amounts: new Float32Array(data.length),
});

/** A piece of a stroke. Lighten goes towards near, darken towards far, smooth towards the mean of the surroundings; all fade towards the
 * brush's rim. Where pieces of a stroke overlap the strongest counts, so that a stroke is even. */
export function shade(
  map: ConditionMap,
  { before, amounts }: ShadeStroke,
  from: Point,
  to: Point,
  { mode, radius, strength }: ShadeBrush,
): void {
  const goal: Readonly<Record<ShadeMode, (pixel: number) => number>> = {
    lighten: () => 255,
    darken: () => 0,
    smooth: (pixel) => surroundings(before, map, pixel),
  };
  strokePixels(map, from, to, Math.max(0.5, radius), (pixel, distance) => {
    const amount = strength * (1 - (distance / Math.max(0.5, radius)) ** 2);
    if (amount <= amounts[pixel]!) return;
    amounts[pixel] = amount;
    const value = before[pixel]!;
    map.data[pixel] = Math.round(value + (goal[mode](pixel) - value) * amount);
  });
}

/** Mean of the 5 × 5 pixels around one. */
function surroundings(data: Uint8Array, { width, height }: Extent, pixel: number): number {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  let [sum, count] = [0, 0];
  for (let row = Math.max(0, y - 2); row <= Math.min(height - 1, y + 2); row++) {
    for (let column = Math.max(0, x - 2); column <= Math.min(width - 1, x + 2); column++) {
      sum += data[row * width + column]!;
      count++;
    }
  }
  return sum / count;
}

/** Levels at the two ends of a gradient. */
export interface Ramp {
  readonly start: number; // 0 … 255
  readonly end: number;
}

/** All of the map as a gradient along a line, constant beyond its ends. */
export const linearGradient = (map: ConditionMap, from: Point, to: Point, ramp: Ramp): void => {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = Math.max(1e-9, dx * dx + dy * dy);
  fill(map, ramp, (x, y) => ((x - from.x) * dx + (y - from.y) * dy) / square);
};

/** All of the map as a gradient around a point, up to the distance of another. */
export const radialGradient = (map: ConditionMap, centre: Point, rim: Point, ramp: Ramp): void => {
  const radius = Math.max(1e-9, Math.hypot(rim.x - centre.x, rim.y - centre.y));
  fill(map, ramp, (x, y) => Math.hypot(x - centre.x, y - centre.y) / radius);
};

function fill({ width, height, data }: ConditionMap, { start, end }: Ramp, at: (x: number, y: number) => number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const t = Math.max(0, Math.min(1, at(x + 0.5, y + 0.5)));
      data[y * width + x] = Math.round(start + (end - start) * t);
    }
  }
}

/** How levels are spread: what is at `low` and below becomes 0, at `high` and above 255; `gamma` above 1 brightens what is between. */
export interface Levels {
  readonly low: number; // 0 … 254
  readonly high: number; // low + 1 … 255
  readonly gamma: number; // 0.1 … 10
}

export function applyLevels(map: ConditionMap, { low, high, gamma }: Levels): ConditionMap {
  const table = Uint8Array.from({ length: 256 }, (_, value) => {
    const share = Math.max(0, Math.min(1, (value - low) / Math.max(1, high - low)));
    return Math.round(255 * share ** (1 / gamma));
  });
  return { ...map, data: map.data.map((value) => table[value]!) };
}

/** The depth as a surface lit from the upper left: grey levels, 128 where it is level. @returns [height][width] */
export function relief({ width, height, data }: ConditionMap, steepness = 3): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const gx = data[y * width + Math.min(width - 1, x + 1)]! - data[y * width + Math.max(0, x - 1)]!;
      const gy = data[below + x]! - data[above + x]!;
      const slope = ((gx + gy) * steepness) / 255;
      out[y * width + x] = Math.round(128 + (127 * slope) / Math.sqrt(1 + slope * slope));
    }
  }
  return out;
}
