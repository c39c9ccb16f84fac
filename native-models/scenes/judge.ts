import { renderFrame, tile, type Frame } from './frame.ts';
import {
  BACKGROUNDS,
  COLORS,
  FRAME,
  KINDS,
  knownSlots,
  placeOf,
  SLOTS,
  STYLES,
  TILE,
  type Place,
  type Scene,
  type SceneObject,
} from './scene.ts';

/** What a picture shows, judged against the scene that was asked for. */
export interface Verdict {
  /** Everything below holds. */
  readonly strict: boolean;
  /** The backdrop outside the tiles is nearest to the right background and style, and near enough. */
  readonly world: boolean;
  /** Per slot: the nearest of all 48 objects or the empty ground is the right one, and near enough; true for a slot of a free
   * scene that never held an object, as its place is part of the backdrop. */
  readonly slots: readonly boolean[];
  /** Right kind in every slot whose object should have changed to another; null when there is none. */
  readonly kind: boolean | null;
}

/** A slot or backdrop with a larger mean squared error is not recognised, whatever it resembles: 20 dB. */
const LARGEST_ERROR = (255 * 255) / 100;

const OBJECTS: readonly SceneObject[] = KINDS.flatMap((kind) => COLORS.map((color) => ({ kind, color })));

/** Judges a FRAME x FRAME RGB picture by comparing it with true renderings; `source` only decides which kinds count. */
export function judge(picture: Frame, target: Scene, source: Scene): Verdict {
  const world = isRightWorld(picture, target);
  const known = knownSlots(target);
  const found = SLOTS.map((_, slot) =>
    known.includes(slot) ? nearestObject(picture, target, slot) : { object: null, near: true },
  );
  const slots = found.map((match, slot) => match.near && same(match.object, target.objects[slot]));
  const renewed = SLOTS.flatMap((_, slot) => {
    const wanted = target.objects[slot];
    return wanted && !same(wanted, source.objects[slot])
      ? [found[slot].near && found[slot].object?.kind === wanted.kind]
      : [];
  });
  const kind = renewed.length > 0 ? renewed.every(Boolean) : null;
  return { strict: world && slots.every(Boolean), world, slots, kind };
}

const same = (a: SceneObject | null, b: SceneObject | null): boolean => a?.kind === b?.kind && a?.color === b?.color;

interface Match {
  readonly object: SceneObject | null;
  readonly near: boolean;
}

function nearestObject(picture: Frame, target: Scene, slot: number): Match {
  const empty = renderFrame({ ...target, objects: [null, null, null] });
  const place = placeOf(target, slot);
  let best: SceneObject | null = null;
  let least = tileError(picture, place, (i) => empty[i], true);
  for (const object of OBJECTS) {
    const pixels = tile(target.background, target.style, place, object);
    const error = tileError(picture, place, (i) => pixels[i], false);
    if (error < least) [best, least] = [object, error];
  }
  return { object: best, near: least < LARGEST_ERROR };
}

/** Mean squared error in a tile; `whole` says that the candidate is indexed by frame and not by tile. */
function tileError(picture: Frame, [left, top]: Place, candidate: (index: number) => number, whole: boolean): number {
  let sum = 0;
  for (let row = 0; row < TILE; row++) {
    const inFrame = ((top + row) * FRAME + left) * 3;
    const start = whole ? inFrame : row * TILE * 3;
    for (let i = 0; i < TILE * 3; i++) {
      const difference = picture[inFrame + i] - candidate(start + i);
      sum += difference * difference;
    }
  }
  return sum / (TILE * TILE * 3);
}

function isRightWorld(picture: Frame, target: Scene): boolean {
  const places = knownSlots(target).map((slot) => placeOf(target, slot));
  let best = '';
  let least = LARGEST_ERROR;
  for (const background of BACKGROUNDS) {
    for (const style of STYLES) {
      const error = errorOutside(places, picture, renderFrame({ background, style, objects: [null, null, null] }));
      if (error < least) [best, least] = [`${background} ${style}`, error];
    }
  }
  return best === `${target.background} ${target.style}`;
}

function errorOutside(places: readonly Place[], picture: Frame, world: Frame): number {
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < FRAME * FRAME; pixel++) {
    if (isInside(places, pixel % FRAME, Math.floor(pixel / FRAME))) continue;
    count += 3;
    for (let c = 0; c < 3; c++) {
      const difference = picture[pixel * 3 + c] - world[pixel * 3 + c];
      sum += difference * difference;
    }
  }
  return sum / count;
}

const isInside = (places: readonly Place[], x: number, y: number): boolean =>
  places.some(([left, top]) => x >= left && x < left + TILE && y >= top && y < top + TILE);
