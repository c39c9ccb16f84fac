import { inReadingOrder } from './places.ts';
import type { Random } from './random.ts';
import {
  COLORS,
  KINDS,
  usedSlots,
  type Background,
  type Color,
  type Kind,
  type Scene,
  type SceneObject,
  type Style,
} from './scene.ts';

/** Sentences with {holes}. The last two of each list are never used in training: they test paraphrases. */
export const TEMPLATES = {
  recolor: [
    'make {object} {color}',
    'paint {object} {color}',
    'turn {object} {color}',
    'color {object} {color}',
    'change the color of {object} to {color}',
    'change {object} to {color}',
    'make the color of {object} {color}',
    'recolor {object} to {color}',
    'i want {object} to be {color}',
    'give {object} the color {color}',
    'change the colour of {object} to {color}',
    'let {object} be {color}',
    'set the color of {object} to {color}',
  ],
  replace: [
    'replace {object} with {thing}',
    'turn {object} into {thing}',
    'change {object} into {thing}',
    'swap {object} for {thing}',
    'swap {object} with {thing}',
    'put {thing} in place of {object}',
    'change {object} to {thing}',
    'exchange {object} for {thing}',
    'make {object} into {thing}',
    'replace {object} by {thing}',
    'i want {thing} in place of {object}',
    'exchange {object} with {thing}',
  ],
  remove: [
    'remove {object}',
    'delete {object}',
    'erase {object}',
    'take away {object}',
    'take {object} away',
    'get rid of {object}',
    'make {object} disappear',
    'remove {object} from the scene',
    'take {object} out of the scene',
    'i want {object} to disappear',
    'get {object} out of the scene',
    'delete {object} from the scene',
  ],
  add: [
    'add {thing}{place}',
    'put {thing}{place}',
    'place {thing}{place}',
    'insert {thing}{place}',
    'draw {thing}{place}',
    'i want {thing}{place}',
    'add {thing} to the scene{place}',
    'there should be {thing}{place}',
    'show {thing}{place}',
    'create {thing}{place}',
    'insert {thing} into the scene{place}',
    'let there be {thing}{place}',
  ],
  background: [
    'move the scene to {world}',
    'change the background to {world}',
    'set the scene in {world}',
    'put it in {world}',
    'make the background {world}',
    'move it to {world}',
    'move everything to {world}',
    'place the scene in {world}',
    'replace the background with {world}',
    'set the background to {world}',
    'show everything in {world}',
    'take the scene to {world}',
  ],
  style: [
    'turn it into {look}',
    'make it {look}',
    'turn the scene into {look}',
    'change the style to {look}',
    'show it as {look}',
    'make it look like {look}',
    'change it into {look}',
    'draw it as {look}',
    'turn everything into {look}',
    'convert it to {look}',
    'set the style to {look}',
    'make the scene look like {look}',
  ],
} as const;

export type EditType = keyof typeof TEMPLATES;
export const EDIT_TYPES = Object.keys(TEMPLATES) as EditType[];
export const HELD_OUT_TEMPLATES = 2;

export type MapTask = 'canny' | 'depth' | 'segmentation';
export const MAP_TASKS: readonly MapTask[] = ['canny', 'depth', 'segmentation'];

/** Prompt texts of the released EditAR model, before the caption. */
export const PROMPT_PREFIX: Readonly<Record<MapTask, string>> = {
  canny: 'Given the canny edge image, generate an image following the description: ',
  depth: 'Given the depth image, generate an image following the description: ',
  segmentation: 'Given the segmentation mask, generate an image following the description: ',
};

const WORLDS: Readonly<Record<Background, readonly string[]>> = {
  studio: ['the studio', 'a studio'],
  room: ['the room', 'a room', 'the living room'],
  field: ['the field', 'a field', 'the meadow', 'a meadow'],
  desert: ['the desert', 'a desert'],
  snow: ['the snow', 'a snowy place', 'the winter'],
  night: ['the night', 'a night scene', 'a dark night'],
};

const LOOKS: Readonly<Record<Style, readonly string[]>> = {
  photo: ['a photo', 'a photograph', 'a picture'],
  sketch: ['a sketch', 'a pencil sketch', 'a drawing'],
  pixel: ['pixel art', 'a pixel art picture', 'pixels'],
};

const PLACES: readonly (readonly string[])[] = [
  ['on the left', 'to the left', 'on the left side', 'at the left'],
  ['in the middle', 'in the center', 'in front', 'at the front'],
  ['on the right', 'to the right', 'on the right side', 'at the right'],
];

/** "a red ball"; "an orange cube". */
export function describe(object: SceneObject): string {
  return `${object.color === 'orange' ? 'an' : 'a'} ${object.color} ${object.kind}`;
}

const newKind = (kind: Kind): string => `a ${kind}`;

/** "the red ball", or "the ball" where that is unambiguous and the die says so. */
export function refer(scene: Scene, object: SceneObject, random: Random): string {
  const alone = usedSlots(scene).filter((slot) => scene.objects[slot]?.kind === object.kind).length === 1;
  return alone && random.chance(0.4) ? `the ${object.kind}` : `the ${object.color} ${object.kind}`;
}

/** Scene description for map tasks: "a red ball, a blue cone and a green tree in the snow, a pencil sketch". */
export function caption(scene: Scene, random: Random): string {
  const things = inReadingOrder(scene).map((slot) => describe(scene.objects[slot] as SceneObject));
  const last = things.pop() ?? 'nothing';
  const list = things.length > 0 ? `${things.join(', ')} and ${last}` : last;
  const look = scene.style === 'photo' && random.chance(0.7) ? '' : `, ${random.pick(LOOKS[scene.style])}`;
  return `${list} in ${random.pick(WORLDS[scene.background])}${look}`;
}

/** What an edit sentence may mention; the edit type says which entries are needed. */
export interface Mention {
  readonly object?: string;
  readonly color?: Color;
  readonly thing?: SceneObject | Kind;
  readonly place?: number | null; // slot, or null to leave it to the default
  readonly world?: Background;
  readonly look?: Style;
}

/** One instruction; `unseen` takes the templates that training never uses. */
export function instruction(type: EditType, mention: Mention, unseen: boolean, random: Random): string {
  const all: readonly string[] = TEMPLATES[type];
  const split = all.length - HELD_OUT_TEMPLATES;
  const template = random.pick(unseen ? all.slice(split) : all.slice(0, split));
  const { thing, place } = mention;
  const sentence = template
    .replace('{object}', mention.object ?? '')
    .replace('{color}', mention.color ?? '')
    .replace('{thing}', typeof thing === 'object' ? describe(thing) : thing ? newKind(thing) : '')
    .replace('{place}', typeof place === 'number' ? ` ${random.pick(PLACES[place])}` : '')
    .replace('{world}', mention.world ? random.pick(WORLDS[mention.world]) : '')
    .replace('{look}', mention.look ? random.pick(LOOKS[mention.look]) : '');
  return `${random.chance(0.06) ? 'please ' : ''}${sentence}${random.chance(0.12) ? '.' : ''}`;
}

/** Every word that a training or test sentence can contain, lower case, sorted; punctuation is separate. */
export function vocabulary(): string[] {
  const sentences: readonly string[] = [
    ...Object.values(TEMPLATES).flat(),
    ...Object.values(PROMPT_PREFIX),
    ...Object.values(WORLDS).flat(),
    ...Object.values(LOOKS).flat(),
    ...PLACES.flat(),
    'a an and in nothing please',
  ];
  const words = sentences.flatMap(
    (text) =>
      text
        .toLowerCase()
        .replace(/\{\w+\}/g, ' ')
        .match(/[a-z]+/g) ?? [],
  );
  return [...new Set([...words, ...KINDS, ...COLORS])].sort();
}
