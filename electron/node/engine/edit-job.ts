import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EditModel, EditOptions, EditRun, PreviewBand, RgbImage } from '#models/api';
import type { OpenedPack } from '#models';
import type { EditRequest } from '#common/contract/edit-request.ts';
import type { JobMessage, Timings } from '#common/contract/job-message.ts';
import type { Mask } from '#common/raster/masks.ts';
import { rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { isEmpty } from '#common/geometry.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import { decodeImage } from '../images/decode.ts';
import type { DecodedImage } from '../images/decode.ts';
import { encodeBytes, encodeParts, writableFormat } from '../images/encode.ts';
import type { Encoded } from '../images/encode.ts';
import { toSrgb8 } from '../images/to-srgb.ts';
import type { ModelLibrary } from '../models/model-library.ts';
import { chooseArea, keepFirst, readSelection } from './edit-area.ts';
import type { EditArea } from './edit-area.ts';
import type { OpenedModels } from './opened-models.ts';
import { bandFile, checkOutputs, variantFiles } from './output-files.ts';
import { progressOf } from './progress.ts';
import { recipeOf } from './recipe.ts';
import { changeMaskOf, pasteInto, pasteMaskOf, wholePicture } from './result-picture.ts';

/** What a job is given besides its request. */
export interface JobContext {
  readonly library: Pick<ModelLibrary, 'find'>;
  readonly models: Pick<OpenedModels, 'get'>;
  readonly version: string; // of the program
  readonly signal: AbortSignal;
  readonly say: (message: JobMessage) => void;
  /** Called when everything is ready to be written: what follows takes a moment and is not interrupted. */
  readonly onWriting: () => void;
}

type Finished = Extract<JobMessage, { type: 'finished' }>;

/** Runs one edit from files to files. Nothing is written before all of it can be, except the streamed bands.
 * @throws AppError, ModelError, or the signal's reason */
export async function runEditJob(request: EditRequest, context: JobContext): Promise<Finished> {
  const startedAt = performance.now();
  const { signal, library, models } = context;
  signal.throwIfAborted();
  writableFormat(request.out);
  await checkOutputs(request);
  const photo = await decodeImage(request.image);
  signal.throwIfAborted();
  const selection = await readSelection(request.selection, photo.raster);
  const { folder, pack } = await library.find(request.model);
  const model = await models.get(folder, request.device);
  signal.throwIfAborted();
  const area = await chooseArea(await toSrgb8(photo.raster), selection, request.fit, model.capabilities);
  const options = optionsOf(request, model);
  const decoded = await decode(request, model, area, options, context);
  const device = model.device.name;
  const job: Job = { request, options, pack, device, photo, area, decoded, version: context.version };
  const written = await writeResults(job, context);
  const { compositeMs, width, height } = written;
  const [first, ...further] = variantFiles(request.out, request.variants).map((out, variant) => ({
    out,
    ids: Array.from(decoded.ids[variant]!),
  }));
  return {
    type: 'finished',
    ...{ out: first!.out, width, height, seed: request.seed, ids: first!.ids },
    timings: { ...decoded.timings, compositeMs, totalMs: performance.now() - startedAt },
    ...(further.length > 0 && { further }),
    ...noticesOf(job, written.notices),
  };
}

function optionsOf({ sampling, seed, variants }: EditRequest, { samplingDefaults }: EditModel): EditOptions {
  const given = Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined));
  return { ...samplingDefaults, ...given, seed, variants };
}

/** What the model made of the square. */
interface Decoded {
  readonly pictures: readonly RgbImage[]; // one per variant
  readonly ids: readonly Int32Array[];
  readonly sourceIds: Int32Array;
  readonly before?: RgbImage; // the source as the model decodes it, where it is needed to find what changed
  readonly timings: Omit<Timings, 'compositeMs' | 'totalMs'>;
}

async function decode(
  { task, instruction, kept, rowsFolder, isRaw }: EditRequest,
  model: EditModel,
  { square, selection, locked: outside }: EditArea,
  options: EditOptions,
  { signal, say }: JobContext,
): Promise<Decoded> {
  const locked = kept ? keepFirst(kept, outside, model.capabilities.grid) : outside;
  await using run = await model.begin({ image: square, task, instruction, locked }, options, signal);
  const findsChanges = task === 'edit' && !isRaw && !selection;
  const before = findsChanges ? await run.source() : undefined;
  if (rowsFolder !== undefined) await mkdir(rowsFolder, { recursive: true });
  const report = progressOf(run, say);
  while (run.committed < run.totalSteps) {
    signal.throwIfAborted();
    await run.step(signal);
    report();
    if (rowsFolder !== undefined) await writeBands(await run.preview(), rowsFolder, say);
  }
  const pictures: RgbImage[] = [];
  for (let variant = 0; variant < options.variants; variant++) {
    signal.throwIfAborted();
    pictures.push(await run.finish(variant));
  }
  return { pictures, ids: run.ids, sourceIds: run.sourceIds, before, timings: timingsOf(run) };
}

function timingsOf({ timings }: EditRun): Decoded['timings'] {
  const { encodeMs, textMs, prefillMs, firstTokenMs, firstRowMs, decodeMs, tokens, lockedTokens, msPerToken, vqMs } =
    timings;
  return { encodeMs, textMs, prefillMs, firstTokenMs, firstRowMs, decodeMs, tokens, lockedTokens, msPerToken, vqMs };
}

async function writeBands(
  bands: readonly PreviewBand[],
  folder: string,
  say: (message: JobMessage) => void,
): Promise<void> {
  for (const { variant, firstRow: row, image } of bands) {
    const file = join(folder, bandFile(variant, row));
    await writeAtomically(file, [await encodeBytes(rasterOf(image), 'png')]);
    say({ type: 'preview', row, ...(variant > 0 && { variant }), file });
  }
}

interface Job {
  readonly request: EditRequest;
  readonly options: EditOptions;
  readonly pack: OpenedPack['pack'];
  readonly device: string;
  readonly photo: DecodedImage;
  readonly area: EditArea;
  readonly decoded: Decoded;
  readonly version: string;
}

interface Written {
  readonly width: number;
  readonly height: number;
  readonly compositeMs: number;
  readonly notices: readonly string[];
}

/** Composites and encodes every variant, then writes them all. */
async function writeResults(job: Job, { signal, onWriting }: JobContext): Promise<Written> {
  const { request, decoded } = job;
  const files: (readonly Uint8Array[])[] = [];
  const notices: string[] = [];
  let compositeMs = 0;
  let [width, height] = [0, 0];
  for (let variant = 0; variant < decoded.pictures.length; variant++) {
    signal.throwIfAborted();
    const before = performance.now();
    const { raster, notice } = await resultRaster(job, variant);
    compositeMs += performance.now() - before;
    if (notice !== undefined) notices.push(notice);
    ({ width, height } = raster);
    signal.throwIfAborted();
    const encoded = await encodeResult(job, raster, variant);
    files.push(encoded.parts);
    notices.push(...encoded.notices);
  }
  signal.throwIfAborted();
  onWriting();
  const outputs = variantFiles(request.out, request.variants);
  for (const [variant, parts] of files.entries()) await writeAtomically(outputs[variant]!, parts);
  return { width, height, compositeMs, notices: [...new Set(notices)] };
}

async function resultRaster(job: Job, variant: number): Promise<{ raster: Raster; notice?: string }> {
  const { request, photo, area, decoded } = job;
  const square = decoded.pictures[variant]!;
  if (request.isRaw) return { raster: rasterOf(square) };
  if (request.task !== 'edit') return { raster: await wholePicture(square, area.placement) };
  const mask = await maskOf(job, variant);
  const raster = await pasteInto(photo.raster, square, mask, area.placement);
  return isEmpty(mask.bounds) ? { raster, notice: unchangedNotice(variant) } : { raster };
}

const unchangedNotice = (variant: number): string =>
  `The model changed nothing that can be seen in picture ${variant + 1}. Say it in other words, or raise the guidance.`;

async function maskOf({ area, decoded }: Job, variant: number): Promise<Mask> {
  const { selection, placement } = area;
  if (selection) return await pasteMaskOf(selection, placement);
  const { before, sourceIds } = decoded;
  if (!before) throw new Error('what changed is unknown: the source was not decoded');
  const picture = { before, after: decoded.pictures[variant]!, ids: decoded.ids[variant]!, sourceIds };
  return await changeMaskOf(picture, placement);
}

async function encodeResult(
  { request, options, pack, device, photo, version }: Job,
  raster: Raster,
  variant: number,
): Promise<Encoded> {
  const { width, height } = raster;
  const recipe = recipeOf({ request, options, pack, device, variant, size: { width, height }, version });
  const keepsMetadata = request.task === 'edit' && !request.isRaw; // a map's metadata is not the picture's
  return await encodeParts(raster, writableFormat(request.out), {
    recipe,
    ...(keepsMetadata && { metadata: photo.metadata }),
  });
}

const longInstruction = 1000; // characters; models read some 120 words

function noticesOf({ request, photo }: Job, others: readonly string[]): { notices?: string[] } {
  const cut = 'The instruction is longer than the model can read; only its beginning was used.';
  const notices = [
    ...photo.metadata.notices,
    ...(request.instruction.length > longInstruction ? [cut] : []),
    ...others,
  ];
  return notices.length > 0 ? { notices } : {};
}
