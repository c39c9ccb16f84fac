import { edgeMap } from './canny.ts';
import { renderDepth, renderFrame, renderSegmentation, type Frame } from './frame.ts';
import { caption, instruction, MAP_TASKS, PROMPT_PREFIX, refer, type EditType, type MapTask } from './language.ts';
import { drawPlaces, isFreePlace, type Layout } from './places.ts';
import { createRandom, type Random } from './random.ts';
import {
  BACKGROUNDS,
  COLORS,
  FRAME,
  KINDS,
  SLOT_ORIGINS,
  STYLES,
  TOKEN,
  usedSlots,
  withObject,
  type Background,
  type Color,
  type Kind,
  type Place,
  type Scene,
  type SceneObject,
  type Style,
} from './scene.ts';
import { allows, hasHeldOut, type Split } from './splits.ts';

export type Task = 'edit' | MapTask;

/** One sentence and the scene it asks for. */
export interface Pair {
  readonly type: EditType | MapTask;
  readonly prompt: string; // exactly what the text encoder reads
  readonly target: Scene;
}

/** Several pairs that share one condition picture. */
export interface Group {
  readonly task: Task;
  readonly seed: number;
  readonly source: Scene; // for maps: the scene the map was made from
  readonly pairs: readonly Pair[];
}

export interface GroupOptions {
  readonly split: Split;
  readonly pairs: number;
  /** Forces the task or the edit type; by default both are drawn from the training mix. */
  readonly task?: Task;
  readonly type?: EditType;
  /** Most objects in a source scene, 1 to 3; 3 by default. */
  readonly mostObjects?: number;
  /** Where objects may stand; in the slots by default. */
  readonly layout?: Layout;
}

const MAP_SHARE = 0.18;
/** Edit types in proportion to how often training shows them. */
const EDIT_MIX: readonly EditType[] = (
  [
    ['recolor', 25],
    ['replace', 28],
    ['add', 24],
    ['remove', 8],
    ['background', 8],
    ['style', 7],
  ] as const
).flatMap(([type, share]) => Array.from({ length: share }, () => type));

/**
 * The group of a seed: same seed and options, same group. Throws when the options cannot be met, as for maps and for
 * edits that bring no new combination in the composition test.
 */
export function makeGroup(seed: number, options: GroupOptions): Group {
  const random = createRandom(seed);
  const onlyEdits = options.type !== undefined || options.split === 'test-comp';
  const task = options.task ?? (!onlyEdits && random.chance(MAP_SHARE) ? random.pick(MAP_TASKS) : 'edit');
  for (let attempt = 0; attempt < 1000; attempt++) {
    const source = drawScene(random, options);
    if (task !== 'edit' && usedSlots(source).length === 0) continue;
    const pairs = task === 'edit' ? editPairs(source, options, random) : mapPairs(source, task, options, random);
    if (pairs) return { task, seed, source, pairs };
  }
  throw new Error(`no group for seed ${seed}`);
}

/** The condition picture of a group: the source, or the map drawn from it. */
export function conditionFrame(group: Group): Frame {
  if (group.task === 'canny') return edgeMap(renderFrame(asPhoto(group.source)));
  if (group.task === 'depth') return renderDepth(group.source);
  if (group.task === 'segmentation') return renderSegmentation(group.source);
  return renderFrame(group.source);
}

/** 1 for each token whose pixels differ between two frames, row by row. */
export function changedTokens(a: Frame, b: Frame): Uint8Array {
  const columns = FRAME / TOKEN;
  const out = new Uint8Array(columns * columns);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const pixel = Math.floor(i / 3);
    out[Math.floor(pixel / FRAME / TOKEN) * columns + Math.floor((pixel % FRAME) / TOKEN)] = 1;
  }
  return out;
}

const asPhoto = (scene: Scene): Scene => ({ ...scene, style: 'photo' });

function drawScene(random: Random, { split, mostObjects = 3, layout = 'slots' }: GroupOptions): Scene {
  for (;;) {
    const scene = drawAnyScene(random, mostObjects, layout);
    if (allows(split, scene) && !hasHeldOut(scene)) return scene;
  }
}

function drawAnyScene(random: Random, mostObjects: number, layout: Layout): Scene {
  const die = random.below(100);
  const count = Math.min(mostObjects, die < 3 ? 0 : die < 25 ? 1 : die < 65 ? 2 : 3);
  const style: Style = random.chance(0.62) ? 'photo' : random.chance(0.5) ? 'sketch' : 'pixel';
  let scene: Scene = { background: random.pick(BACKGROUNDS), style, objects: [null, null, null] };
  if (layout === 'free') return withPlacedObjects(scene, drawPlaces(count, random), random);
  while (usedSlots(scene).length < count) scene = withObject(scene, random.below(3), drawObject(scene, random));
  return scene;
}

function withPlacedObjects(empty: Scene, places: readonly Place[], random: Random): Scene {
  const start: Scene = { ...empty, places: [null, null, null] };
  return places.reduce((scene, place, slot) => withObject(scene, slot, drawObject(scene, random), place), start);
}

/** A new object, usually of a kind the scene does not have, never the same kind and colour twice. */
function drawObject(scene: Scene, random: Random): SceneObject {
  const repeat = random.chance(0.08);
  for (;;) {
    const object = { kind: random.pick(KINDS), color: random.pick(COLORS) };
    const clash = scene.objects.some(
      (other) => other && other.kind === object.kind && (!repeat || other.color === object.color),
    );
    if (!clash) return object;
  }
}

function editPairs(source: Scene, options: GroupOptions, random: Random): Pair[] | null {
  const pairs: Pair[] = [];
  for (let attempt = 0; attempt < 60 && pairs.length < options.pairs; attempt++) {
    const pair = editPair(source, options.type ?? random.pick(EDIT_MIX), options.split === 'test-para', random);
    if (pair && fits(pair.target, options.split) && !pairs.some((other) => other.prompt === pair.prompt))
      pairs.push(pair);
  }
  return pairs.length === options.pairs ? pairs : null;
}

const fits = (target: Scene, split: Split): boolean => hasHeldOut(target) === (split === 'test-comp');

function editPair(source: Scene, type: EditType, unseen: boolean, random: Random): Pair | null {
  if (type === 'background' || type === 'style') return worldPair(source, type, unseen, random);
  if (type === 'add') return addPair(source, unseen, random);
  const used = usedSlots(source);
  if (used.length === 0) return null;
  const slot = random.pick(used);
  const object = source.objects[slot] as SceneObject;
  const mention = { object: refer(source, object, random) };
  if (type === 'remove') {
    return { type, prompt: instruction(type, mention, unseen, random), target: withObject(source, slot, null) };
  }
  return type === 'recolor'
    ? recolorPair(source, slot, object, mention.object, unseen, random)
    : replacePair(source, slot, object, mention.object, unseen, random);
}

function recolorPair(
  source: Scene,
  slot: number,
  object: SceneObject,
  name: string,
  unseen: boolean,
  random: Random,
): Pair | null {
  const color: Color = random.pick(COLORS.filter((other) => other !== object.color));
  const changed = { kind: object.kind, color };
  if (holds(source, changed)) return null;
  const prompt = instruction('recolor', { object: name, color }, unseen, random);
  return { type: 'recolor', prompt, target: withObject(source, slot, changed) };
}

function replacePair(
  source: Scene,
  slot: number,
  object: SceneObject,
  name: string,
  unseen: boolean,
  random: Random,
): Pair | null {
  const kind: Kind = random.pick(KINDS.filter((other) => other !== object.kind));
  const newColor = random.chance(0.5);
  const changed = { kind, color: newColor ? random.pick(COLORS) : object.color };
  if (holds(source, changed)) return null;
  const prompt = instruction('replace', { object: name, thing: newColor ? changed : kind }, unseen, random);
  return { type: 'replace', prompt, target: withObject(source, slot, changed) };
}

const holds = (scene: Scene, object: SceneObject): boolean =>
  scene.objects.some((other) => other?.kind === object.kind && other.color === object.color);

/** Slots in the order in which an object goes when the sentence names no place. In a free scene, too, "on the left" is the place
 * of the left slot; when something stands in its way, the sentence is not used. */
const DEFAULT_SLOTS = [1, 2, 0] as const;

function addPair(source: Scene, unseen: boolean, random: Random): Pair | null {
  const free = DEFAULT_SLOTS.filter((slot) => isFreePlace(source, SLOT_ORIGINS[slot]));
  const unused = source.objects.indexOf(null);
  if (free.length === 0 || unused < 0) return null;
  const named = random.chance(0.75);
  const home = named ? random.pick(free) : free[0];
  const thing = drawObject(source, random);
  const prompt = instruction('add', { thing, place: named ? home : null }, unseen, random);
  const slot = source.places ? unused : home;
  return { type: 'add', prompt, target: withObject(source, slot, thing, SLOT_ORIGINS[home]) };
}

function worldPair(source: Scene, type: 'background' | 'style', unseen: boolean, random: Random): Pair {
  if (type === 'background') {
    const world: Background = random.pick(BACKGROUNDS.filter((other) => other !== source.background));
    return { type, prompt: instruction(type, { world }, unseen, random), target: { ...source, background: world } };
  }
  const look = random.pick(STYLES.filter((other) => other !== source.style));
  return { type, prompt: instruction(type, { look }, unseen, random), target: { ...source, style: look } };
}

/** Recoloured, restyled and moved versions of one layout: what the map does not show comes from the caption. */
function mapPairs(source: Scene, task: MapTask, options: GroupOptions, random: Random): Pair[] | null {
  const pairs: Pair[] = [];
  for (let attempt = 0; attempt < 60 && pairs.length < options.pairs; attempt++) {
    const target = mapTarget(source, task, pairs.length === 0, random);
    if (!fits(target, options.split)) continue;
    pairs.push({ type: task, prompt: PROMPT_PREFIX[task] + caption(target, random), target });
  }
  return pairs.length === options.pairs ? pairs : null;
}

function mapTarget(source: Scene, task: MapTask, first: boolean, random: Random): Scene {
  const style: Style = random.chance(0.8) ? 'photo' : random.chance(0.5) ? 'sketch' : 'pixel';
  if (first) return { ...source, style };
  const background = task === 'canny' ? source.background : random.pick(BACKGROUNDS);
  let target: Scene = { ...source, background, style, objects: [null, null, null] };
  for (const slot of usedSlots(source)) {
    const kind = (source.objects[slot] as SceneObject).kind;
    let changed: SceneObject;
    do changed = { kind, color: random.pick(COLORS) };
    while (holds(target, changed));
    target = withObject(target, slot, changed);
  }
  return target;
}
