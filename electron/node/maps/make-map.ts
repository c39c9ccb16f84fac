import { ModelError, openExtractor } from '#models';
import type { ExtractorAbout, MapExtractor } from '#models';
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
  /** Depth and segmentation: id or folder of a pack. Left out: for every picture a network that knows such pictures, else the first for any
   * picture, else one that does not know it and says so. */
  readonly model?: string;
}

export interface MadeMap {
  readonly map: ConditionMap;
  readonly madeBy: string; // in words, with what it is good for
  readonly notices: readonly string[]; // what the person should know although it worked
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
  const extractors: MapExtractor[] = [];
  const close = async (): Promise<void> => {
    for (const extractor of extractors) await extractor[Symbol.asyncDispose]();
  };
  try {
    for (const folder of await extractorFolders(recipe, library)) extractors.push(await open(folder));
    const other = extractors.find(({ kind }) => kind !== recipe.kind);
    if (other) throw new ModelError('unsupported', `${recipe.model} makes ${other.kind} maps, not ${recipe.kind} maps`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    make: (picture, signal) => makeWithFirstThatKnows(extractors, picture, signal),
    [Symbol.asyncDispose]: close,
  };
}

/** Asks one network after the other, until one knows such pictures; the map of the last is better than none. */
async function makeWithFirstThatKnows(
  extractors: readonly MapExtractor[],
  picture: RgbImage,
  signal: AbortSignal | undefined,
): Promise<MadeMap> {
  const { width, height } = picture;
  for (const extractor of extractors) {
    const { kind, about } = extractor;
    const { data, isFamiliar } = await extractor.extract(picture, signal);
    if (!isFamiliar && extractor !== extractors.at(-1)) continue;
    const map = { kind, width, height, data: kind === 'depth' ? data : paintClasses(data) };
    return { map, madeBy: inWords(about).replace(/\.$/, ''), notices: isFamiliar ? [] : [unfamiliarMapNotice(about)] };
  }
  throw new Error('no network was opened');
}

const inWords = ({ title, note }: ExtractorAbout): string => (note === undefined ? title : `${title}. ${note}`);

const unfamiliarMapNotice = ({ title, note }: ExtractorAbout): string =>
  inWords({ title: `This picture is unlike those that ${title} has learnt from, so its map means little`, note });

function cannyMaker({ detector, thresholds }: MapRecipe): MapMaker {
  const { low, high } = { ...thresholdScales[detector].defaults, ...thresholds };
  return {
    async make(picture) {
      const { width, height } = picture;
      const data = canny(picture, detector, { low, high });
      const madeBy = `Canny (${detector}), ${low} and ${high}`;
      return { map: { kind: 'canny', width, height, data }, madeBy, notices: [] };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Networks for particular pictures first. @throws AppError `extractor-missing`, `model-missing` */
async function extractorFolders(
  { kind, model }: MapRecipe,
  library: Pick<ModelLibrary, 'list' | 'find'>,
): Promise<string[]> {
  if (model !== undefined) return [(await library.find(model)).folder];
  const installed = (await library.list()).filter(({ pack }) => pack?.family === kind);
  if (installed.length === 0) throw new AppError('extractor-missing', { kind });
  const particular = installed.filter(({ pack }) => pack?.worlds !== undefined);
  const general = installed.filter((one) => !particular.includes(one)).slice(0, 1);
  return [...particular, ...general].map(({ folder }) => folder);
}
