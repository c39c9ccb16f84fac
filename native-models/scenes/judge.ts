import { cut, renderFrame, tile, type Frame } from './frame.ts';
import { nearest, regionOutside, tileRegion, type Candidate, type Match } from './judge-nearest.ts';
import { inWorld } from './panorama.ts';
import type { Layout } from './places.ts';
import {
  BACKGROUNDS,
  isSameObject,
  isSamePlace,
  knownSlots,
  placeOf,
  SLOTS,
  withShift,
  type Place,
  type Scene,
  type SceneObject,
} from './scene.ts';
import { objectsOf, WORLD } from './world.ts';

/** What a picture shows, judged against the scene that was asked for. */
export interface Verdict {
  /** Everything below holds. */
  readonly strict: boolean;
  /** The backdrop outside the tiles is nearest to the right background, style and shift, and near enough. */
  readonly world: boolean;
  /** Per slot: the nearest of all objects of the level or the empty ground is the right one, and near enough, and so is the
   * ground that its object left; true for a slot of a free scene that never held an object, as its place is backdrop. */
  readonly slots: readonly boolean[];
  /** Right kind in every slot whose object should have changed to another; null when there is none. */
  readonly kind: boolean | null;
}

/** A slot or backdrop with a larger mean squared error is not recognised, whatever it resembles: 20 dB. */
const LARGEST_ERROR = (255 * 255) / 100;

/** Judges a FRAME x FRAME RGB picture of a level by comparing it with true renderings; `source` says what has moved, and which kinds count. */
export function judge(picture: Frame, target: Scene, source: Scene, layout: Layout = 'slots'): Verdict {
  const left = SLOTS.map((_, slot) => leftPlace(target, source, slot));
  const world = isRightWorld(picture, target, left, layout);
  const known = knownSlots(target);
  const found = SLOTS.map((_, slot) =>
    known.includes(slot)
      ? nearestObject(picture, target, placeOf(target, slot), target.objects[slot], layout)
      : { what: null, error: 0 },
  );
  const slots = found.map((match, slot) => {
    const place = left[slot];
    const isLeft = !place || isFound(nearestObject(picture, target, place, null, layout), null);
    return isLeft && isFound(match, target.objects[slot]);
  });
  const renewed = SLOTS.flatMap((_, slot) => {
    const wanted = target.objects[slot];
    return wanted && !isSameObject(wanted, source.objects[slot])
      ? [isNear(found[slot]) && found[slot].what?.kind === wanted.kind]
      : [];
  });
  const kind = renewed.length > 0 ? renewed.every(Boolean) : null;
  return { strict: world && slots.every(Boolean), world, slots, kind };
}

/** The place where a slot's object stood before it was moved. */
function leftPlace(target: Scene, source: Scene, slot: number): Place | null {
  const before = placeOf(source, slot);
  return source.objects[slot] && !isSamePlace(before, placeOf(target, slot)) ? before : null;
}

const isNear = ({ error }: Match<unknown>): boolean => error < LARGEST_ERROR;

const isFound = (match: Match<SceneObject | null>, wanted: SceneObject | null): boolean =>
  isNear(match) && isSameObject(match.what, wanted);

function nearestObject(
  picture: Frame,
  target: Scene,
  place: Place,
  wanted: SceneObject | null,
  layout: Layout,
): Match<SceneObject | null> {
  const candidate = (what: SceneObject | null): Candidate<SceneObject | null> => ({
    what,
    pixels: () => (what ? tileOf(target, place, what) : cut(emptyFrame(target), place)),
  });
  const others = [null, ...objectsOf(WORLD[layout])].filter((other) => !isSameObject(other, wanted));
  return nearest(picture, tileRegion(place), candidate(wanted), others.map(candidate));
}

const emptyFrame = (scene: Scene): Frame => renderFrame({ ...scene, objects: [null, null, null] });

const tileOf = ({ background, style, shift }: Scene, place: Place, object: SceneObject): Uint8Array =>
  tile(background, style, inWorld(place, shift), object);

function isRightWorld(picture: Frame, target: Scene, left: readonly (Place | null)[], layout: Layout): boolean {
  const { background, style, shift = 0 } = target;
  const places = [
    ...knownSlots(target).map((slot) => placeOf(target, slot)),
    ...left.filter((place) => place !== null),
  ];
  const candidate = (world: Scene): Candidate<string> => ({
    what: nameOf(world),
    pixels: () => renderFrame(world),
  });
  const right = emptyWorldOf(background, style, shift);
  const { styles, shifts } = WORLD[layout];
  const others = BACKGROUNDS.flatMap((ground) =>
    styles.flatMap((look) => shifts.map((cells) => emptyWorldOf(ground, look, cells))),
  ).filter((world) => nameOf(world) !== nameOf(right));
  const match = nearest(picture, regionOutside(places), candidate(right), others.map(candidate));
  return isNear(match) && match.what === nameOf(right);
}

const emptyWorldOf = (background: Scene['background'], style: Scene['style'], shift: number): Scene =>
  withShift({ background, style, objects: [null, null, null] }, shift);

const nameOf = ({ background, style, shift = 0 }: Scene): string => `${background} ${style} ${shift}`;
