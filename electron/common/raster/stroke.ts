// Brush strokes on pictures in tiles: how strongly a stroke covers pixels, and what a tile looks like under it.

import { intersect, union } from '../geometry.ts';
import type { Bounds, Extent, Point } from '../geometry.ts';
import { tileBounds, tilesIn } from '../document/tiles.ts';
import { blendOnto } from './blend.ts';
import type { Mask } from './masks.ts';
import { newSamples } from './raster.ts';
import type { Samples } from './raster.ts';
import { windowOf } from './selection.ts';
import { coverLine, lineBounds } from './shapes.ts';
import type { StrokePoint } from './shapes.ts';

/** What a stroke leaves behind. Colours are samples in the depth of the picture. */
export type Paint =
  | { readonly kind: 'colour'; readonly colour: readonly [red: number, green: number, blue: number] }
  | { readonly kind: 'erase' }
  | { readonly kind: 'strength'; readonly value: number }; // on masks, 0 to 255

/** How a stroke is drawn. */
export interface Brush {
  readonly hardness: number; // share of the radius that is fully covered
  readonly opacity: number; // 0 to 1; does not add up where a stroke crosses itself
  readonly paint: Paint;
}

/** How strongly a stroke covers the pixels of a tile. */
export interface TileCover {
  readonly strengths: Uint8Array; // 0 to 255, rows first
  readonly width: number; // of the tile
  readonly part: Bounds; // of the tile, outside of which nothing is covered
}

/** How strongly a stroke covers the pixels of a picture. Only tiles that it touches take memory. */
export class StrokeCover {
  readonly #extent: Extent;
  readonly #hardness: number;
  readonly #within: Mask | null;
  readonly #tiles = new Map<number, TileCover>();

  /** @param within nothing outside of it is covered; null: anything may be */
  constructor(extent: Extent, hardness: number, within: Mask | null) {
    this.#extent = extent;
    this.#hardness = hardness;
    this.#within = within;
  }

  /** Indices of the tiles that are covered so far. */
  get touched(): number[] {
    return [...this.#tiles.keys()];
  }

  /** Covers everything between two points; no pixel gets weaker. */
  line(from: StrokePoint, to: StrokePoint): void {
    const reach = lineBounds(from, to);
    for (const index of tilesIn(this.#extent, reach)) {
      const bounds = tileBounds(this.#extent, index);
      const known = this.#tiles.get(index);
      const strengths = known?.strengths ?? new Uint8Array(bounds.width * bounds.height);
      const touched = moved(intersect(reach, bounds), bounds);
      const part = known ? union(known.part, touched) : touched;
      this.#tiles.set(index, { strengths, width: bounds.width, part });
      coverLine(strengths, bounds, from, to, this.#hardness);
    }
  }

  /** Undefined where the stroke has not been. */
  tile(index: number): TileCover | undefined {
    const cover = this.#tiles.get(index);
    if (!cover || !this.#within) return cover;
    const { strengths, width, part } = cover;
    const { x, y } = tileBounds(this.#extent, index);
    const allowed = windowOf(this.#within, { ...part, x: part.x + x, y: part.y + y });
    const limited = new Uint8Array(strengths.length);
    for (let row = 0; row < part.height; row++) {
      const start = (part.y + row) * width + part.x;
      for (let i = 0; i < part.width; i++) {
        limited[start + i] = Math.round((strengths[start + i]! * allowed[row * part.width + i]!) / 255);
      }
    }
    return { ...cover, strengths: limited };
  }
}

/** A tile with a stroke on it, in an array of its own. Only pixels that are covered are looked at: a brush is small beside a tile.
 * @param tile RGBA, or strengths for a paint of that kind */
export function paintedTile(tile: Samples, { strengths, width, part }: TileCover, { paint, opacity }: Brush): Samples {
  const isWhole = part.width * part.height === strengths.length;
  if (paint.kind === 'colour' && opacity >= 1 && isWhole && isFull(strengths)) {
    return flat(tile, strengths.length, paint.colour);
  }
  const result = tile.slice();
  const channels = tile.length / strengths.length;
  const colour = paint.kind === 'colour' ? flat(tile, part.width, paint.colour) : undefined;
  for (let y = part.y; y < part.y + part.height; y++) {
    const [start, end] = [y * width + part.x, y * width + part.x + part.width];
    const row = result.subarray(start * channels, end * channels);
    const mask = strengths.subarray(start, end);
    if (colour) blendOnto(row, colour, { mode: 'normal', opacity, mask });
    else if (paint.kind === 'strength') drawTowards(row, paint.value, mask, opacity);
    else erase(row, mask, opacity);
  }
  return result;
}

function erase(rgba: Samples, mask: Uint8Array, opacity: number): void {
  for (let i = 0; i < mask.length; i++) {
    if (mask[i]! > 0) rgba[i * 4 + 3] = Math.round(rgba[i * 4 + 3]! * (1 - (mask[i]! / 255) * opacity));
  }
}

function drawTowards(strengths: Samples, value: number, mask: Uint8Array, opacity: number): void {
  for (let i = 0; i < mask.length; i++) {
    strengths[i] = Math.round(strengths[i]! + (value - strengths[i]!) * (mask[i]! / 255) * opacity);
  }
}

const moved = (part: Bounds, { x, y }: Point): Bounds => ({ ...part, x: part.x - x, y: part.y - y });

function isFull(strengths: Uint8Array): boolean {
  let i = 0;
  while (i < strengths.length && strengths[i] === 255) i++;
  return i === strengths.length;
}

/** So many pixels of one colour, in the depth of other samples. What is there already is copied, twice as much each time. */
function flat(like: Samples, pixels: number, [red, green, blue]: readonly [number, number, number]): Samples {
  const most = like.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  const samples = newSamples(most === 0xff ? 8 : 16, pixels * 4);
  samples.set([red, green, blue, most].slice(0, samples.length));
  for (let known = 4; known < samples.length; known *= 2) samples.copyWithin(known, 0, known);
  return samples;
}
