/**
 * What can be in a rendered scene, and where. Tiles are on the token grid: an object at a place is always the same pixels.
 * In an aligned scene objects stand in three slots, in a free one anywhere on the ground.
 */

export const KINDS = ['ball', 'cube', 'cone', 'tree', 'house', 'mushroom'] as const;
export const COLORS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'white'] as const;
export const BACKGROUNDS = ['studio', 'room', 'field', 'desert', 'snow', 'night'] as const;
export const STYLES = ['photo', 'sketch', 'pixel'] as const;
/** What the full grammar knows beyond the first rungs; appended, so that the indices of the first ones stay. */
export const ALL_KINDS = [...KINDS, 'cylinder', 'pyramid', 'snowman', 'chair'] as const;
export const ALL_COLORS = [...COLORS, 'black', 'cyan'] as const;
export const ALL_STYLES = [...STYLES, 'sepia', 'blueprint', 'cartoon'] as const;
/** Cells by which a backdrop may be shifted to the left. */
export const SHIFTS = [-3, -2, -1, 0, 1, 2, 3] as const;
export const SLOTS = ['left', 'middle', 'right'] as const;

export type Kind = (typeof ALL_KINDS)[number];
export type Color = (typeof ALL_COLORS)[number];
export type Background = (typeof BACKGROUNDS)[number];
export type Style = (typeof ALL_STYLES)[number];

/** A thing in a scene. */
export interface SceneObject {
  readonly kind: Kind;
  readonly color: Color;
  /** Absent: big. */
  readonly size?: 'small';
  /** Absent: plain. */
  readonly material?: 'metal' | 'striped';
  /** Absent: as it usually stands. Which kinds have another pose is said by POSE_OF. */
  readonly pose?: 'lying' | 'turned';
}

/** How an object differs from the usual; undefined is the usual: big, plain, as it stands. */
export type Size = SceneObject['size'];
export type Material = SceneObject['material'];
export type Pose = SceneObject['pose'];

/** The other pose of each kind that has one. */
export const POSE_OF: Readonly<Partial<Record<Kind, 'lying' | 'turned'>>> = {
  cone: 'lying',
  tree: 'lying',
  mushroom: 'lying',
  cylinder: 'lying',
  snowman: 'lying',
  house: 'turned',
  cube: 'turned',
  chair: 'turned',
};

/** Top-left corner of an object's tile in pixels, multiples of TOKEN. */
export type Place = readonly [x: number, y: number];

/** A rendered scene, whole: the same one is always the same pixels. */
export interface Scene {
  readonly background: Background;
  readonly style: Style;
  /** Cells by which the backdrop is shifted to the left, one of SHIFTS; absent: 0. Objects stay where they are. */
  readonly shift?: number;
  /** One entry per slot, in the order of SLOTS. */
  readonly objects: readonly [SceneObject | null, SceneObject | null, SceneObject | null];
  /** Free scenes only: where the slots of this scene are; null for one that never held an object. Tiles do not overlap. */
  readonly places?: readonly [Place | null, Place | null, Place | null];
}

/** Picture width and height in pixels. */
export const FRAME = 128;
/** Side of one image token in pixels. */
export const TOKEN = 8;
/** Side of a slot in pixels: six tokens. */
export const TILE = 48;
/** First ground row; everything above is backdrop. Pixels. */
export const HORIZON = 40;

/** Where the slots of aligned scenes are, in the order of SLOTS; they never overlap. */
export const SLOT_ORIGINS: readonly Place[] = [
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

/** Where a slot of a scene is. A slot of a free scene that never held an object has no place of its own: the aligned one stands for it. */
export const placeOf = ({ places }: Scene, slot: number): Place => places?.[slot] ?? SLOT_ORIGINS[slot];

/** Where an object's centre touches the ground, inside its tile. Pixels. */
export const ANCHOR: readonly [x: number, y: number] = [23, 36];

/** Canonical text of a scene: scenes that look the same give the same text, whichever slots hold their objects. */
export function sceneText(scene: Scene): string {
  const used = usedSlots(scene);
  const name = (slot: number): string => objectText(scene.objects[slot] as SceneObject);
  const homes = used.map((slot) => SLOT_ORIGINS.findIndex((home) => isSamePlace(home, placeOf(scene, slot))));
  const objects = homes.includes(-1)
    ? used.map((slot) => `${name(slot)} at ${placeOf(scene, slot).join(' ')}`).sort()
    : SLOTS.map((_, home) => (homes.includes(home) ? name(used[homes.indexOf(home)]) : '-'));
  const shift = scene.shift ? [`shift ${scene.shift}`] : [];
  return [scene.background, scene.style, ...shift, ...objects].join('|');
}

const objectText = ({ size, material, color, kind, pose }: SceneObject): string =>
  [size, material, color, kind, pose].filter(Boolean).join(' ');

export const isSamePlace = (a: Place, b: Place): boolean => a[0] === b[0] && a[1] === b[1];

/** The scene with one slot changed. In a free scene a slot that is filled for the first time needs a place. */
export function withObject(scene: Scene, slot: number, object: SceneObject | null, place?: Place): Scene {
  const changed = { ...scene, objects: replaced(scene.objects, slot, object) };
  return scene.places && place ? { ...changed, places: replaced(scene.places, slot, place) } : changed;
}

/** The same scene before a backdrop shifted by a number of cells. */
export function withShift({ background, style, objects, places }: Scene, shift: number): Scene {
  return { background, style, ...(shift !== 0 && { shift }), objects, ...(places && { places }) };
}

/** What an object may be changed to; undefined makes it usual. */
export interface Change {
  readonly kind?: Kind;
  readonly color?: Color;
  readonly size?: Size;
  readonly material?: Material;
  readonly pose?: Pose;
}

/** The object with some of its attributes changed. What is usual is left out, so that what looks the same is the same JSON. */
export function changed(object: SceneObject, change: Change): SceneObject {
  const { kind, color, size, material, pose } = { ...object, ...change };
  return { kind, color, ...(size && { size }), ...(material && { material }), ...(pose && { pose }) };
}

type Slot = SceneObject | null | undefined;

/** Whether two slots hold the same object in every attribute, or both nothing. */
export const isSameObject = (a: Slot, b: Slot): boolean => looksAlike(a, b) && a?.pose === b?.pose;

/** The same but for the pose: two such objects never stand in one scene, as no sentence would tell them apart. */
export const looksAlike = (a: Slot, b: Slot): boolean =>
  a?.kind === b?.kind && a?.color === b?.color && a?.size === b?.size && a?.material === b?.material;

type Three<T> = readonly [T, T, T];

function replaced<T>(items: Three<T>, index: number, item: T): Three<T> {
  const at = (i: 0 | 1 | 2): T => (i === index ? item : items[i]);
  return [at(0), at(1), at(2)];
}

/** Indices of the slots that hold or held an object; all of them in an aligned scene. */
export function knownSlots({ places }: Scene): number[] {
  return SLOTS.flatMap((_, slot) => (places?.[slot] === null ? [] : [slot]));
}

/** Indices of the slots that hold an object. */
export function usedSlots(scene: Scene): number[] {
  return scene.objects.flatMap((object, slot) => (object ? [slot] : []));
}
