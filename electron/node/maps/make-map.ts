import { ModelError, openExtractor } from '#models';
import { canny, paintClasses, thresholdScales } from '#models/maps';
import type { RgbImage } from '#models/api';
import type { CannyDetector, CannyThresholds } from '#models/maps';
import type { ConditionMap, MapKind } from '#common/maps/condition-map.ts';
import { AppError } from '#common/contract/errors.ts';
import type { ModelLibrary } from '../models/model-library.ts';

/** How a map is to be made of a picture. */
export interface MapRecipe {
  readonly kind: MapKind;
  readonly detector: CannyDetector; // canny only, as are thresholds
  readonly thresholds?: Partial<CannyThresholds>; // left out: the detector's own
  readonly model?: string; // depth and segmentation: id or folder of a pack; left out: the first that makes such maps
}

export interface MadeMap {
  readonly map: ConditionMap;
  readonly madeBy: string; // in words
}

/** Makes maps of one kind, one picture after the other, and keeps what that takes open. */
export interface MapMaker extends AsyncDisposable {
  make(picture: RgbImage, signal?: AbortSignal): Promise<MadeMap>;
}

/** @throws AppError `extractor-missing`, `model-missing`; ModelError `pack-invalid`, `unsupported` */
export async function openMapMaker(
  recipe: MapRecipe,
  library: Pick<ModelLibrary, 'list' | 'find'>,
  open: typeof openExtractor = openExtractor,
): Promise<MapMaker> {
  if (recipe.kind === 'canny') return cannyMaker(recipe);
  const { kind } = recipe;
  const extractor = await open(await extractorFolder(recipe, library));
  if (extractor.kind !== kind) {
    await extractor[Symbol.asyncDispose]();
    throw new ModelError('unsupported', `${recipe.model} makes ${extractor.kind} maps, not ${kind} maps`);
  }
  return {
    async make(picture, signal) {
      const { width, height } = picture;
      const made = await extractor.extract(picture, signal);
      const data = kind === 'depth' ? made : paintClasses(made);
      return { map: { kind, width, height, data }, madeBy: extractor.title };
    },
    [Symbol.asyncDispose]: () => extractor[Symbol.asyncDispose](),
  };
}

function cannyMaker({ detector, thresholds }: MapRecipe): MapMaker {
  const { low, high } = { ...thresholdScales[detector].defaults, ...thresholds };
  return {
    async make(picture) {
      const { width, height } = picture;
      const data = canny(picture, detector, { low, high });
      return { map: { kind: 'canny', width, height, data }, madeBy: `Canny (${detector}), ${low} and ${high}` };
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function extractorFolder({ kind, model }: MapRecipe, library: Pick<ModelLibrary, 'list' | 'find'>) {
  if (model !== undefined) return (await library.find(model)).folder;
  const installed = (await library.list()).find(({ pack }) => pack?.family === kind);
  if (!installed) throw new AppError('extractor-missing', { kind });
  return installed.folder;
}
