import { dirname, join } from 'node:path';
import type { BatchOptions, ItemReport } from '#common/contract/batch.ts';
import { drawnFreely, zEditRequest } from '#common/contract/edit-request.ts';
import type { EditRequest } from '#common/contract/edit-request.ts';
import { AppError } from '#common/contract/errors.ts';
import { editFromRecipe, recipeHash } from '#common/contract/recipe.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import { encodeEdit, paintEdit, readEdit, writeEdit } from '../engine/edit-stages.ts';
import type { ReadyEdit } from '../engine/edit-stages.ts';
import { makeOutputFolder } from '../images/output-folder.ts';
import { toSrgb8 } from '../images/to-srgb.ts';
import type { MapMaker } from '../maps/make-map.ts';
import { rasterOfMap } from '../maps/write-map.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import type { DecodedItem, ItemWork } from './item-work.ts';
import type { Lane } from './lanes.ts';
import { openMaker } from './map-work.ts';
import { companionsOf } from './pairing.ts';
import { fileHash, workKey } from './work-key.ts';

type Sampling = EditRecipe['sampling'];

export interface EditWorkConfig {
  readonly lanes: readonly Lane[]; // one for each device
  readonly library: Pick<ModelLibrary, 'list' | 'find'>;
  readonly input: string; // folder
  readonly output: string; // folder
  readonly recipe: EditRecipe;
  readonly options: BatchOptions;
  readonly model?: string | undefined; // folder or id, instead of the recipe's
}

/** Edits by instruction, and paintings from maps. */
export async function editWork(config: EditWorkConfig): Promise<ItemWork> {
  const { input, options, recipe } = config;
  const hash = await recipeHash(recipe);
  const maker = recipe.condition && (await openMaker(recipe.condition, config.library));
  const keyOf = async (item: ItemReport, signal?: AbortSignal): Promise<string> => {
    const sources = sourcesOf(item, recipe).map((path) => join(input, path));
    const contents = await Promise.all(sources.map((path) => fileHash(path, signal)));
    return workKey({ recipeHash: hash, options, item, seed: item.seed }, contents);
  };
  return {
    keyOf,
    prepare: async (item, signal) => {
      const key = await keyOf(item, signal);
      const request = requestFor(item, config, item.seed === undefined ? recipe.sampling : await samplingAgain(config));
      await makeOutputFolder(dirname(request.out));
      const read = await readEdit(request, signal);
      const ready = maker ? await asMap(read, maker, signal) : read;
      return { key, decode: (stop, onStep, lane) => decode(ready, config.lanes[lane]!, stop, onStep) };
    },
    [Symbol.asyncDispose]: async () => await maker?.[Symbol.asyncDispose](),
  };
}

/** The edit with the map of its photo in the photo's place. */
async function asMap(edit: ReadyEdit, maker: MapMaker, signal: AbortSignal): Promise<ReadyEdit> {
  const { photo } = edit;
  const { map } = await maker.make(await toSrgb8(photo.raster), signal);
  return { ...edit, photo: { ...photo, raster: rasterOfMap(map) } };
}

/** Files an item reads, the picture that is worked on first.
 * @throws AppError `companion-missing` */
function sourcesOf({ input, map, mask }: ItemReport, recipe: EditRecipe): string[] {
  const needs = companionsOf(recipe);
  if (needs.map && map === undefined) throw new AppError('companion-missing', { path: input, kind: needs.map });
  if (needs.mask && mask === undefined) throw new AppError('companion-missing', { path: input, kind: 'mask' });
  return [map ?? input, ...(mask === undefined ? [] : [mask])];
}

/** Numbers for an item that is made again with a seed of its own. It is to be another picture, which a model that always takes the likeliest
 * makes only when it draws freely. */
async function samplingAgain({ recipe, library, model }: EditWorkConfig): Promise<Sampling> {
  const { pack } = await library.find(model ?? recipe.model?.id);
  const temperature = recipe.sampling.temperature ?? pack.sampling.temperature;
  return drawnFreely({ ...recipe.sampling, temperature });
}

function requestFor(
  item: ItemReport,
  { input, output, recipe, options, model }: EditWorkConfig,
  sampling: Sampling,
): EditRequest {
  const edit = editFromRecipe(recipe, item.mask && join(input, item.mask));
  const [image = ''] = sourcesOf(item, recipe);
  const own = {
    ...{ sampling, ...(model !== undefined && { model }) },
    ...(item.fit && { fit: item.fit }),
    ...(item.seed !== undefined && { seed: item.seed }),
  };
  const { keepsPlace, tellsRecipe } = options;
  const files = { image: join(input, image), out: join(output, item.output) };
  return zEditRequest.parse({ ...edit, ...own, ...files, keepsPlace, tellsRecipe });
}

const never = new AbortController().signal;

async function decode(
  ready: ReadyEdit,
  { engine, device }: Lane,
  signal: AbortSignal,
  onStep: (step: number, of: number) => void,
): Promise<DecodedItem> {
  const onDevice = { ...ready, request: { ...ready.request, device } };
  const edit = await engine.inTurn(
    (context) => paintEdit(onDevice, { ...context, onProgress: (run) => onStep(run.committed, run.totalSteps) }),
    signal,
  );
  return {
    tokens: edit.painted.timings.tokens * ready.request.variants,
    device: edit.painted.device,
    encode: async () => {
      const encoded = await encodeEdit(edit, never); // what the model has made is kept, also when the batch is cancelled
      const { width, height, notices } = encoded;
      return { width, height, notices, write: async () => void (await writeEdit(encoded)) };
    },
  };
}
