import type { DeviceGuard, EditModel, EditOptions, EditRun, PreviewBand, RgbImage } from '#models/api';
import { isFamiliar, readWorlds } from '#models';
import type { OpenedPack } from '#models';
import { drawnFreely } from '#common/contract/edit-request.ts';
import type { EditRequest } from '#common/contract/edit-request.ts';
import type { Timings } from '#common/contract/job-message.ts';
import { measureDrift } from '#common/raster/drift.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { Placement } from '#common/raster/placement.ts';
import type { Raster } from '#common/raster/raster.ts';
import { toSrgb8 } from '../images/to-srgb.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import { chooseArea, keepFirst } from './edit-area.ts';
import type { EditArea } from './edit-area.ts';
import { doubtNotices, driftNotice } from './notices.ts';
import type { OpenedModels } from './opened-models.ts';

/** What an edit asks of the model, wherever its pictures come from and go to. */
export type PaintSettings = Pick<
  EditRequest,
  | 'task'
  | 'instruction'
  | 'model'
  | 'device'
  | 'sampling'
  | 'seed'
  | 'variants'
  | 'firstVariant'
  | 'fit'
  | 'square'
  | 'kept'
>;

/** What painting is given besides its settings. */
export interface PaintContext {
  readonly library: Pick<ModelLibrary, 'find'>;
  readonly models: Pick<OpenedModels, 'get'>;
  readonly guard?: DeviceGuard | undefined; // remembers devices that stop the process; left out: nobody does
  /** Aborted: everything ends, nothing is kept. */
  readonly signal: AbortSignal;
  /** Aborted: no more cells are decided, and what was decided is kept. */
  readonly stop: AbortSignal;
  readonly onBegin?: (placement: Placement, capabilities: EditModel['capabilities']) => void;
  readonly onProgress: (run: EditRun) => void;
  /** Bands are decoded only where somebody wants them. Decoding goes on when it resolves. */
  readonly onBands?: (bands: readonly PreviewBand[]) => Promise<void> | void;
}

export interface PaintInput {
  readonly photo: Raster;
  readonly selection?: Mask;
  readonly settings: PaintSettings;
  /** Whether it must be known what the model changed, besides its pictures. */
  readonly findsChanges: boolean;
}

/** What the model made of its square of a photo. */
export interface Painted {
  readonly area: EditArea;
  readonly pack: OpenedPack['pack'];
  readonly device: string; // it ran there
  readonly options: EditOptions; // with the model's own numbers filled in
  readonly pictures: readonly RgbImage[]; // one per variant
  readonly ids: readonly Int32Array[]; // -1 where a stopped run decided nothing
  readonly sourceIds: Int32Array;
  readonly before?: RgbImage; // the source as the model decodes it, where it is needed to find what changed
  readonly rows: number; // rows of cells that are wholly decided: all of them, unless it was stopped
  readonly isWhole: boolean;
  readonly notices: readonly string[]; // what the model could not make sense of
  readonly timings: Omit<Timings, 'compositeMs' | 'totalMs'>;
}

/** Lets a model repaint its square of a photo.
 * @throws AppError, ModelError, or the reason of the signal that ended it; of `stop` where no row was decided yet */
export async function paint(
  { photo, selection, settings, findsChanges }: PaintInput,
  context: PaintContext,
): Promise<Painted> {
  const { signal, stop, library, models, guard, onBegin } = context;
  const either = AbortSignal.any([signal, stop]);
  const opened = await library.find(settings.model);
  const { folder, pack } = opened;
  const worlds = settings.task === 'edit' ? await readWorlds(opened) : undefined; // before anything is decoded: a damaged pack fails here
  const model = await models.get(folder, settings.device);
  either.throwIfAborted();
  const area = await chooseArea(await toSrgb8(photo), selection, settings, model.capabilities);
  const options = optionsOf(settings, model);
  const { task, instruction, kept } = settings;
  const locked = kept ? keepFirst(kept, area.locked, model.capabilities.grid) : area.locked;
  await using noted = await guard?.begin(model.device.name, 'work');
  await using run = await model.begin({ image: area.square, task, instruction, locked }, options, either);
  onBegin?.(area.placement, model.capabilities);
  await decodeCells(run, either, context);
  const rows = Math.floor(run.committed / model.capabilities.grid);
  if (rows === 0) stop.throwIfAborted();
  const isWhole = run.committed === run.totalSteps;
  const before = findsChanges || !isWhole ? await run.source() : undefined;
  const isDoubtful = !isFamiliar(area.square, worlds);
  const pictures = await finishAll(run, signal);
  const doubts = doubtNotices(run.unknownWords, isDoubtful, pack.note);
  const notices = [...doubts, ...(findsChanges && isWhole && before ? driftNotices(before, pictures, area) : [])];
  const { ids, sourceIds } = run;
  const device = model.device.name;
  const timings = timingsOf(run);
  return { area, pack, device, options, pictures, ids, sourceIds, before, rows, isWhole, notices, timings };
}

/** What of the pictures does not lie where it lay before. */
function driftNotices(before: RgbImage, pictures: readonly RgbImage[], { placement }: EditArea): string[] {
  const scale = placement.source.width / placement.modelSize;
  return pictures.flatMap((picture) => {
    const { x, y } = measureDrift(before, picture);
    return driftNotice({ x: Math.round(x * scale), y: Math.round(y * scale) }) ?? [];
  });
}

/** Several variants are asked for to have a choice, so a model that by itself always takes the likeliest draws them freely. */
function optionsOf({ sampling, seed, variants, firstVariant }: PaintSettings, model: EditModel): EditOptions {
  const given = Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined));
  const own = variants > 1 ? drawnFreely(model.samplingDefaults) : model.samplingDefaults;
  return { ...own, ...given, seed, variants, ...(firstVariant > 0 && { firstVariant }) };
}

/** Ends early, without an error, when it is stopped. */
async function decodeCells(run: EditRun, either: AbortSignal, context: PaintContext): Promise<void> {
  const { signal, stop, onProgress, onBands } = context;
  try {
    while (run.committed < run.totalSteps) {
      either.throwIfAborted();
      await run.step(either);
      onProgress(run);
      if (onBands) await onBands(await run.preview());
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!stop.aborted) throw error;
  }
}

async function finishAll(run: EditRun, signal: AbortSignal): Promise<RgbImage[]> {
  const pictures: RgbImage[] = [];
  for (let variant = 0; variant < run.ids.length; variant++) {
    signal.throwIfAborted();
    pictures.push(await run.finish(variant));
  }
  return pictures;
}

function timingsOf({ timings }: EditRun): Painted['timings'] {
  const { encodeMs, textMs, prefillMs, firstTokenMs, firstRowMs, decodeMs, tokens, lockedTokens, msPerToken, vqMs } =
    timings;
  return { encodeMs, textMs, prefillMs, firstTokenMs, firstRowMs, decodeMs, tokens, lockedTokens, msPerToken, vqMs };
}
