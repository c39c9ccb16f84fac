import type { EditRequest, Region } from '#common/contract/edit-request.ts';
import { AppError } from '#common/contract/errors.ts';
import { boundsOf, intersect, isEmpty, isSameBounds } from '#common/geometry.ts';
import type { Mask } from '#common/raster/masks.ts';
import { crop, rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import { decodeImage } from '../images/decode.ts';
import type { DecodedImage } from '../images/decode.ts';
import { encodeParts, writableFormat } from '../images/encode.ts';
import type { Encoded } from '../images/encode.ts';
import { readSelection } from './edit-area.ts';
import { noticesOf, unchangedNotice } from './notices.ts';
import { checkOutputs, variantFiles } from './output-files.ts';
import { paint } from './paint.ts';
import type { Painted, PaintContext } from './paint.ts';
import { recipeOf } from './recipe.ts';
import { maskOfVariant, pasteInto, wholePicture } from './result-picture.ts';

// An edit from files to files in its stages. Only painting needs the model, so the others may run beside those of another edit.

/** What painting is given besides the edit. */
export interface StageContext extends Pick<PaintContext, 'library' | 'models' | 'guard' | 'signal' | 'stop'> {
  readonly version: string; // of the program
}

/** An edit whose pictures are in memory. */
export interface ReadyEdit {
  readonly request: EditRequest;
  readonly photo: DecodedImage;
  readonly selection?: Mask | undefined;
}

/** Refuses what cannot be written, then reads photo and selection.
 * @throws AppError, or the signal's reason */
export async function readEdit(request: EditRequest, signal: AbortSignal): Promise<ReadyEdit> {
  signal.throwIfAborted();
  writableFormat(request.out);
  await checkOutputs(request);
  const photo = cutOut(await decodeImage(request.image), request.crop);
  signal.throwIfAborted();
  const selection = await readSelection(request.selection, photo.raster);
  return { request, photo, selection };
}

/** @throws AppError `unsupported-size` */
function cutOut(photo: DecodedImage, part: Region | undefined): DecodedImage {
  if (!part) return photo;
  const { width, height } = photo.raster;
  if (!isSameBounds(intersect(part, boundsOf(photo.raster)), part)) {
    const allowed = `the part of ${part.width} × ${part.height} at ${part.x}, ${part.y} must lie inside of it`;
    throw new AppError('unsupported-size', { width, height, allowed });
  }
  return { ...photo, raster: crop(photo.raster, part) };
}

/** An edit whose cells are decided. */
export interface PaintedEdit extends ReadyEdit {
  readonly painted: Painted;
  readonly version: string;
}

/** Lets the model paint. A picture that is not whole counts as none.
 * @throws AppError, ModelError, or the reason of a signal */
export async function paintEdit(
  edit: ReadyEdit,
  context: StageContext & Pick<PaintContext, 'onProgress' | 'onBands'>,
): Promise<PaintedEdit> {
  const { request, photo, selection } = edit;
  const findsChanges = request.task === 'edit' && !request.isRaw && !selection;
  const { version, ...painting } = context;
  const painted = await paint({ photo: photo.raster, selection, settings: request, findsChanges }, painting);
  if (!painted.isWhole) context.stop.throwIfAborted();
  return { ...edit, painted, version };
}

/** All variants of an edit as the bytes of their files. */
export interface EncodedEdit {
  readonly width: number;
  readonly height: number;
  readonly compositeMs: number;
  readonly notices: readonly string[]; // what the person should know although it worked
  readonly files: readonly { readonly out: string; readonly ids: number[]; readonly parts: readonly Uint8Array[] }[];
}

/** Composites and encodes every variant.
 * @throws AppError, or the signal's reason */
export async function encodeEdit(edit: PaintedEdit, signal: AbortSignal): Promise<EncodedEdit> {
  const { request, painted, photo } = edit;
  const files: EncodedEdit['files'][number][] = [];
  const notices: string[] = [...painted.notices];
  let compositeMs = 0;
  let [width, height] = [0, 0];
  for (const [variant, out] of variantFiles(request.out, request.variants).entries()) {
    signal.throwIfAborted();
    const before = performance.now();
    const { raster, notice } = await resultRaster(edit, variant);
    compositeMs += performance.now() - before;
    if (notice !== undefined) notices.push(notice);
    ({ width, height } = raster);
    signal.throwIfAborted();
    const encoded = await encodeResult(edit, raster, variant);
    files.push({ out, ids: Array.from(painted.ids[variant]!), parts: encoded.parts });
    notices.push(...encoded.notices);
  }
  signal.throwIfAborted();
  const told = noticesOf(request.instruction, photo.metadata.notices, notices);
  return { width, height, compositeMs, notices: told, files };
}

/** Writes every variant, each whole or not at all. @throws AppError as `writeAtomically` */
export async function writeEdit({ files }: EncodedEdit): Promise<{ readonly out: string; readonly ids: number[] }[]> {
  for (const { out, parts } of files) await writeAtomically(out, parts);
  return files.map(({ out, ids }) => ({ out, ids }));
}

async function resultRaster(
  { request, photo, painted }: PaintedEdit,
  variant: number,
): Promise<{ raster: Raster; notice?: string }> {
  const square = painted.pictures[variant]!;
  if (request.isRaw) return { raster: rasterOf(square) };
  if (request.task !== 'edit') return { raster: await wholePicture(square, painted.area.placement) };
  const mask = await maskOfVariant(painted, variant);
  const raster = await pasteInto(photo.raster, square, mask, painted.area.placement);
  return isEmpty(mask.bounds) ? { raster, notice: unchangedNotice(variant) } : { raster };
}

async function encodeResult(
  { request, painted, photo, version }: PaintedEdit,
  raster: Raster,
  variant: number,
): Promise<Encoded> {
  const { width, height } = raster;
  const { options, pack, device } = painted;
  const recipe = recipeOf({ request, options, pack, device, variant, size: { width, height }, version });
  const keepsMetadata = request.task === 'edit' && !request.isRaw; // a map's metadata is not the picture's
  return await encodeParts(raster, writableFormat(request.out), {
    ...(request.tellsRecipe && { recipe }),
    ...(keepsMetadata && { metadata: photo.metadata }),
    keepGps: request.keepsPlace,
  });
}
