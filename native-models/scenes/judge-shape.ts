import type { Plane } from '../evaluation/planes.ts';
import { similarityMap } from '../evaluation/ssim.ts';
import type { Frame } from './frame.ts';
import { FRAME, TILE, type Place } from './scene.ts';

/** Renderings of one scene: the truth, the same without objects, and the truth through the tokenizer and back. */
export interface Truth {
  readonly target: Frame;
  readonly empty: Frame;
  readonly roundTrip: Frame;
}

/**
 * How much the structural similarity of an object may fall behind the tokenizer's own rendering of it. Set on 73 objects with a
 * trained tokenizer, where one wrong cell inside costs 0.04 … 0.19 and blurring over 9 pixels 0.13 and more. Of 120 others, 4
 * blurred over 9 pixels and 3 over 13 still pass: low contrast in pixel style, which the tokenizer itself renders roughly.
 */
const SIMILARITY_TOLERANCE = 0.12;

/** Whether an object's outline and details are drawn about as clearly as the tokenizer can: a blob of the right colour is not. */
export function isClear(picture: Frame, truth: Truth, place: Place): boolean {
  return similarity(picture, truth, place) >= similarity(truth.roundTrip, truth, place) - SIMILARITY_TOLERANCE;
}

/** Mean over channels and over the pixels of the object and its shadow. */
function similarity(picture: Frame, { target, empty }: Truth, place: Place): number {
  let [sum, count] = [0, 0];
  for (const c of [0, 1, 2]) {
    const ground = channel(empty, place, c).data;
    const truth = channel(target, place, c);
    const map = similarityMap(channel(picture, place, c), truth).data;
    for (let i = 0; i < map.length; i++) {
      if (truth.data[i] === ground[i]) continue;
      sum += map[i];
      count++;
    }
  }
  return sum / count;
}

/** One channel of the tile at a place, 0 … 1. */
function channel(frame: Frame, [left, top]: Place, c: number): Plane {
  const at = (i: number): number => ((top + Math.floor(i / TILE)) * FRAME + left + (i % TILE)) * 3 + c;
  const data = Float64Array.from({ length: TILE * TILE }, (_, i) => frame[at(i)] / 255);
  return { width: TILE, height: TILE, data };
}
