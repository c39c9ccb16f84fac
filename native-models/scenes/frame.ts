import { sceneClassColours } from '../conditions/scene-classes.ts';
import { backdrop } from './backgrounds.ts';
import {
  ANCHOR,
  FRAME,
  HORIZON,
  SLOT_ORIGINS,
  slotBounds,
  TILE,
  type Background,
  type Color,
  type Kind,
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

function remember(key: string, make: () => Uint8Array): Uint8Array {
  let found = cache.get(key);
  if (!found) cache.set(key, (found = make()));
  return found;
}

/** RGB of a scene. The empty scene and each object's tile are rendered once and copied. */
export function renderFrame(scene: Scene): Frame {
  const { background, style } = scene;
  const base = remember(`${background} ${style}`, () =>
    renderDirectly({ background, style, objects: [null, null, null] }),
  );
  return assemble(base, scene, (object, slot) => tile(background, style, slot, object));
}

/** TILE x TILE RGB of one object in its slot, on its background. Only the slot is composed and restyled. */
export function tile(background: Background, style: Style, slot: number, object: SceneObject): Uint8Array {
  return remember(`${background} ${style} ${slot} ${object.color} ${object.kind}`, () => {
    const photo = renderFrame({ background, style: 'photo', objects: [null, null, null] });
    composeObject(backdrop(background), slot, object, (at, value) => (photo[at] = toByte(value)));
    return cut(applyStyle(style, photo, slotBounds(slot)), slot);
  });
}

/** The same picture without the tile cache: the definition that `renderFrame` must equal. */
export function renderDirectly(scene: Scene): Frame {
  const linear = backdrop(scene.background).slice();
  scene.objects.forEach((object, slot) => {
    if (object) composeObject(linear, slot, object, (at, value) => (linear[at] = value));
  });
  return applyStyle(scene.style, Uint8Array.from(linear, toByte));
}

/** Linear light to a display byte; gamma 2, so that only a square root is needed. */
const toByte = (linear: number): number => Math.min(255, Math.floor(255 * Math.sqrt(linear) + 0.5));

/** Passes the linear value of every channel of a slot to `store`, by its index in the frame. */
function composeObject(
  ground: Float64Array,
  slot: number,
  object: SceneObject,
  store: (at: number, value: number) => void,
): void {
  const { through, paint, fixed } = sprite(object.kind);
  const color = PAINT[object.color].map((value) => (value / 255) * (value / 255));
  for (let i = 0; i < TILE * TILE; i++) {
    const at = framePixel(slot, i) * 3;
    for (let c = 0; c < 3; c++) store(at + c, ground[at + c] * through[i] + color[c] * paint[i] + fixed[i * 3 + c]);
  }
}

/** Class colours: floor, backdrop and one colour per kind. */
export function renderSegmentation(scene: Scene): Frame {
  const base = remember('segmentation', () =>
    fillRows((y) => (y < HORIZON ? CLASS_COLORS.backdrop : CLASS_COLORS.floor)),
  );
  return assemble(base, scene, (object, slot) => segmentationTile(object.kind, slot));
}

function segmentationTile(kind: Kind, slot: number): Uint8Array {
  return remember(`segmentation ${slot} ${kind}`, () => {
    const { cover } = sprite(kind);
    return fillTile(slot, (pixel, row) => {
      if (cover[pixel] > 0.5) return CLASS_COLORS[kind];
      return row < HORIZON ? CLASS_COLORS.backdrop : CLASS_COLORS.floor;
    });
  });
}

/** Grey depth, bright = near: a ramp on the ground, 0 behind the horizon. */
export function renderDepth(scene: Scene): Frame {
  const base = remember('depth', () => fillRows((y) => grey(groundDepth(y))));
  return assemble(base, scene, (object, slot) => depthTile(object.kind, slot));
}

function depthTile(kind: Kind, slot: number): Uint8Array {
  return remember(`depth ${slot} ${kind}`, () => {
    const { cover, nearness } = sprite(kind);
    const feet = SLOT_ORIGINS[slot][1] + ANCHOR[1];
    return fillTile(slot, (pixel, row) => {
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

function fillTile(slot: number, color: (pixel: number, row: number) => Rgb): Uint8Array {
  const out = new Uint8Array(TILE * TILE * 3);
  for (let pixel = 0; pixel < TILE * TILE; pixel++) {
    out.set(color(pixel, SLOT_ORIGINS[slot][1] + Math.floor(pixel / TILE)), pixel * 3);
  }
  return out;
}

/** Index in the frame of pixel i of a slot's tile. */
function framePixel(slot: number, i: number): number {
  const [left, top] = SLOT_ORIGINS[slot];
  return (top + Math.floor(i / TILE)) * FRAME + left + (i % TILE);
}

function assemble(base: Uint8Array, scene: Scene, tileOf: (object: SceneObject, slot: number) => Uint8Array): Frame {
  const out = base.slice();
  scene.objects.forEach((object, slot) => object && paste(out, slot, tileOf(object, slot)));
  return out;
}

function paste(frame: Uint8Array, slot: number, pixels: Uint8Array): void {
  for (let row = 0; row < TILE; row++) {
    const line = pixels.subarray(row * TILE * 3, (row + 1) * TILE * 3);
    frame.set(line, framePixel(slot, row * TILE) * 3);
  }
}

function cut(frame: Uint8Array, slot: number): Uint8Array {
  const out = new Uint8Array(TILE * TILE * 3);
  for (let row = 0; row < TILE; row++) {
    const start = framePixel(slot, row * TILE) * 3;
    out.set(frame.subarray(start, start + TILE * 3), row * TILE * 3);
  }
  return out;
}
