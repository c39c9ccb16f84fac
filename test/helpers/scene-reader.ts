import { BESIDE, GOAL_BESIDE, GOALS, LOOKS, PLACES, POSTURES, WORLDS } from '../../native-models/scenes/language.ts';
import { inReadingOrder, isFreePlace, placeBeside, type Side } from '../../native-models/scenes/places.ts';
import {
  ALL_COLORS,
  ALL_KINDS,
  changed,
  placeOf,
  POSE_OF,
  sceneText,
  SLOT_ORIGINS,
  usedSlots,
  withObject,
  withShift,
  type Change,
  type Color,
  type Kind,
  type Place,
  type Scene,
  type SceneObject,
} from '../../native-models/scenes/scene.ts';
import { TEMPLATES, type Form } from '../../native-models/scenes/templates.ts';

/**
 * Reads sentences without knowing how they were made: every template that fits is carried out by the rules of edits.ts. A
 * sentence with one right answer gives one text, whatever it is read as.
 */
export function answersTo(prompt: string, source: Scene): string[] {
  const sentence = prompt.replace(/^please /, '').replace(/\.$/, '');
  const readings = Object.entries(TEMPLATES).flatMap(([form, templates]) =>
    templates.flatMap((template) => {
      const said = patternOf(template).exec(sentence)?.groups;
      return said ? [carriedOut(form as Form, said, source)] : [];
    }),
  );
  return [...new Set(readings.flat())];
}

const either = (words: readonly string[]): string => `(?:${[...words].sort((a, b) => b.length - a.length).join('|')})`;
const THING = `(?:(?:small|big) )?(?:(?:metal|striped|plain) )?(?:${either(ALL_COLORS)} )?${either(ALL_KINDS)}`;
const beside = (table: Readonly<Record<Side, readonly string[]>>): string =>
  `${either(Object.values(table).flat())} the ${THING}`;

const HOLES: Readonly<Record<string, string>> = {
  object: `the ${THING}`,
  thing: `an? ${THING}`,
  color: either(ALL_COLORS),
  place: `(?: (?:${either(PLACES.flat())}|${beside(BESIDE)}))?`,
  goal: `(?:${either(GOALS.flat())}|${beside(GOAL_BESIDE)})`,
  world: either(Object.values(WORLDS).flat()),
  look: either(Object.values(LOOKS).flat()),
};

const patterns = new Map<string, RegExp>();

function patternOf(template: string): RegExp {
  const known = patterns.get(template);
  if (known) return known;
  const source = template.replace(/\{(\w+)\}/g, (_, hole: string) => `(?<${hole}>${HOLES[hole]})`);
  const pattern = new RegExp(`^${source}$`);
  patterns.set(template, pattern);
  return pattern;
}

type Said = Readonly<Record<string, string>>;

/** The texts of all scenes that a reading can mean; more than one when it is not clear which object is meant. */
function carriedOut(form: Form, said: Said, source: Scene): string[] {
  if (form === 'background') return [sceneText(withShift({ ...source, background: keyOf(WORLDS, said.world!) }, 0))];
  if (form === 'style') return [sceneText({ ...source, style: keyOf(LOOKS, said.look!) })];
  if (form === 'add') return spots(said.place!.trim(), source).map((place) => added(said.thing!, place, source));
  const slots = meant(said.object!, source);
  if (form === 'remove') return slots.map((slot) => sceneText(withObject(source, slot, null)));
  if (form === 'move') return slots.flatMap((slot) => spots(said.goal!, source).map((at) => moved(slot, at, source)));
  return slots.map((slot) => {
    const object = source.objects[slot]!;
    return sceneText(withObject(source, slot, changed(object, changeOf(form, said, object))));
  });
}

function changeOf(form: Form, said: Said, { kind, pose }: SceneObject): Change {
  if (form === 'recolor') return { color: said.color as Color };
  if (form === 'replace') return { ...traitsOf(said.thing!), pose: undefined };
  if (form === 'shrink' || form === 'enlarge') return { size: form === 'shrink' ? 'small' : undefined };
  if (form === 'metal' || form === 'striped') return { material: form };
  if (form === 'plain') return { material: undefined };
  if (form === 'stand') return { pose: undefined };
  return { pose: pose ? undefined : POSE_OF[kind] };
}

/** What a phrase says of an object, the unusual and the usual alike. */
function traitsOf(phrase: string): Change {
  const words = phrase.split(' ');
  const find = <T extends string>(list: readonly T[]): T | undefined => list.find((word) => words.includes(word));
  const [kind, color] = [find(ALL_KINDS), find(ALL_COLORS)];
  const [size, material] = [find(['small', 'big'] as const), find(['metal', 'striped', 'plain'] as const)];
  return {
    ...(kind && { kind }),
    ...(color && { color }),
    ...(size && { size: size === 'small' ? size : undefined }),
    ...(material && { material: material === 'plain' ? undefined : material }),
  };
}

/** Slots whose object a phrase fits. */
function meant(phrase: string, source: Scene): number[] {
  const traits = Object.entries(traitsOf(phrase)) as [keyof SceneObject, string | undefined][];
  return usedSlots(source).filter((slot) => traits.every(([name, value]) => source.objects[slot]?.[name] === value));
}

const DEFAULT_ORDER = [1, 2, 0] as const;

/** Places that a phrase can mean. */
function spots(phrase: string, source: Scene): Place[] {
  if (phrase === '')
    return DEFAULT_ORDER.map((home) => SLOT_ORIGINS[home]!)
      .filter((place) => isFreePlace(source, place))
      .slice(0, 1);
  const object = new RegExp(`the ${THING}$`).exec(phrase)?.[0];
  if (object === undefined) {
    const home = [PLACES, GOALS].map((table) => table.findIndex((phrases) => phrases.includes(phrase)));
    return [SLOT_ORIGINS[Math.max(...home)]!];
  }
  const side = phrase.includes('left') ? 'left' : 'right';
  return meant(object, source).map((slot) => placeBeside(placeOf(source, slot), side)!);
}

function added(phrase: string, place: Place, source: Scene): string {
  const object = changed({ kind: 'ball', color: 'red' }, traitsOf(phrase));
  const home = SLOT_ORIGINS.indexOf(place);
  return sceneText(withObject(source, source.places ? source.objects.indexOf(null) : home, object, place));
}

const moved = (slot: number, place: Place, source: Scene): string =>
  sceneText(withObject(source, slot, source.objects[slot] ?? null, place));

function keyOf<K extends string>(table: Readonly<Record<K, readonly string[]>>, phrase: string): K {
  return (Object.keys(table) as K[]).find((key) => table[key].includes(phrase))!;
}

/** Whether a caption says everything that may be seen of the objects, in reading order. */
export function isCaptionOf(caption: string, scene: Scene): boolean {
  const pattern = new RegExp(`\\ban? (${THING})( lying down| turned around)?`, 'g');
  const things = [...caption.matchAll(pattern)].map(([, words, posture]) =>
    changed({ kind: 'ball' as Kind, color: 'red' }, { ...traitsOf(words!), pose: poseOf(posture) }),
  );
  return JSON.stringify(things) === JSON.stringify(inReadingOrder(scene).map((slot) => scene.objects[slot]));
}

const poseOf = (posture: string | undefined): SceneObject['pose'] =>
  (['lying', 'turned'] as const).find((pose) => posture?.trim() === POSTURES[pose]);
