import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PreviewBand } from '#models/api';
import type { EditRequest } from '#common/contract/edit-request.ts';
import type { JobMessage } from '#common/contract/job-message.ts';
import { rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { isEmpty } from '#common/geometry.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import { decodeImage } from '../images/decode.ts';
import type { DecodedImage } from '../images/decode.ts';
import { encodeBytes, encodeParts, writableFormat } from '../images/encode.ts';
import type { Encoded } from '../images/encode.ts';
import { readSelection } from './edit-area.ts';
import { noticesOf, unchangedNotice } from './notices.ts';
import { bandFile, checkOutputs, variantFiles } from './output-files.ts';
import { paint } from './paint.ts';
import type { Painted, PaintContext } from './paint.ts';
import { progressOf } from './progress.ts';
import { recipeOf } from './recipe.ts';
import { maskOfVariant, pasteInto, wholePicture } from './result-picture.ts';

/** What a job is given besides its request. */
export interface JobContext extends Pick<PaintContext, 'library' | 'models' | 'signal' | 'stop'> {
  readonly version: string; // of the program
  readonly say: (message: JobMessage) => void;
  /** Called when everything is ready to be written: what follows takes a moment and is not interrupted. */
  readonly onWriting: () => void;
}

type Finished = Extract<JobMessage, { type: 'finished' }>;

/** Runs one edit from files to files. Nothing is written before all of it can be, except the streamed bands. Stopping it is
 * cancelling it: no file is written of a picture that is not whole.
 * @throws AppError, ModelError, or the signal's reason */
export async function runEditJob(request: EditRequest, context: JobContext): Promise<Finished> {
  const startedAt = performance.now();
  const { signal, stop } = context;
  signal.throwIfAborted();
  writableFormat(request.out);
  await checkOutputs(request);
  const photo = await decodeImage(request.image);
  signal.throwIfAborted();
  const selection = await readSelection(request.selection, photo.raster);
  const findsChanges = request.task === 'edit' && !request.isRaw && !selection;
  const { onBands, ...painting } = await paintContext(request, context);
  const painted = await paint(
    { photo: photo.raster, selection, settings: request, findsChanges },
    { ...painting, ...(onBands && { onBands }) },
  );
  if (!painted.isWhole) stop.throwIfAborted();
  const job: Job = { request, photo, painted, version: context.version };
  const written = await writeResults(job, context);
  const { compositeMs, width, height } = written;
  const [first, ...further] = variantFiles(request.out, request.variants).map((out, variant) => ({
    out,
    ids: Array.from(painted.ids[variant]!),
  }));
  const notices = noticesOf(request.instruction, photo.metadata.notices, written.notices);
  return {
    type: 'finished',
    ...{ out: first!.out, width, height, seed: request.seed, ids: first!.ids },
    timings: { ...painted.timings, compositeMs, totalMs: performance.now() - startedAt },
    ...(further.length > 0 && { further }),
    ...(notices.length > 0 && { notices }),
  };
}

async function paintContext({ rowsFolder }: EditRequest, context: JobContext): Promise<PaintContext> {
  const onProgress = progressOf(context.say);
  if (rowsFolder === undefined) return { ...context, onProgress };
  await mkdir(rowsFolder, { recursive: true });
  return { ...context, onProgress, onBands: (bands) => writeBands(bands, rowsFolder, context.say) };
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
  readonly photo: DecodedImage;
  readonly painted: Painted;
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
  const { request, painted } = job;
  const files: (readonly Uint8Array[])[] = [];
  const notices: string[] = [];
  let compositeMs = 0;
  let [width, height] = [0, 0];
  for (let variant = 0; variant < painted.pictures.length; variant++) {
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
  const { request, photo, painted } = job;
  const square = painted.pictures[variant]!;
  if (request.isRaw) return { raster: rasterOf(square) };
  if (request.task !== 'edit') return { raster: await wholePicture(square, painted.area.placement) };
  const mask = await maskOfVariant(painted, variant);
  const raster = await pasteInto(photo.raster, square, mask, painted.area.placement);
  return isEmpty(mask.bounds) ? { raster, notice: unchangedNotice(variant) } : { raster };
}

async function encodeResult(
  { request, painted, photo, version }: Job,
  raster: Raster,
  variant: number,
): Promise<Encoded> {
  const { width, height } = raster;
  const { options, pack, device } = painted;
  const recipe = recipeOf({ request, options, pack, device, variant, size: { width, height }, version });
  const keepsMetadata = request.task === 'edit' && !request.isRaw; // a map's metadata is not the picture's
  return await encodeParts(raster, writableFormat(request.out), {
    recipe,
    ...(keepsMetadata && { metadata: photo.metadata }),
  });
}
