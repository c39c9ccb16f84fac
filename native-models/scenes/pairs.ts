import { edgeMap } from './canny.ts';
import { drawAnyScene, drawMaterial, drawStyle } from './draw-scene.ts';
import { drawEdit } from './edits.ts';
import { renderDepth, renderFrame, renderSegmentation, type Frame } from './frame.ts';
import { caption, MAP_TASKS, PROMPT_PREFIX, type MapTask } from './language.ts';
import { LAYOUTS, type Layout } from './places.ts';
import { createRandom, type Random } from './random.ts';
import {
  BACKGROUNDS,
  changed,
  FRAME,
  looksAlike,
  TOKEN,
  usedSlots,
  withObject,
  withShift,
  type Scene,
  type SceneObject,
} from './scene.ts';
import { allows, hasHeldOut, type Split } from './splits.ts';
import type { EditType } from './templates.ts';
import { WORLD, type World } from './world.ts';

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

/** What is drawn; the rest is left to the random numbers. */
export interface GroupOptions {
  readonly split: Split;
  readonly pairs: number;
  /** Forces the task or the edit type; by default both are drawn from the training mix. */
  readonly task?: Task;
  readonly type?: EditType;
  /** Most objects in a source scene, 1 to 3; 3 by default. */
  readonly mostObjects?: number;
  /** The level of the world; slots by default. */
  readonly layout?: Layout;
}

const MAP_SHARE = 0.18;
/** Edit types of each level, each as often as its share says. */
const EDIT_MIX = new Map(LAYOUTS.map((layout) => [layout, mixOf(WORLD[layout])]));

function mixOf({ edits }: World): EditType[] {
  const shares = Object.entries(edits) as [EditType, number][];
  return shares.flatMap(([type, share]) => Array.from({ length: share }, () => type));
}

/**
 * The group of a seed: same seed and options, same group. Throws when the options cannot be met, as for maps and for
 * edits that bring no new combination in the composition test, and for edits that a level does not have.
 */
export function makeGroup(seed: number, options: GroupOptions): Group {
  const { type, layout = 'slots' } = options;
  if (type && !WORLD[layout].edits[type]) throw new Error(`no edit of type ${type} in the scenes of ${layout}`);
  const random = createRandom(seed);
  const onlyEdits = type !== undefined || options.split === 'test-comp';
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
    const scene = drawAnyScene(WORLD[layout], mostObjects, random);
    if (allows(split, scene) && !hasHeldOut(scene)) return scene;
  }
}

function editPairs(source: Scene, options: GroupOptions, random: Random): Pair[] | null {
  const { split, layout = 'slots' } = options;
  const pairs: Pair[] = [];
  for (let attempt = 0; attempt < 60 && pairs.length < options.pairs; attempt++) {
    const type = options.type ?? random.pick(EDIT_MIX.get(layout) ?? []);
    const pair = drawEdit(source, type, WORLD[layout], split === 'test-para', random);
    if (pair && fits(pair.target, split) && !pairs.some((other) => other.prompt === pair.prompt)) pairs.push(pair);
  }
  return pairs.length === options.pairs ? pairs : null;
}

const fits = (target: Scene, split: Split): boolean => hasHeldOut(target) === (split === 'test-comp');

/** Recoloured, restyled and moved versions of one layout: what the map does not show comes from the caption. */
function mapPairs(source: Scene, task: MapTask, options: GroupOptions, random: Random): Pair[] | null {
  const world = WORLD[options.layout ?? 'slots'];
  const pairs: Pair[] = [];
  for (let attempt = 0; attempt < 60 && pairs.length < options.pairs; attempt++) {
    const target = mapTarget(source, task, world, pairs.length === 0, random);
    if (!fits(target, options.split)) continue;
    pairs.push({ type: task, prompt: PROMPT_PREFIX[task] + caption(target, random), target });
  }
  return pairs.length === options.pairs ? pairs : null;
}

/** Edges show where the backdrop is and of which material things are; the other maps show neither. */
function mapTarget(source: Scene, task: MapTask, world: World, first: boolean, random: Random): Scene {
  const style = drawStyle(world, 0.8, random);
  const shown = task === 'canny' ? source : withShift(source, 0);
  if (first) return { ...shown, style };
  const background = task === 'canny' ? source.background : random.pick(BACKGROUNDS);
  let target: Scene = { ...shown, background, style, objects: [null, null, null] };
  for (const slot of usedSlots(source)) {
    const object = source.objects[slot] as SceneObject;
    const recolored = (): SceneObject => {
      const color = random.pick(world.colors);
      return changed(object, { color, ...(task !== 'canny' && { material: drawMaterial(world, random) }) });
    };
    let other = recolored();
    while (target.objects.some((taken) => looksAlike(taken, other))) other = recolored();
    target = withObject(target, slot, other);
  }
  return target;
}
