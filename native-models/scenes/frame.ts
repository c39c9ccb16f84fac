import { sceneClassColours } from '../conditions/scene-classes.ts';
import { backdrop } from './backgrounds.ts';
import {
  ANCHOR,
  FRAME,
  HORIZON,
  placeOf,
  TILE,
  tileBounds,
  type Background,
  type Color,
  type Kind,
  type Place,
  type Scene,
  type SceneObject,
  type Style,
} from './scene.ts';
import { PITCH, SCALE, sprite } from './sprites.ts';
import { applyStyle } from './styles.ts';

/** Picture bytes: FRAME x FRAME, RGB interleaved, row by row. */
export type Frame = Uint8Array;

/** Paint colours, sRGB-like 0..255. */
const PAINT: Readonly<Record<Color, readonly [number, number, number]>> = {
  red: [222, 52, 50],
  orange: [250, 142, 36],
  yellow: [252, 214, 62],
  green: [62, 170, 72],
  blue: [48, 112, 226],
  purple: [136, 72, 196],
  pink: [250, 134, 186],
  white: [244, 244, 240],
};

/** Segmentation colours. */
export const CLASS_COLORS: Readonly<Record<'floor' | 'backdrop' | Kind, readonly [number, number, number]>> =
  sceneClassColours;

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
  const { background, style } = scene;
  const base = remember(`${background} ${style}`, () =>
    renderDirectly({ background, style, objects: [null, null, null] }),
  );
  return assemble(base, scene, (object, place) => tile(background, style, place, object));
}

/** TILE x TILE RGB of one object at a place, on its background. Only the tile is composed and restyled. */
export function tile(background: Background, style: Style, place: Place, object: SceneObject): Uint8Array {
  return remember(`${background} ${style} ${place.join()} ${object.color} ${object.kind}`, () => {
    const photo = renderFrame({ background, style: 'photo', objects: [null, null, null] });
    composeObject(backdrop(background), place, object, (at, value) => (photo[at] = toByte(value)));
    return cut(applyStyle(style, photo, tileBounds(place)), place);
  });
}

/** The same picture without the tile cache: the definition that `renderFrame` must equal. */
export function renderDirectly(scene: Scene): Frame {
  const linear = backdrop(scene.background).slice();
  scene.objects.forEach((object, slot) => {
    if (object) composeObject(linear, placeOf(scene, slot), object, (at, value) => (linear[at] = value));
  });
  return applyStyle(scene.style, Uint8Array.from(linear, toByte));
}

/** Linear light to a display byte; gamma 2, so that only a square root is needed. */
const toByte = (linear: number): number => Math.min(255, Math.floor(255 * Math.sqrt(linear) + 0.5));

/** Passes the linear value of every channel of the tile at a place to `store`, by its index in the frame. */
function composeObject(
  ground: Float64Array,
  place: Place,
  object: SceneObject,
  store: (at: number, value: number) => void,
): void {
  const { through, paint, fixed } = sprite(object.kind);
  const color = PAINT[object.color].map((value) => (value / 255) * (value / 255));
  for (let i = 0; i < TILE * TILE; i++) {
    const at = framePixel(place, i) * 3;
    for (let c = 0; c < 3; c++) store(at + c, ground[at + c] * through[i] + color[c] * paint[i] + fixed[i * 3 + c]);
  }
}

/** Class colours: floor, backdrop and one colour per kind. */
export function renderSegmentation(scene: Scene): Frame {
  const base = remember('segmentation', () =>
    fillRows((y) => (y < HORIZON ? CLASS_COLORS.backdrop : CLASS_COLORS.floor)),
  );
  return assemble(base, scene, (object, place) => segmentationTile(object.kind, place));
}

function segmentationTile(kind: Kind, place: Place): Uint8Array {
  return remember(`segmentation ${place.join()} ${kind}`, () => {
    const { cover } = sprite(kind);
    return fillTile(place, (pixel, row) => {
      if (cover[pixel] > 0.5) return CLASS_COLORS[kind];
      return row < HORIZON ? CLASS_COLORS.backdrop : CLASS_COLORS.floor;
    });
  });
}

/** Grey depth, bright = near: a ramp on the ground, 0 behind the horizon. */
export function renderDepth(scene: Scene): Frame {
  const base = remember('depth', () => fillRows((y) => grey(groundDepth(y))));
  return assemble(base, scene, (object, place) => depthTile(object.kind, place));
}

function depthTile(kind: Kind, place: Place): Uint8Array {
  return remember(`depth ${place.join()} ${kind}`, () => {
    const { cover, nearness } = sprite(kind);
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
