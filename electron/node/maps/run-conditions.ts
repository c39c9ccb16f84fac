import { realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { kindOfFile, mapFileName } from '#common/maps/map-files.ts';
import { listPictures } from '../batch/listing.ts';
import { firstFree, nameKey } from '../batch/naming.ts';
import { decodeImage } from '../images/decode.ts';
import { makeOutputFolder } from '../images/output-folder.ts';
import { toSrgb8 } from '../images/to-srgb.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import { openMapMaker } from './make-map.ts';
import type { MapMaker, MapRecipe } from './make-map.ts';
import { checkMapFile, writeMap } from './write-map.ts';

/** Maps to be made of a picture, or of every picture in a folder. */
export interface ConditionsRequest extends MapRecipe {
  readonly input: string; // file or folder
  readonly out: string; // file; for a folder the folder of the maps, made where it is missing
}

/** How one picture went. */
export type ConditionsOutcome =
  | {
      readonly image: string;
      readonly files: readonly string[]; // the map first
      readonly width: number;
      readonly height: number;
      readonly madeBy: string;
      readonly notices: readonly string[];
    }
  | { readonly image: string; readonly error: unknown };

/** Makes maps one after the other; in a folder a picture that fails does not stop the others.
 * @throws AppError, ModelError of a single picture, or of what all pictures need; the signal's reason */
export async function* runConditions(
  request: ConditionsRequest,
  library: Pick<ModelLibrary, 'list' | 'find'>,
  signal: AbortSignal,
): AsyncGenerator<ConditionsOutcome> {
  const found = await stat(request.input).catch(() => undefined);
  if (!found?.isDirectory()) {
    checkMapFile(request.out);
    await refuseInput(request.input, request.out);
    await using maker = await openMapMaker(request, library);
    yield await makeOne(request.input, request.out, maker, signal);
    return;
  }
  const plan = await planFolder(request);
  await using maker = await openMapMaker(request, library);
  await makeOutputFolder(request.out);
  for (const { image, out } of plan) {
    signal.throwIfAborted();
    yield await inFolder(image, out, maker, signal);
  }
}

/** Pictures of a folder in the order of their names, each with a name for its map; maps that lie among them are left out.
 * @throws AppError `folder-unreadable` */
async function planFolder({ input, out, kind }: ConditionsRequest): Promise<{ image: string; out: string }[]> {
  const { files } = await listPictures(input, { recursive: false });
  const pictures = files.filter((name) => kindOfFile(name) === undefined);
  if (pictures.length === 0) throw new AppError('folder-unreadable', { folder: input, reason: 'it holds no picture' });
  const used = new Set<string>();
  return pictures.map((name) => {
    const map = firstFree(mapFileName(name, kind), (wanted) => !used.has(nameKey(wanted)));
    used.add(nameKey(map));
    return { image: join(input, name), out: join(out, map) };
  });
}

async function inFolder(image: string, out: string, maker: MapMaker, signal: AbortSignal): Promise<ConditionsOutcome> {
  try {
    return await makeOne(image, out, maker, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { image, error };
  }
}

async function makeOne(image: string, out: string, maker: MapMaker, signal: AbortSignal): Promise<ConditionsOutcome> {
  signal.throwIfAborted();
  const { raster } = await decodeImage(image);
  const made = await maker.make(await toSrgb8(raster), signal);
  signal.throwIfAborted();
  const files = await writeMap(made, out);
  const { width, height } = made.map;
  return { image, files, width, height, madeBy: made.madeBy, notices: made.notices };
}

/** @throws AppError `output-is-input`, `output-folder-missing` */
async function refuseInput(input: string, out: string): Promise<void> {
  const folder = await stat(dirname(resolve(out))).catch(() => undefined);
  if (!folder?.isDirectory()) throw new AppError('output-folder-missing', { folder: dirname(resolve(out)) });
  const [from, to] = await Promise.all([input, out].map((path) => realpath(path).catch(() => resolve(path))));
  if (from === to) throw new AppError('output-is-input', { path: out });
}
