import { renderFrame, type Frame } from './frame.ts';
import { cellsOfTile, damagedCells, missingCells, withNeighbours } from './judge-cells.ts';
import { isClear } from './judge-shape.ts';
import { judge, type Verdict } from './judge.ts';
import { changedTokens, type Pair } from './pairs.ts';
import type { Layout } from './places.ts';
import { isSameObject, isSamePlace, placeOf, usedSlots, type Scene } from './scene.ts';

/** One task with everything that judging its answer needs. */
export interface Question {
  readonly pair: Pair;
  readonly source: Scene; // for maps: the scene the map was made from
  readonly roundTrip: Frame; // the true target, through the tokenizer and back
  readonly layout?: Layout; // level of the world; slots by default
}

/** How well a picture answers a question. */
export interface Judgement {
  /** What was asked for is there: the named slots, or the background and style; for maps everything. */
  readonly applied: boolean;
  /** Right kind where an object of another kind was asked for, whatever else it is; null for other edits. */
  readonly kind: boolean | null;
  /** Templates: the nearest of all objects is the right one in every slot, and so is the nearest background and style. */
  readonly recognised: boolean;
  /** Every object is drawn as clearly as the tokenizer can. */
  readonly clear: boolean;
  /** Cells far from the truth: of those that the edit leaves alone, or of the backdrop where the whole picture is made anew. */
  readonly strayCells: number;
  /** Recognised and clear; no stray cell, or next to none in a backdrop made anew. */
  readonly strict: boolean;
}

/** Of the backdrop's cells, when the whole picture is made anew. */
const MOST_STRAY = 1 / 20;
/** Of each object's own cells, so that whole objects do not make up for a broken one: an outline may wobble, part of an object may not be missing. */
const MOST_FAULTY = 1 / 8;

/** Judges a FRAME × FRAME picture against the one true answer. Nothing but its pixels and renderings of scenes is used. */
export function judgeAnswer(picture: Frame, { pair, source, roundTrip, layout }: Question): Judgement {
  const target = renderFrame(pair.target);
  const empty = renderFrame({ ...pair.target, objects: [null, null, null] });
  const anew = isAnew(pair, source);
  const verdict = judge(picture, pair.target, source, layout);
  const damaged = damagedCells(picture, target, roundTrip);
  const missing = missingCells(picture, target, empty, roundTrip);
  const faulty = damaged.map((is, cell) => is || missing[cell]);
  const objectCells = changedTokens(empty, target);
  const changedCells = anew ? objectCells : changedTokens(renderFrame(source), target);
  const kept = withNeighbours(changedCells).map((isNear) => !isNear);
  const strayCells = damaged.filter((is, cell) => is && kept[cell]).length;
  const clear = usedSlots(pair.target)
    .map((slot) => placeOf(pair.target, slot))
    .every(
      (place) =>
        shareOf(faulty, cellsOfTile(objectCells, place)) <= MOST_FAULTY &&
        isClear(picture, { target, empty, roundTrip }, place),
    );
  return {
    applied: isApplied(pair, source, verdict),
    kind: pair.type === 'add' || pair.type === 'replace' ? verdict.kind : null,
    recognised: verdict.strict,
    clear,
    strayCells,
    strict: verdict.strict && clear && (anew ? shareOf(damaged, kept) <= MOST_STRAY : strayCells === 0),
  };
}

/** Share of the cells in `where` that are in `cells`; 0 of none. */
function shareOf(cells: readonly boolean[], where: ArrayLike<number | boolean>): number {
  const inside = cells.filter((_, cell) => where[cell]);
  return inside.length === 0 ? 0 : inside.filter(Boolean).length / inside.length;
}

/** Whether the whole picture has to be made: maps, other backgrounds, other styles. */
const isAnew = ({ type, target }: Pair, source: Scene): boolean =>
  isMap(type) || target.background !== source.background || target.style !== source.style;

const isMap = (type: Pair['type']): boolean => type === 'canny' || type === 'depth' || type === 'segmentation';

function isApplied({ type, target }: Pair, source: Scene, verdict: Verdict): boolean {
  if (isMap(type)) return verdict.strict;
  if (type === 'background' || type === 'style') return verdict.world;
  const isKept = (slot: number): boolean =>
    isSameObject(target.objects[slot], source.objects[slot]) &&
    isSamePlace(placeOf(target, slot), placeOf(source, slot));
  return target.objects.every((_, slot) => isKept(slot) || verdict.slots[slot]);
}
