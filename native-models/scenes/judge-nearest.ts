import type { Frame } from './frame.ts';
import { FRAME, TILE, type Place } from './scene.ts';

/** Pixels that are compared, as indices of their first channel: in a picture, and in what it is compared with. */
export interface Region {
  readonly inPicture: Int32Array;
  readonly inCandidate: Int32Array;
}

/** A tile at a place, compared with the bytes of tiles. */
export function tileRegion([left, top]: Place): Region {
  const at = (i: number): number => ((top + Math.floor(i / TILE)) * FRAME + left + (i % TILE)) * 3;
  const inPicture = Int32Array.from({ length: TILE * TILE }, (_, i) => at(i));
  return { inPicture, inCandidate: inPicture.map((_, i) => i * 3) };
}

/** Everything outside the tiles at some places, compared with whole pictures. */
export function regionOutside(places: readonly Place[]): Region {
  const isInside = (x: number, y: number): boolean =>
    places.some(([left, top]) => x >= left && x < left + TILE && y >= top && y < top + TILE);
  const pixels = Array.from({ length: FRAME * FRAME }, (_, pixel) => pixel);
  const outside = pixels.filter((pixel) => !isInside(pixel % FRAME, Math.floor(pixel / FRAME)));
  const inPicture = Int32Array.from(outside, (pixel) => pixel * 3);
  return { inPicture, inCandidate: inPicture };
}

/** One thing that a region may show; `pixels` are rendered when they are needed. */
export interface Candidate<T> {
  readonly what: T;
  readonly pixels: () => Uint8Array;
}

/** What a region shows, and how far it is from that: mean squared error in grey levels. */
export interface Match<T> {
  readonly what: T;
  readonly error: number;
}

/**
 * The nearest of all candidates; `right` when none is nearer. A candidate is dropped as soon as
 * it is farther than the nearest one so far, which decides like comparing every pixel of all of them.
 */
export function nearest<T>(
  picture: Frame,
  region: Region,
  right: Candidate<T>,
  others: Iterable<Candidate<T>>,
): Match<T> {
  const count = region.inPicture.length * 3;
  let best = { what: right.what, sum: squaredError(picture, right.pixels(), region, Infinity) };
  for (const { what, pixels } of others) {
    const sum = squaredError(picture, pixels(), region, best.sum);
    if (sum < best.sum) best = { what, sum };
  }
  return { what: best.what, error: best.sum / count };
}

/** Summed squared difference of a picture and a candidate; gives up above `most`. */
function squaredError(picture: Frame, candidate: Uint8Array, region: Region, most: number): number {
  const { inPicture, inCandidate } = region;
  let sum = 0;
  for (let i = 0; i < inPicture.length && sum <= most; i++) {
    for (let c = 0; c < 3; c++) {
      const difference = picture[inPicture[i] + c] - candidate[inCandidate[i] + c];
      sum += difference * difference;
    }
  }
  return sum;
}
