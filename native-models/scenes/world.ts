import type { EditType } from './templates.ts';
import type { Layout } from './places.ts';
import {
  ALL_COLORS,
  ALL_KINDS,
  ALL_STYLES,
  COLORS,
  KINDS,
  POSE_OF,
  SHIFTS,
  STYLES,
  changed,
  type Color,
  type Kind,
  type Material,
  type Pose,
  type SceneObject,
  type Size,
  type Style,
} from './scene.ts';

/** What a level has. Of sizes, materials and poses undefined is the usual one; it comes first. */
export interface World {
  readonly kinds: readonly Kind[];
  readonly colors: readonly Color[];
  readonly styles: readonly Style[]; // the first is the photo
  readonly sizes: readonly Size[];
  readonly materials: readonly Material[];
  readonly hasPoses: boolean;
  readonly shifts: readonly number[]; // cells
  readonly isFree: boolean; // objects stand anywhere on the ground
  readonly hasRelations: boolean; // "to the right of the house"
  readonly edits: Edits;
}

/** Edit types in proportion to how often training tries them; for adding and moving there is often no room. */
type Edits = Readonly<Partial<Record<EditType, number>>>;

const SLOTS_WORLD: World = {
  kinds: KINDS,
  colors: COLORS,
  styles: STYLES,
  sizes: [undefined],
  materials: [undefined],
  hasPoses: false,
  shifts: [0],
  isFree: false,
  hasRelations: false,
  edits: { recolor: 25, replace: 28, add: 24, remove: 8, background: 8, style: 7 },
};
const FREE_WORLD: World = { ...SLOTS_WORLD, isFree: true };
const SIZED_WORLD: World = {
  ...FREE_WORLD,
  sizes: [undefined, 'small'],
  edits: { recolor: 19, replace: 26, add: 33, remove: 7, background: 8, style: 7, resize: 9 },
};
const SHIFTED_WORLD: World = { ...SIZED_WORLD, shifts: SHIFTS };
const VARIED_WORLD: World = {
  ...SHIFTED_WORLD,
  materials: [undefined, 'metal', 'striped'],
  hasPoses: true,
  edits: { recolor: 16, replace: 23, add: 34, remove: 6, background: 7, style: 6, resize: 8, material: 9, pose: 11 },
};
const FULL_WORLD: World = {
  ...VARIED_WORLD,
  kinds: ALL_KINDS,
  colors: ALL_COLORS,
  styles: ALL_STYLES,
  hasRelations: true,
  edits: {
    ...{ recolor: 14, replace: 20, add: 33, remove: 6, background: 7, style: 7 },
    ...{ resize: 8, material: 10, pose: 11, move: 20 },
  },
};

/** The levels: each has everything that the one before has. Nothing else decides what is drawn, asked and judged. */
export const WORLD: Readonly<Record<Layout, World>> = {
  slots: SLOTS_WORLD,
  free: FREE_WORLD,
  sized: SIZED_WORLD,
  shifted: SHIFTED_WORLD,
  varied: VARIED_WORLD,
  full: FULL_WORLD,
};

/** How a kind can stand in a world. */
export function posesOf({ hasPoses }: World, kind: Kind): readonly Pose[] {
  const other = POSE_OF[kind];
  return hasPoses && other ? [undefined, other] : [undefined];
}

/** Every object of a world: kind by kind, then colour, size, material and pose. */
export function objectsOf(world: World): SceneObject[] {
  return world.kinds.flatMap((kind) =>
    world.colors.flatMap((color) =>
      world.sizes.flatMap((size) =>
        world.materials.flatMap((material) =>
          posesOf(world, kind).map((pose) => changed({ kind, color }, { size, material, pose })),
        ),
      ),
    ),
  );
}
