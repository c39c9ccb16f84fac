/** What can be in a rendered scene, and where. One size, fixed slots: an object in a slot is always the same pixels. */

export const KINDS = ['ball', 'cube', 'cone', 'tree', 'house', 'mushroom'] as const;
export const COLORS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'white'] as const;
export const BACKGROUNDS = ['studio', 'room', 'field', 'desert', 'snow', 'night'] as const;
export const STYLES = ['photo', 'sketch', 'pixel'] as const;
export const SLOTS = ['left', 'middle', 'right'] as const;

export type Kind = (typeof KINDS)[number];
export type Color = (typeof COLORS)[number];
export type Background = (typeof BACKGROUNDS)[number];
export type Style = (typeof STYLES)[number];

export interface SceneObject {
  readonly kind: Kind;
  readonly color: Color;
}

export interface Scene {
  readonly background: Background;
  readonly style: Style;
  /** One entry per slot, in the order of SLOTS. */
  readonly objects: readonly [SceneObject | null, SceneObject | null, SceneObject | null];
}

/** Picture width and height in pixels. */
export const FRAME = 128;
/** Side of one image token in pixels. */
export const TOKEN = 8;
/** Side of a slot in pixels: six tokens. */
export const TILE = 48;
/** First ground row; everything above is backdrop. Pixels. */
export const HORIZON = 40;

/** Top-left corner of each slot in pixels, multiples of TOKEN, in the order of SLOTS; slots never overlap. */
export const SLOT_ORIGINS: readonly (readonly [x: number, y: number])[] = [
  [0, 24],
  [40, 72],
  [80, 24],
];

/** A rectangle of pixels; right and bottom are exclusive. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const WHOLE_FRAME: Bounds = { left: 0, top: 0, right: FRAME, bottom: FRAME };

/** The pixels of a slot. */
export function slotBounds(slot: number): Bounds {
  const [left, top] = SLOT_ORIGINS[slot];
  return { left, top, right: left + TILE, bottom: top + TILE };
}

/** Where an object's centre touches the ground, inside its tile. Pixels. */
export const ANCHOR: readonly [x: number, y: number] = [23, 36];

/** Canonical text of a scene: equal scenes give equal text. */
export function sceneText(scene: Scene): string {
  const objects = scene.objects.map((object) => (object ? `${object.color} ${object.kind}` : '-'));
  return [scene.background, scene.style, ...objects].join('|');
}

/** The scene with one slot changed. */
export function withObject(scene: Scene, slot: number, object: SceneObject | null): Scene {
  const at = (index: number): SceneObject | null => (index === slot ? object : (scene.objects[index] ?? null));
  return { ...scene, objects: [at(0), at(1), at(2)] };
}

/** Indices of the slots that hold an object. */
export function usedSlots(scene: Scene): number[] {
  return scene.objects.flatMap((object, slot) => (object ? [slot] : []));
}
