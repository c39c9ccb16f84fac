import type { Random } from './random.ts';
import { FRAME, placeOf, TILE, TOKEN, usedSlots, type Place, type Scene } from './scene.ts';

/** Levels of the world, one after another; world.ts says what each has. Beyond the first objects stand anywhere on the ground. */
export const LAYOUTS = ['slots', 'free', 'sized', 'shifted', 'varied', 'full'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Highest place of a tile: as high as the upper slots, so that every object stands on the ground. Pixels. */
const HIGHEST = 24;

/** Every place of a free scene: the whole tile is in the picture. */
export const FREE_PLACES: readonly Place[] = steps(HIGHEST, FRAME - TILE).flatMap((y) =>
  steps(0, FRAME - TILE).map((x): Place => [x, y]),
);

function steps(first: number, last: number): number[] {
  return Array.from({ length: (last - first) / TOKEN + 1 }, (_, i) => first + i * TOKEN);
}

/** Whether an object may stand at a place beside those that a scene has. */
export function isFreePlace(scene: Scene, place: Place): boolean {
  return usedSlots(scene).every((slot) => areApart(place, placeOf(scene, slot)));
}

const areApart = (a: Place, b: Place): boolean => Math.abs(a[0] - b[0]) >= TILE || Math.abs(a[1] - b[1]) >= TILE;

/** Sides on which something can be beside an object. */
export const SIDES = ['left', 'right'] as const;
export type Side = (typeof SIDES)[number];

/** The place that touches another one on a side, as far from the viewer; null where it is not wholly in the picture. */
export function placeBeside([x, y]: Place, side: Side): Place | null {
  const beside = side === 'left' ? x - TILE : x + TILE;
  return beside >= 0 && beside <= FRAME - TILE ? [beside, y] : null;
}

/** Places for `count` objects, at most three, that do not overlap: every such choice is equally likely. */
export function drawPlaces(count: number, random: Random): Place[] {
  for (;;) {
    const places = Array.from({ length: count }, () => random.pick(FREE_PLACES));
    if (places.every((place, i) => places.slice(i + 1).every((other) => areApart(place, other)))) return places;
  }
}

/** The slots that hold an object, from left to right, the farther first where one stands before the other. */
export function inReadingOrder(scene: Scene): number[] {
  const key = (slot: number): number => placeOf(scene, slot)[0] * FRAME + placeOf(scene, slot)[1];
  return usedSlots(scene).sort((a, b) => key(a) - key(b));
}
