import { dirname, join } from 'node:path';
import type { BatchOptions, ItemReport } from '#common/contract/batch.ts';
import { recipeHash } from '#common/contract/recipe.ts';
import type { Condition, MapRecipe } from '#common/contract/recipe.ts';
import { decodeImage } from '../images/decode.ts';
import { makeOutputFolder } from '../images/output-folder.ts';
import { toSrgb8 } from '../images/to-srgb.ts';
import { openMapMaker } from '../maps/make-map.ts';
import type { MapMaker } from '../maps/make-map.ts';
import { writeMap } from '../maps/write-map.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import type { ItemWork } from './item-work.ts';
import { fileHash, workKey } from './work-key.ts';

export interface MapWorkConfig {
  readonly library: Pick<ModelLibrary, 'list' | 'find'>;
  readonly input: string; // folder
  readonly output: string; // folder
  readonly recipe: MapRecipe;
  readonly options: BatchOptions;
}

/** Makes condition maps. What extracts them is opened at once, so that a missing one is told before anything is made.
 * @throws AppError `extractor-missing`, `model-missing`; ModelError */
export async function mapWork({ library, input, output, recipe, options }: MapWorkConfig): Promise<ItemWork> {
  const maker = await openMaker(recipe.extract, library);
  const hash = await recipeHash(recipe);
  const keyOf = async (item: ItemReport, signal?: AbortSignal): Promise<string> =>
    workKey({ recipeHash: hash, options, item }, [await fileHash(join(input, item.input), signal)]);
  return {
    keyOf,
    prepare: async (item, signal) => {
      const key = await keyOf(item, signal);
      const out = join(output, item.output);
      await makeOutputFolder(dirname(out));
      const { raster, metadata } = await decodeImage(join(input, item.input));
      const picture = await toSrgb8(raster);
      const decode = async (stop: AbortSignal) => {
        const made = await maker.make(picture, stop);
        const { width, height } = made.map;
        const write = async (): Promise<void> => void (await writeMap(made, out));
        const encode = () => Promise.resolve({ width, height, notices: [...metadata.notices, ...made.notices], write });
        return { tokens: 0, encode };
      };
      return { key, decode };
    },
    [Symbol.asyncDispose]: () => maker[Symbol.asyncDispose](),
  };
}

/** @throws AppError `extractor-missing`, `model-missing`; ModelError */
export function openMaker(condition: Condition, library: MapWorkConfig['library']): Promise<MapMaker> {
  if (condition.kind !== 'canny') return openMapMaker({ detector: 'opencv', ...condition }, library);
  const { kind, detector, low, high } = condition;
  const thresholds = { ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
  return openMapMaker({ kind, detector, thresholds }, library);
}
