// Shapes as masks. Edges are smooth: a pixel is as strong as the share of it that the shape covers.

import { boundsOf, intersect, isEmpty, outward } from '../geometry.ts';
import type { Bounds, Extent, Point } from '../geometry.ts';
import type { Mask } from './masks.ts';
import { trimMask } from './trim.ts';

const linesPerPixel = 4; // vertical steps that a polygon is covered in; horizontally its share is exact

/** The inside of a polygon, by the even-odd rule; null when it covers nothing of the picture.
 * @param corners image space; the last is joined to the first */
export function polygonMask(corners: readonly Point[], image: Extent): Mask | null {
  if (corners.length < 3) return null;
  const bounds = intersect(outward(boundsAround(corners)), boundsOf(image));
  if (isEmpty(bounds)) return null;
  const { width, height } = bounds;
  const data = new Uint8Array(width * height);
  const cover = new Float32Array(width);
  for (let row = 0; row < height; row++) {
    cover.fill(0);
    for (let line = 0; line < linesPerPixel; line++) {
      const crossings = crossingsAt(corners, bounds.y + row + (line + 0.5) / linesPerPixel);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        coverRun(cover, crossings[i]! - bounds.x, crossings[i + 1]! - bounds.x, 1 / linesPerPixel);
      }
    }
    for (let x = 0; x < width; x++) data[row * width + x] = Math.round(cover[x]! * 255);
  }
  return trimMask({ bounds, data });
}

function boundsAround(points: readonly Point[]): Bounds {
  const [left, top] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...points.map(({ x }) => x)), Math.max(...points.map(({ y }) => y))];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function crossingsAt(corners: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  let before = corners.at(-1)!;
  for (const corner of corners) {
    if (before.y <= y !== corner.y <= y) {
      crossings.push(before.x + ((y - before.y) / (corner.y - before.y)) * (corner.x - before.x));
    }
    before = corner;
  }
  return crossings.sort((a, b) => a - b);
}

function coverRun(cover: Float32Array, from: number, to: number, share: number): void {
  const [start, end] = [Math.max(0, from), Math.min(cover.length, to)];
  for (let x = Math.floor(start); x < end; x++) {
    cover[x] = cover[x]! + (Math.min(end, x + 1) - Math.max(start, x)) * share;
  }
}

/** A point of a brush stroke. */
export interface StrokePoint extends Point {
  readonly radius: number; // px
}

/** A mask that strokes are drawn into. */
export class StrokeMask {
  readonly #image: Extent;
  readonly #data: Uint8Array;
  readonly #hardness: number; // share of the radius that is fully covered

  constructor(image: Extent, hardness = 1) {
    this.#image = image;
    this.#data = new Uint8Array(image.width * image.height);
    this.#hardness = Math.min(1, Math.max(0, hardness));
  }

  get mask(): Mask | null {
    return trimMask({ bounds: boundsOf(this.#image), data: this.#data });
  }

  /** Covers everything between two points of a stroke; no pixel gets weaker. */
  line(from: StrokePoint, to: StrokePoint): void {
    coverLine(this.#data, boundsOf(this.#image), from, to, this.#hardness);
  }
}

/** Raises strengths to what the line between two points covers. A hard edge is one pixel wide.
 * @param cover strengths of the pixels of `bounds`, rows first @param hardness share of the radius that is fully covered */
export function coverLine(
  cover: Uint8Array,
  bounds: Bounds,
  from: StrokePoint,
  to: StrokePoint,
  hardness: number,
): void {
  if (isInside(bounds, from, hardness) && from.radius === to.radius) return void cover.fill(255);
  const part = intersect(lineBounds(from, to), bounds);
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  for (let y = part.y; y < part.y + part.height; y++) {
    const row = (y - bounds.y) * bounds.width - bounds.x;
    for (let x = part.x; x < part.x + part.width; x++) {
      if (cover[row + x] === 255) continue; // most of a stroke is covered by the line before
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const t = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const radius = from.radius + (to.radius - from.radius) * t + 0.5;
      const squared = (px - t * dx) ** 2 + (py - t * dy) ** 2;
      if (squared >= radius * radius) continue;
      const fade = Math.max(1, (radius - 0.5) * (1 - hardness));
      const strength = Math.round(255 * Math.min(1, (radius - Math.sqrt(squared)) / fade));
      if (strength > cover[row + x]!) cover[row + x] = strength;
    }
  }
}

/** Whether a point of a stroke covers all pixels fully: a brush may be much larger than they are. */
function isInside({ x, y, width, height }: Bounds, at: StrokePoint, hardness: number): boolean {
  const full = at.radius + 0.5 - Math.max(1, at.radius * (1 - hardness));
  const [across, down] = [Math.max(at.x - x, x + width - at.x), Math.max(at.y - y, y + height - at.y)];
  return Math.hypot(across, down) <= full;
}

/** The pixels that the line between two points can cover. */
export function lineBounds(from: StrokePoint, to: StrokePoint): Bounds {
  const reach = Math.max(from.radius, to.radius) + 1;
  return outward({
    ...{ x: Math.min(from.x, to.x) - reach, y: Math.min(from.y, to.y) - reach },
    ...{ width: Math.abs(from.x - to.x) + 2 * reach, height: Math.abs(from.y - to.y) + 2 * reach },
  });
}
