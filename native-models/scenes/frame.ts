import { classesOf } from '../conditions/palette.ts';
import { firstSceneClass, sceneClassColours } from '../conditions/scene-classes.ts';
import {
  ANCHOR,
  FRAME,
  HORIZON,
  placeOf,
  TILE,
  type Background,
  type Kind,
  type Place,
  type Scene,
  type SceneObject,
  type Style,
} from './scene.ts';
import { PITCH, SCALE, shapeName, sprite, type Shape } from './sprites.ts';
import { composeObject, drawTile } from './tiles.ts';
import { backdrop, emptyWorld, inStyle, inWorld, toByte, windowOf } from './panorama.ts';

/** Picture bytes: FRAME x FRAME, RGB interleaved, row by row. */
export type Frame = Uint8Array;

/** Segmentation colours. */
export const CLASS_COLORS: Readonly<Record<'floor' | 'backdrop' | Kind, readonly [number, number, number]>> = {
  ...sceneClassColours,
};

const cache = new Map<string, Uint8Array>();
/** Enough for everything that aligned scenes are made of; of free scenes it keeps what was rendered last. */
const MOST_KEPT = 6000;

function remember(key: string, make: () => Uint8Array): Uint8Array {
  let found = cache.get(key);
  if (!found) {
    found = make();
    if (cache.size >= MOST_KEPT) cache.delete(cache.keys().next().value!);
    cache.set(key, found);
  }
  return found;
}

/** RGB of a scene. The empty scene and each object's tile are rendered once and copied. */
export function renderFrame(scene: Scene): Frame {
  const { background, style, shift = 0 } = scene;
  const base = remember(`${background} ${style} ${shift}`, () => windowOf(emptyWorld(background, style), shift));
  return assemble(base, scene, (object, place) => tile(background, style, inWorld(place, shift), object));
}

/** TILE x TILE RGB of one object at a place of the world, on its background: the same for every shift that shows it. */
export function tile(background: Background, style: Style, place: Place, object: SceneObject): Uint8Array {
  const name = `${object.color} ${object.material ?? ''} ${shapeName(object)}`;
  return remember(`${background} ${style} ${place.join()} ${name}`, () => drawTile(background, style, place, object));
}

/** The same picture without the tile cache: the definition that `renderFrame` must equal. */
export function renderDirectly(scene: Scene): Frame {
  const world = backdrop(scene.background).slice();
  scene.objects.forEach((object, slot) => {
    if (object) composeObject(world, inWorld(placeOf(scene, slot), scene.shift), object);
  });
  return windowOf(inStyle(Uint8Array.from(world, toByte), scene.style), scene.shift ?? 0);
}

/** Class colours: floor, backdrop and one colour per kind. Maps do not show a shift. */
export function renderSegmentation(scene: Scene): Frame {
  const base = remember('segmentation', () =>
    fillRows((y) => (y < HORIZON ? CLASS_COLORS.backdrop : CLASS_COLORS.floor)),
  );
  return assemble(base, scene, (object, place) => segmentationTile(object, place));
}

/** Classes of a scene's pixels, counted from the first class of rendered scenes: FRAME x FRAME. */
export const classIndices = (scene: Scene): Uint8Array =>
  classesOf(renderSegmentation(scene)).map((index) => index - firstSceneClass);

/** TILE x TILE RGB; the column of the place does not matter. */
export function segmentationTile(shape: Shape, place: Place): Uint8Array {
  return remember(`segmentation ${place[1]} ${shapeName(shape)}`, () => {
    const { cover } = sprite(shape);
    return fillTile(place, (pixel, row) => {
      if (cover[pixel] > 0.5) return CLASS_COLORS[shape.kind];
      return row < HORIZON ? CLASS_COLORS.backdrop : CLASS_COLORS.floor;
    });
  });
}

/** Grey depth, bright = near: a ramp on the ground, 0 behind the horizon. */
export function renderDepth(scene: Scene): Frame {
  const base = remember('depth', () => fillRows((y) => grey(groundDepth(y))));
  return assemble(base, scene, (object, place) => depthTile(object, place));
}

/** Depth levels of a scene's pixels: FRAME x FRAME. */
export const depthLevels = (scene: Scene): Uint8Array => renderDepth(scene).filter((_, i) => i % 3 === 0);

/** TILE x TILE RGB; the column of the place does not matter. */
export function depthTile(shape: Shape, place: Place): Uint8Array {
  return remember(`depth ${place[1]} ${shapeName(shape)}`, () => {
    const { cover, nearness } = sprite(shape);
    const feet = place[1] + ANCHOR[1];
    return fillTile(place, (pixel, row) => {
      if (cover[pixel] <= 0.5) return grey(groundDepth(row));
      return grey(depthLevel(groundNearness(feet) + nearness[pixel]));
    });
  });
}

/** Nearness of the ground seen in a picture row, world units towards the viewer, 0 at the horizon. */
const groundNearness = (row: number): number => ((row - HORIZON) / (SCALE * PITCH.sin)) * PITCH.cos;
const NEAREST = groundNearness(FRAME) + 0.4;
const depthLevel = (nearness: number): number => Math.min(255, Math.floor(32 + (223 * nearness) / NEAREST));
const groundDepth = (row: number): number => (row < HORIZON ? 0 : depthLevel(groundNearness(row)));
const grey = (value: number): readonly [number, number, number] => [value, value, value];

type Rgb = readonly [number, number, number];

function fillRows(color: (row: number) => Rgb): Uint8Array {
  const out = new Uint8Array(FRAME * FRAME * 3);
  for (let pixel = 0; pixel < FRAME * FRAME; pixel++) out.set(color(Math.floor(pixel / FRAME)), pixel * 3);
  return out;
}

function fillTile([, top]: Place, color: (pixel: number, row: number) => Rgb): Uint8Array {
  const out = new Uint8Array(TILE * TILE * 3);
  for (let pixel = 0; pixel < TILE * TILE; pixel++) {
    out.set(color(pixel, top + Math.floor(pixel / TILE)), pixel * 3);
  }
  return out;
}

/** Index in the frame of pixel i of the tile at a place. */
function framePixel([left, top]: Place, i: number): number {
  return (top + Math.floor(i / TILE)) * FRAME + left + (i % TILE);
}

function assemble(base: Uint8Array, scene: Scene, tileOf: (object: SceneObject, place: Place) => Uint8Array): Frame {
  const out = base.slice();
  scene.objects.forEach((object, slot) => {
    const place = placeOf(scene, slot);
    if (object) paste(out, place, tileOf(object, place));
  });
  return out;
}

function paste(frame: Uint8Array, place: Place, pixels: Uint8Array): void {
  for (let row = 0; row < TILE; row++) {
    const line = pixels.subarray(row * TILE * 3, (row + 1) * TILE * 3);
    frame.set(line, framePixel(place, row * TILE) * 3);
  }
}

/** The pixels of the tile at a place. */
export function cut(frame: Uint8Array, place: Place): Uint8Array {
  const out = new Uint8Array(TILE * TILE * 3);
  for (let row = 0; row < TILE; row++) {
    const start = framePixel(place, row * TILE) * 3;
    out.set(frame.subarray(start, start + TILE * 3), row * TILE * 3);
  }
  return out;
}
