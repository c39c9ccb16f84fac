import type { RgbImage } from '../api.ts';
import { classesOf } from '../conditions/palette.ts';
import { firstSceneClass, sceneClassNames } from '../conditions/scene-classes.ts';
import { depthRmse, rankCorrelation } from '../evaluation/depth.ts';
import { scoreSegmentation } from '../evaluation/segmentation.ts';
import { depthLevels, renderFrame, renderSegmentation, type Frame } from './frame.ts';
import { makeGroup } from './pairs.ts';
import type { Layout } from './places.ts';
import { FRAME, usedSlots, type Kind, type Scene, type Style } from './scene.ts';
import { FIRST_SEED, type Split } from './splits.ts';

export const SCENE_MAPS = ['depth', 'segmentation'] as const;
export type SceneMap = (typeof SCENE_MAPS)[number];

/** Whose map is measured: the network's; that of the same scene without objects, which knows the world but not the picture; and what
 * knows nothing, a ramp from far above to near below or one class everywhere. */
export const MAP_MAKERS = ['network', 'empty scene', 'ramp or one class'] as const;
export type MapAnswerer = (typeof MAP_MAKERS)[number];

/** One map of one scene, measured. */
export interface MapScore {
  readonly map: SceneMap;
  readonly maker: MapAnswerer;
  readonly style: Style;
  readonly values: MapValues;
  /** Intersection over union of each kind that the scene has; of class maps only. */
  readonly kinds?: ReadonlyMap<Kind, number>;
}

/** Depth in grey levels 0 … 255, everywhere and where objects stand; or agreement of classes, 0 … 1. Null where a number is not defined. */
export type MapValues =
  | { readonly rmse: number; readonly objectRmse: number; readonly rank: number | null }
  | { readonly meanIou: number; readonly objectIou: number; readonly accuracy: number };

/** One scene, its true maps and how well each was made. */
export interface ScoredScene {
  readonly scores: readonly MapScore[];
  readonly pictures: { readonly picture: Frame; readonly maps: Readonly<Record<SceneMap, Uint8Array>> };
}

/** Which scenes maps are made of. */
export interface MapEvaluation {
  readonly split: Split;
  readonly layout?: Layout; // level of the world; slots by default
  readonly limit: number; // scenes
  readonly signal?: AbortSignal;
}

/** Makes a map of a picture: grey levels, or class indices, [height][width]. */
export type MakeSceneMap = (kind: SceneMap, picture: RgbImage, signal?: AbortSignal) => Promise<Uint8Array>;

/** Lets networks make maps of a split's scenes that have an object, and measures them beside two baselines. */
export async function* evaluateMaps(make: MakeSceneMap, evaluation: MapEvaluation): AsyncGenerator<ScoredScene> {
  for (const scene of testScenes(evaluation)) {
    evaluation.signal?.throwIfAborted();
    const picture = renderFrame(scene);
    const image = { width: FRAME, height: FRAME, data: picture };
    const maps = {
      depth: await make('depth', image, evaluation.signal),
      segmentation: await make('segmentation', image, evaluation.signal),
    };
    yield { scores: scoresOf(scene, maps), pictures: { picture, maps } };
  }
}

/** Source scenes of the split's edits, one per seed. */
function* testScenes({ split, layout, limit }: MapEvaluation): Generator<Scene> {
  for (let i = 0, found = 0; found < limit; i++) {
    const { source } = makeGroup(FIRST_SEED[split] + i, { split, layout, pairs: 1 });
    if (usedSlots(source).length === 0) continue;
    found++;
    yield source;
  }
}

const classes = (scene: Scene): Uint8Array => classesOf(renderSegmentation(scene));
const ramp = Uint8Array.from({ length: FRAME * FRAME }, (_, pixel) => (255 * Math.floor(pixel / FRAME)) / (FRAME - 1));

function scoresOf(scene: Scene, maps: ScoredScene['pictures']['maps']): MapScore[] {
  const empty: Scene = { ...scene, objects: [null, null, null] };
  const truth = { depth: depthLevels(scene), segmentation: classes(scene) };
  const blank = { depth: depthLevels(empty), segmentation: classes(empty) };
  const floor = blank.segmentation.at(-1)!; // the class of most pixels in every scene
  const blind = { depth: ramp, segmentation: new Uint8Array(FRAME * FRAME).fill(floor) };
  const isObject = (i: number): boolean => truth.segmentation[i] !== blank.segmentation[i];
  const answers = { network: maps, 'empty scene': blank, 'ramp or one class': blind };
  return MAP_MAKERS.flatMap((maker) => {
    const { depth, segmentation } = answers[maker];
    const about = { maker, style: scene.style };
    return [
      { ...about, map: 'depth' as const, values: depthValues(depth, truth.depth, isObject) },
      { ...about, map: 'segmentation' as const, ...classValues(segmentation, truth.segmentation, scene) },
    ];
  });
}

function depthValues(found: Uint8Array, truth: Uint8Array, isObject: (i: number) => boolean): MapValues {
  const inside = (values: Uint8Array): Uint8Array => values.filter((_, i) => isObject(i));
  const rank = rankCorrelation(found, truth);
  return {
    rmse: depthRmse(found, truth),
    objectRmse: depthRmse(inside(found), inside(truth)),
    rank: Number.isNaN(rank) ? null : rank,
  };
}

/** Mean over the classes that the scene has or the map says it has; of objects, over the kinds that the scene has. */
function classValues(found: Uint8Array, truth: Uint8Array, scene: Scene): Pick<MapScore, 'values' | 'kinds'> {
  const { iou, meanIou, accuracy } = scoreSegmentation(found, truth, 256);
  const ofKind = (kind: Kind): number => iou[firstSceneClass + sceneClassNames.indexOf(kind)] ?? 0;
  const kinds = new Map(usedSlots(scene).map((slot) => [scene.objects[slot]!.kind, ofKind(scene.objects[slot]!.kind)]));
  const objectIou = [...kinds.values()].reduce((sum, value) => sum + value, 0) / kinds.size;
  return { values: { meanIou, objectIou, accuracy }, kinds };
}
