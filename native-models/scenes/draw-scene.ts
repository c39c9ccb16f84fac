import { drawPlaces } from './places.ts';
import type { Random } from './random.ts';
import {
  BACKGROUNDS,
  changed,
  looksAlike,
  usedSlots,
  withObject,
  withShift,
  type Place,
  type Scene,
  type SceneObject,
  type Style,
} from './scene.ts';
import { posesOf, type World } from './world.ts';

/** Any scene of a world with at most so many objects. A level that has only the usual of something draws no number for it. */
export function drawAnyScene(world: World, mostObjects: number, random: Random): Scene {
  const die = random.below(100);
  const count = Math.min(mostObjects, die < 3 ? 0 : die < 25 ? 1 : die < 65 ? 2 : 3);
  const style = drawStyle(world, 0.62, random);
  const empty: Scene = { background: random.pick(BACKGROUNDS), style, objects: [null, null, null] };
  let scene = world.shifts.length > 1 ? withShift(empty, random.pick(world.shifts)) : empty;
  if (world.isFree) return withPlacedObjects(scene, drawPlaces(count, random), world, random);
  while (usedSlots(scene).length < count) scene = withObject(scene, random.below(3), drawObject(scene, world, random));
  return scene;
}

/** The photo with a probability, else one of the others. */
export const drawStyle = ({ styles }: World, photos: number, random: Random): Style =>
  random.chance(photos) ? 'photo' : random.pick(styles.slice(1));

function withPlacedObjects(empty: Scene, places: readonly Place[], world: World, random: Random): Scene {
  const start: Scene = { ...empty, places: [null, null, null] };
  return places.reduce((scene, place, slot) => withObject(scene, slot, drawObject(scene, world, random), place), start);
}

/** How often two objects of a scene may be of one kind: more often where more than the colour tells them apart. */
const repeatShare = ({ sizes, materials }: World): number => (sizes.length * materials.length > 1 ? 0.3 : 0.08);

/** A new object, usually of a kind the scene does not have, never one that looks like another but for its pose. */
export function drawObject(scene: Scene, world: World, random: Random): SceneObject {
  const repeat = random.chance(repeatShare(world));
  for (;;) {
    const object = drawAnyObject(world, random);
    const clash = scene.objects.some((other) => other?.kind === object.kind && (!repeat || looksAlike(other, object)));
    if (!clash) return object;
  }
}

function drawAnyObject(world: World, random: Random): SceneObject {
  const plain = { kind: random.pick(world.kinds), color: random.pick(world.colors) };
  return changed(plain, {
    size: sometimes(world.sizes, 0.35, random),
    material: drawMaterial(world, random),
    pose: sometimes(posesOf(world, plain.kind), 0.3, random),
  });
}

/** One of the world's materials; undefined is plain. */
export const drawMaterial = ({ materials }: World, random: Random): SceneObject['material'] =>
  sometimes(materials, 0.45, random);

/** The first of a list, or with a probability one of the others; a list of one draws no number. */
function sometimes<T>([usual, ...others]: readonly T[], share: number, random: Random): T {
  return others.length > 0 && random.chance(share) ? random.pick(others) : (usual as T);
}
