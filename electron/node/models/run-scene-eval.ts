import { rasterOf } from '#common/raster/raster.ts';
import { contactSheet, evalTable, evaluateScenes, itemCount, openModel, sceneLayouts, sceneSplits } from '#models';
import type { Estimate, EvalRow, SceneEvaluation, Score, ScoredItem } from '#models';
import type { DeviceGuard, ModelDevice, Sampling } from '#models/api';
import { encodeImage } from '../images/encode.ts';
import { openSceneMaps } from '../maps/scene-maps.ts';
import type { ModelLibrary } from './model-library.ts';

export { sceneLayouts, sceneSplits };
export type { Estimate, EvalRow, Score };

/** Which model answers which scenes, and how it is sampled. */
export interface SceneEvalRequest extends Pick<SceneEvaluation, 'split' | 'limit' | 'seed' | 'layout'> {
  readonly model?: string; // id or folder; default: the embedded one
  readonly sampling: { readonly [K in keyof Sampling]?: Sampling[K] | undefined }; // default: the model's own
  readonly device: ModelDevice;
  readonly sheet?: string; // picture to write: the first items of every type
  readonly maps?: MapSource;
}

/** What map tasks are painted from: true maps, or those that a network finds in the picture of the same scene. */
export const mapSources = ['true', 'extracted'] as const;
export type MapSource = (typeof mapSources)[number];

/** What was measured, with everything needed to measure it again. */
export interface SceneEvalResult {
  readonly settings: Pick<SceneEvaluation, 'split' | 'limit' | 'seed' | 'layout' | 'sampling'> & {
    readonly model: string;
  };
  readonly rows: readonly EvalRow[];
}

/** Evaluates a model on rendered scenes. `onItem` hears of every judged item.
 * @throws AppError `model-missing` and those of writing pictures; ModelError; the signal's reason */
export async function runSceneEval(
  request: SceneEvalRequest,
  { library, guard }: { readonly library: Pick<ModelLibrary, 'list' | 'find'>; readonly guard?: DeviceGuard },
  signal: AbortSignal,
  onItem: (scores: readonly Score[], done: number, of: number) => void,
): Promise<SceneEvalResult> {
  const { folder, pack } = await library.find(request.model);
  await using model = await openModel(folder, { device: request.device, guard, signal });
  const { split, limit, seed, layout = 'slots' } = request;
  const settings = { split, layout, limit, seed, sampling: withDefaults(request.sampling, model.samplingDefaults) };
  const items: ScoredItem[] = [];
  const of = itemCount({ ...settings });
  await using extractors = request.maps === 'extracted' ? await openSceneMaps({}, library) : undefined;
  for await (const item of evaluateScenes(model, { ...settings, signal, makeMap: extractors?.make })) {
    items.push(item);
    onItem(item.scores, items.length, of);
  }
  if (request.sheet !== undefined) await encodeImage(rasterOf(sheetOf(items, limit)), request.sheet);
  return { settings: { model: pack.id, ...settings }, rows: evalTable(items.flatMap(({ scores }) => scores)) };
}

function withDefaults(chosen: SceneEvalRequest['sampling'], defaults: Sampling): Sampling {
  return {
    cfg: chosen.cfg ?? defaults.cfg,
    temperature: chosen.temperature ?? defaults.temperature,
    topK: chosen.topK ?? defaults.topK,
    topP: chosen.topP ?? defaults.topP,
  };
}

/** Items come type by type, `limit` of each. */
function sheetOf(items: readonly ScoredItem[], limit: number) {
  const types = Array.from({ length: items.length / limit }, (_, i) => items.slice(i * limit, (i + 1) * limit));
  return contactSheet(types.map((type) => type.map(({ pictures }) => [pictures.condition, pictures.answer])));
}
