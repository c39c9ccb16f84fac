import { inReadingOrder, type Side } from './places.ts';
import type { Random } from './random.ts';
import {
  ALL_COLORS,
  ALL_KINDS,
  type Background,
  type Color,
  type Kind,
  type Pose,
  type Scene,
  type SceneObject,
  type Style,
} from './scene.ts';
import { HELD_OUT_TEMPLATES, TEMPLATES, type Form } from './templates.ts';

export type MapTask = 'canny' | 'depth' | 'segmentation';
export const MAP_TASKS: readonly MapTask[] = ['canny', 'depth', 'segmentation'];

/** Prompt texts of the released EditAR model, before the caption. */
export const PROMPT_PREFIX: Readonly<Record<MapTask, string>> = {
  canny: 'Given the canny edge image, generate an image following the description: ',
  depth: 'Given the depth image, generate an image following the description: ',
  segmentation: 'Given the segmentation mask, generate an image following the description: ',
};

export const WORLDS: Readonly<Record<Background, readonly string[]>> = {
  studio: ['the studio', 'a studio'],
  room: ['the room', 'a room', 'the living room'],
  field: ['the field', 'a field', 'the meadow', 'a meadow'],
  desert: ['the desert', 'a desert'],
  snow: ['the snow', 'a snowy place', 'the winter'],
  night: ['the night', 'a night scene', 'a dark night'],
};

export const LOOKS: Readonly<Record<Style, readonly string[]>> = {
  photo: ['a photo', 'a photograph', 'a picture'],
  sketch: ['a sketch', 'a pencil sketch', 'a drawing'],
  pixel: ['pixel art', 'a pixel art picture', 'pixels'],
  sepia: ['sepia', 'a sepia photo', 'an old photo'],
  blueprint: ['a blueprint', 'a blueprint drawing', 'blueprint'],
  cartoon: ['a cartoon', 'a comic', 'a cartoon picture'],
};

/** Where something is added, slot by slot. */
export const PLACES: readonly (readonly string[])[] = [
  ['on the left', 'to the left', 'on the left side', 'at the left'],
  ['in the middle', 'in the center', 'in front', 'at the front'],
  ['on the right', 'to the right', 'on the right side', 'at the right'],
];

/** Where something is moved, slot by slot. */
export const GOALS: readonly (readonly string[])[] = [
  ['to the left', 'to the left side', 'over to the left'],
  ['to the middle', 'to the center', 'to the front'],
  ['to the right', 'to the right side', 'over to the right'],
];

/** Where something is beside an object, which follows. */
export const BESIDE: Readonly<Record<Side, readonly string[]>> = {
  left: ['to the left of', 'on the left of', 'on the left side of', 'left of'],
  right: ['to the right of', 'on the right of', 'on the right side of', 'right of'],
};
export const GOAL_BESIDE: Readonly<Record<Side, readonly string[]>> = {
  left: ['to the left of', 'to the left side of', 'left of'],
  right: ['to the right of', 'to the right side of', 'right of'],
};

export const POSTURES: Readonly<Record<NonNullable<Pose>, string>> = { lying: 'lying down', turned: 'turned around' };

/** What is said of an object; what is not said is left out. */
export interface Wording {
  readonly size?: 'small' | 'big' | undefined;
  readonly material?: 'metal' | 'striped' | 'plain' | undefined;
  readonly color?: Color | undefined;
  readonly kind: Kind;
}

/** "small striped red ball". */
export const wordsOf = ({ size, material, color, kind }: Wording): string =>
  [size, material, color, kind].filter((word) => word !== undefined).join(' ');

/** The same with its article: "an orange cube". */
export function withArticle(wording: Wording): string {
  const words = wordsOf(wording);
  return `${words.startsWith('orange') ? 'an' : 'a'} ${words}`;
}

/** "a red ball"; "a small metal cone lying down": the size, material and pose that are not the usual ones. */
export function describe(object: SceneObject): string {
  return `${withArticle(object)}${object.pose ? ` ${POSTURES[object.pose]}` : ''}`;
}

/** Scene description for map tasks: "a red ball, a blue cone and a green tree in the snow, a pencil sketch". */
export function caption(scene: Scene, random: Random): string {
  const things = inReadingOrder(scene).map((slot) => describe(scene.objects[slot] as SceneObject));
  const last = things.pop() ?? 'nothing';
  const list = things.length > 0 ? `${things.join(', ')} and ${last}` : last;
  const look = scene.style === 'photo' && random.chance(0.7) ? '' : `, ${random.pick(LOOKS[scene.style])}`;
  return `${list} in ${random.pick(WORLDS[scene.background])}${look}`;
}

/** A place beside an object, as `refer` names it. */
export interface Beside {
  readonly side: Side;
  readonly of: string;
}

/** What an edit sentence may mention; its form says which entries are needed. */
export interface Mention {
  readonly object?: string;
  readonly color?: Color;
  readonly thing?: string;
  readonly place?: number | Beside | null; // slot, or null to leave it to the default
  readonly goal?: number | Beside;
  readonly world?: Background;
  readonly look?: Style;
}

/** One instruction; `unseen` takes the templates that training never uses. */
export function instruction(form: Form, mention: Mention, unseen: boolean, random: Random): string {
  const all: readonly string[] = TEMPLATES[form];
  const split = all.length - HELD_OUT_TEMPLATES;
  const template = random.pick(unseen ? all.slice(split) : all.slice(0, split));
  const { place, goal } = mention;
  const sentence = template
    .replace('{object}', mention.object ?? '')
    .replace('{color}', mention.color ?? '')
    .replace('{thing}', mention.thing ?? '')
    .replace('{place}', place === undefined || place === null ? '' : ` ${spot(place, PLACES, BESIDE, random)}`)
    .replace('{goal}', goal === undefined ? '' : spot(goal, GOALS, GOAL_BESIDE, random))
    .replace('{world}', mention.world ? random.pick(WORLDS[mention.world]) : '')
    .replace('{look}', mention.look ? random.pick(LOOKS[mention.look]) : '');
  return `${random.chance(0.06) ? 'please ' : ''}${sentence}${random.chance(0.12) ? '.' : ''}`;
}

function spot(
  place: number | Beside,
  slots: readonly (readonly string[])[],
  sides: Readonly<Record<Side, readonly string[]>>,
  random: Random,
): string {
  return typeof place === 'number' ? random.pick(slots[place]) : `${random.pick(sides[place.side])} ${place.of}`;
}

/** Every word that a training or test sentence of any level can contain, lower case, sorted; punctuation is separate. */
export function vocabulary(): string[] {
  const phrases = [TEMPLATES, PROMPT_PREFIX, WORLDS, LOOKS, PLACES, GOALS, BESIDE, GOAL_BESIDE, POSTURES];
  const sentences: readonly string[] = [
    ...phrases.flatMap((table) => Object.values<string | readonly string[]>(table).flat()),
    'a an and in nothing please the small big metal striped plain',
  ];
  const words = sentences.flatMap(
    (text) =>
      text
        .toLowerCase()
        .replace(/\{\w+\}/g, ' ')
        .match(/[a-z]+/g) ?? [],
  );
  return [...new Set([...words, ...ALL_KINDS, ...ALL_COLORS])].sort();
}
