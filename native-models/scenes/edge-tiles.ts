import { cannyStrength, edgesAt, thresholdScales } from '../conditions/canny/canny.ts';
import type { EdgeStrength } from '../conditions/canny/edge-strength.ts';
import { greyPicture } from '../conditions/grey-picture.ts';
import { FRAME, TILE, type Bounds, type Place } from './scene.ts';

const DETECTOR = 'editar-flat';
const THRESHOLDS = thresholdScales[DETECTOR].defaults;
/** How far from a changed pixel the strength of an edge can change: two pixels of blur, one of the gradient, one of thinning. */
const REACH = 4;

/**
 * Edge maps of pictures that differ from an empty one in one tile each: only around it the picture is looked at again, then
 * edges are followed through all of it. The same as `edgeMap` of the whole picture, several times as fast.
 */
export class EdgeTiles {
  readonly #empty: Uint8Array;
  readonly #strength: EdgeStrength;

  /** @param empty [FRAME][FRAME][3] */
  constructor(empty: Uint8Array) {
    this.#empty = empty;
    this.#strength = strengthOf(empty, FRAME, FRAME);
  }

  /** The tile's part of the edge map, as is the photo [TILE][TILE][3]. */
  of(photo: Uint8Array, place: Place): Uint8Array {
    const near = around(place, REACH);
    const again = this.#strengthAround(around(place, 2 * REACH), photo, place);
    const { width, height } = this.#strength;
    const at = new Int32Array(this.#strength.count + again.count);
    const size = new Float32Array(at.length);
    let count = 0;
    const collect = (from: EdgeStrength, isWanted: (where: number) => boolean): void => {
      for (let i = 0; i < from.count; i++) {
        if (!isWanted(from.at[i]!)) continue;
        at[count] = from.at[i]!;
        size[count++] = from.size[i]!;
      }
    };
    const isNear = (where: number): boolean => isInside(near, (where % FRAMED) - 1, Math.floor(where / FRAMED) - 1);
    collect(this.#strength, (where) => !isNear(where));
    collect(again, isNear);
    return tileOf(edgesAt({ width, height, count, at, size }, DETECTOR, THRESHOLDS), place);
  }

  /** Strengths of a part of the picture with the tile in it, placed as in the whole picture; wrong up to REACH from the part's border. */
  #strengthAround({ left, top, right, bottom }: Bounds, photo: Uint8Array, [x, y]: Place): EdgeStrength {
    const width = right - left;
    const part = new Uint8Array(width * (bottom - top) * 3);
    for (let row = top; row < bottom; row++) {
      part.set(this.#empty.subarray((row * FRAME + left) * 3, (row * FRAME + right) * 3), (row - top) * width * 3);
    }
    for (let row = 0; row < TILE; row++) {
      part.set(photo.subarray(row * TILE * 3, (row + 1) * TILE * 3), ((y - top + row) * width + x - left) * 3);
    }
    const found = strengthOf(part, width, bottom - top);
    for (let i = 0; i < found.count; i++) {
      const column = found.at[i]! % (width + 2);
      const row = (found.at[i]! - column) / (width + 2);
      found.at[i] = (row + top) * FRAMED + column + left;
    }
    return found;
  }
}

/** Strengths are placed in a plane with a frame of one pixel. */
const FRAMED = FRAME + 2;

const strengthOf = (data: Uint8Array, width: number, height: number): EdgeStrength =>
  cannyStrength({ width, height, data }, DETECTOR, THRESHOLDS.low);

/** A tile and so many pixels around it, inside the picture. */
const around = ([x, y]: Place, margin: number): Bounds => ({
  left: Math.max(0, x - margin),
  top: Math.max(0, y - margin),
  right: Math.min(FRAME, x + TILE + margin),
  bottom: Math.min(FRAME, y + TILE + margin),
});

const isInside = ({ left, top, right, bottom }: Bounds, x: number, y: number): boolean =>
  x >= left && x < right && y >= top && y < bottom;

function tileOf(edges: Uint8Array, [x, y]: Place): Uint8Array {
  const tile = new Uint8Array(TILE * TILE);
  for (let row = 0; row < TILE; row++) {
    const start = (y + row) * FRAME + x;
    tile.set(edges.subarray(start, start + TILE), row * TILE);
  }
  return greyPicture(tile, TILE, TILE).data;
}
