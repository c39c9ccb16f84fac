import { paintClasses } from '#models/maps';
import { mapToRgb } from '#common/maps/condition-map.ts';
import { rasterOf } from '#common/raster/raster.ts';
import { contactSheet, evaluateMaps, mapTable } from '#models';
import type { MapEvaluation, MapRow, ScoredScene } from '#models';
import { encodeImage } from '../images/encode.ts';
import { openSceneMaps } from '../maps/scene-maps.ts';
import type { ModelLibrary } from './model-library.ts';

export type { MapRow };

/** Which networks make maps of which scenes. */
export interface MapEvalRequest extends Pick<MapEvaluation, 'split' | 'limit' | 'layout'> {
  readonly depth?: string; // id or folder of a pack; default: the one that knows rendered scenes
  readonly segmentation?: string; // the same
  readonly sheet?: string; // picture to write: pictures with both maps, five scenes a row
}

/** Measures the maps that networks make of rendered scenes. `onScene` hears how many are done.
 * @throws AppError `extractor-missing`, `model-missing` and those of writing pictures; ModelError; the signal's reason */
export async function runMapEval(
  { split, layout, limit, sheet, ...models }: MapEvalRequest,
  library: Pick<ModelLibrary, 'list' | 'find'>,
  signal: AbortSignal,
  onScene: (done: number, of: number) => void,
): Promise<readonly MapRow[]> {
  await using makers = await openSceneMaps(models, library);
  const scenes: ScoredScene[] = [];
  for await (const scene of evaluateMaps(makers.make, { split, layout, limit, signal })) {
    scenes.push(scene);
    onScene(scenes.length, limit);
  }
  if (sheet !== undefined) await encodeImage(rasterOf(sheetOf(scenes)), sheet);
  return mapTable(scenes.flatMap(({ scores }) => scores));
}

const perRow = 5;
const mostRows = 4;

function sheetOf(scenes: readonly ScoredScene[]) {
  const items = scenes.map(({ pictures: { picture, maps } }) => {
    const depth = mapToRgb({ kind: 'depth', width: 0, height: 0, data: maps.depth });
    return [picture, depth, paintClasses(maps.segmentation)];
  });
  const rows = Math.min(mostRows, Math.ceil(items.length / perRow));
  return contactSheet(Array.from({ length: rows }, (_, row) => items.slice(row * perRow, (row + 1) * perRow)));
}
