import { drawObject } from './draw-scene.ts';
import { describe, instruction, withArticle, type Beside, type Mention, type Wording } from './language.ts';
import { isFreePlace, placeBeside, SIDES } from './places.ts';
import type { Random } from './random.ts';
import { refer } from './refer.ts';
import {
  BACKGROUNDS,
  changed,
  looksAlike,
  placeOf,
  POSE_OF,
  SLOT_ORIGINS,
  SLOTS,
  usedSlots,
  withObject,
  withShift,
  type Change,
  type Place,
  type Scene,
  type SceneObject,
} from './scene.ts';
import type { EditType, Form } from './templates.ts';
import type { World } from './world.ts';

/**
 * Sentences that change a scene. Each has exactly one right answer, which follows from the picture and the words alone:
 * - an object is named so that no other one of the scene is meant (refer.ts), and no two look alike but for the pose;
 * - add: the colour is always said; without a word the new object is big, plain and stands as usual. "On the left" is the
 *   place of the left slot, no place is the first free one of DEFAULT_SLOTS, "to the right of the house" is the place that
 *   touches the house's tile, as far from the viewer. What is not free or not wholly in the picture is not asked for;
 * - replace: colour, size and material that are not said are those of the old object; the new one stands as usual;
 * - recolor, resize, material, pose: everything else stays. Only what changes something is asked for; a turned object
 *   that is turned around stands as usual again;
 * - move: the goals of add, free while the object is still there;
 * - background: the new one is not shifted; style: everything stays.
 */
export interface Edit {
  readonly type: EditType;
  readonly prompt: string;
  readonly target: Scene;
}

/** What an edit sentence is made from. */
interface Setting {
  readonly source: Scene;
  readonly world: World;
  readonly unseen: boolean; // takes the templates that training never uses
  readonly random: Random;
}

/** An object of the source and how the sentence calls it. */
interface Named {
  readonly slot: number;
  readonly object: SceneObject;
  readonly name: string;
}

/** An edit of a type, or null where the dice ask for something that the source does not allow. */
export function drawEdit(source: Scene, type: EditType, world: World, unseen: boolean, random: Random): Edit | null {
  const setting = { source, world, unseen, random };
  if (type === 'background' || type === 'style') return worldEdit(type, setting);
  if (type === 'add') return addEdit(setting);
  const used = usedSlots(source);
  if (used.length === 0) return null;
  const slot = random.pick(used);
  const object = source.objects[slot] as SceneObject;
  return OBJECT_EDITS[type]({ slot, object, name: refer(source, object, world, random) }, setting);
}

type ObjectEdit = (named: Named, setting: Setting) => Edit | null;

const OBJECT_EDITS: Readonly<Record<Exclude<EditType, 'add' | 'background' | 'style'>, ObjectEdit>> = {
  recolor: recolorEdit,
  replace: replaceEdit,
  remove: ({ slot, name }, setting) =>
    edit('remove', 'remove', { object: name }, withObject(setting.source, slot, null), setting),
  resize: (named, setting) =>
    named.object.size
      ? changeEdit('resize', 'enlarge', named, { size: undefined }, setting)
      : changeEdit('resize', 'shrink', named, { size: 'small' }, setting),
  material: materialEdit,
  pose: poseEdit,
  move: moveEdit,
};

function edit(type: EditType, form: Form, mention: Mention, target: Scene, { unseen, random }: Setting): Edit {
  return { type, prompt: instruction(form, mention, unseen, random), target };
}

/** Changes attributes of an object; null where it would look like another one. */
function changeEdit(
  type: EditType,
  form: Form,
  { slot, object, name }: Named,
  change: Change,
  setting: Setting,
  mention: Mention = {},
): Edit | null {
  const after = changed(object, change);
  const others = withObject(setting.source, slot, null);
  if (others.objects.some((other) => looksAlike(other, after))) return null;
  return edit(type, form, { object: name, ...mention }, withObject(setting.source, slot, after), setting);
}

function recolorEdit(named: Named, setting: Setting): Edit | null {
  const color = setting.random.pick(setting.world.colors.filter((other) => other !== named.object.color));
  return changeEdit('recolor', 'recolor', named, { color }, setting, { color });
}

function replaceEdit(named: Named, setting: Setting): Edit | null {
  const { world, random } = setting;
  const kind = random.pick(world.kinds.filter((other) => other !== named.object.kind));
  const color = random.chance(0.5) ? random.pick(world.colors) : undefined;
  const size = said(world.sizes, random);
  const material = said(world.materials, random);
  const change: Change = {
    ...{ kind, pose: undefined },
    ...(color && { color }),
    ...(size && { size: size.value }),
    ...(material && { material: material.value }),
  };
  const wording: Wording = {
    ...{ kind, color },
    size: size && (size.value ?? 'big'),
    material: material && (material.value ?? 'plain'),
  };
  return changeEdit('replace', 'replace', named, change, setting, { thing: withArticle(wording) });
}

/** One of several values that a sentence names now and then; a world with one never names it. */
const said = <T>(values: readonly T[], random: Random): { readonly value: T } | undefined =>
  values.length > 1 && random.chance(0.25) ? { value: random.pick(values) } : undefined;

function materialEdit(named: Named, setting: Setting): Edit | null {
  const material = setting.random.pick(setting.world.materials.filter((other) => other !== named.object.material));
  return changeEdit('material', material ?? 'plain', named, { material }, setting);
}

function poseEdit(named: Named, setting: Setting): Edit | null {
  const { kind, pose } = named.object;
  const other = POSE_OF[kind];
  if (!other) return null;
  const form = other === 'turned' ? 'turn' : pose ? 'stand' : 'lay';
  return changeEdit('pose', form, named, { pose: pose ? undefined : other }, setting);
}

/** Slots in the order in which an object goes when the sentence names no place. */
const DEFAULT_SLOTS = [1, 2, 0] as const;

function addEdit(setting: Setting): Edit | null {
  const { source, world, random } = setting;
  const free = DEFAULT_SLOTS.filter((slot) => isFreePlace(source, SLOT_ORIGINS[slot]));
  const unused = source.objects.indexOf(null);
  if (unused < 0) return null;
  const beside = world.hasRelations && random.chance(0.4) ? drawBeside(usedSlots(source), setting) : null;
  if (free.length === 0 && !beside) return null;
  const named = !beside && random.chance(0.75);
  const home = beside ? 0 : named ? random.pick(free) : free[0];
  const thing = changed(drawObject(source, world, random), { pose: undefined });
  const mention = { thing: describe(thing), place: beside ?? (named ? home : null) };
  const slot = source.places ? unused : home;
  return edit('add', 'add', mention, withObject(source, slot, thing, beside?.place ?? SLOT_ORIGINS[home]), setting);
}

function moveEdit({ slot, object, name }: Named, setting: Setting): Edit | null {
  const { source, random } = setting;
  const others = usedSlots(source).filter((other) => other !== slot);
  const beside = random.chance(0.5) ? drawBeside(others, setting) : null;
  const homes = SLOTS.map((_, home) => home).filter((home) => isFreePlace(source, SLOT_ORIGINS[home]));
  if (!beside && homes.length === 0) return null;
  const goal = beside ?? random.pick(homes);
  const place = typeof goal === 'number' ? SLOT_ORIGINS[goal] : goal.place;
  return edit('move', 'move', { object: name, goal }, withObject(source, slot, object, place), setting);
}

/** A free place beside one of the objects in some slots; null where there is none. */
function drawBeside(slots: readonly number[], { source, world, random }: Setting): (Beside & { place: Place }) | null {
  const options = slots.flatMap((slot) =>
    SIDES.flatMap((side) => {
      const place = placeBeside(placeOf(source, slot), side);
      return place && isFreePlace(source, place) ? [{ slot, side, place }] : [];
    }),
  );
  if (options.length === 0) return null;
  const { slot, side, place } = random.pick(options);
  return { side, place, of: refer(source, source.objects[slot] as SceneObject, world, random) };
}

function worldEdit(type: 'background' | 'style', setting: Setting): Edit {
  const { source, world, random } = setting;
  if (type === 'background') {
    const background = random.pick(BACKGROUNDS.filter((other) => other !== source.background));
    return edit(type, type, { world: background }, withShift({ ...source, background }, 0), setting);
  }
  const look = random.pick(world.styles.filter((other) => other !== source.style));
  return edit(type, type, { look }, { ...source, style: look }, setting);
}
