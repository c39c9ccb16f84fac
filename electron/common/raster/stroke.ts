// Brush strokes on pictures in tiles: how strongly a stroke covers pixels, and what a tile looks like under it.

import type { Extent } from '../geometry.ts';
import { tileBounds, tilesIn } from '../document/tiles.ts';
import { blendOnto } from './blend.ts';
import type { Mask } from './masks.ts';
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

/** How strongly a stroke covers the pixels of a picture. Only tiles that it touches take memory. */
export class StrokeCover {
  readonly #extent: Extent;
  readonly #hardness: number;
  readonly #within: Mask | null;
  readonly #tiles = new Map<number, Uint8Array>();

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
    for (const index of tilesIn(this.#extent, lineBounds(from, to))) {
      const bounds = tileBounds(this.#extent, index);
      const tile = this.#tiles.get(index) ?? new Uint8Array(bounds.width * bounds.height);
      this.#tiles.set(index, tile);
      coverLine(tile, bounds, from, to, this.#hardness);
    }
  }

  /** Strengths from 0 to 255 for each pixel of a tile; undefined where the stroke has not been. */
  tile(index: number): Uint8Array | undefined {
    const cover = this.#tiles.get(index);
    if (!cover || !this.#within) return cover;
    const allowed = windowOf(this.#within, tileBounds(this.#extent, index));
    return cover.map((strength, i) => Math.round((strength * allowed[i]!) / 255));
  }
}

/** A tile with a stroke on it, in an array of its own. @param tile RGBA, or strengths for a paint of that kind
 * @param cover one strength for each pixel */
export function paintedTile(tile: Samples, cover: Uint8Array, { paint, opacity }: Brush): Samples {
  const result = tile.slice();
  switch (paint.kind) {
    case 'colour':
      blendOnto(result, flat(result, paint.colour), { mode: 'normal', opacity, mask: cover });
      return result;
    case 'erase':
      for (let i = 0; i < cover.length; i++) {
        if (cover[i]! > 0) result[i * 4 + 3] = Math.round(result[i * 4 + 3]! * (1 - (cover[i]! / 255) * opacity));
      }
      return result;
    case 'strength':
      for (let i = 0; i < cover.length; i++) {
        result[i] = Math.round(result[i]! + (paint.value - result[i]!) * (cover[i]! / 255) * opacity);
      }
      return result;
  }
}

/** A picture of one colour, as large as another. */
function flat(like: Samples, [red, green, blue]: readonly [number, number, number]): Samples {
  const samples = like.slice();
  const most = like.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  for (let i = 0; i < samples.length; i += 4) {
    samples[i] = red;
    samples[i + 1] = green;
    samples[i + 2] = blue;
    samples[i + 3] = most;
  }
  return samples;
}
