import type { Capabilities, EditInput, RgbImage } from '#models/api';
import type { EditRequest, Selection, Square } from '#common/contract/edit-request.ts';
import { AppError } from '#common/contract/errors.ts';
import { boundsOf, isEmpty } from '#common/geometry.ts';
import { cellsOfMask, editSpread, maskOfBounds, maskOfRaster, spreadMask } from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import { place, takeSquare } from '#common/raster/placement.ts';
import type { Placement, SizePolicy } from '#common/raster/placement.ts';
import { rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { decodeImage } from '../images/decode.ts';
import { pause } from '../images/pause.ts';

/** What of a photo the model sees, and what of that it may change. */
export interface EditArea {
  readonly placement: Placement;
  readonly square: RgbImage; // what the model sees
  readonly selection?: Mask;
  readonly locked?: EditInput['locked'];
}

/** The selection of a request as a mask, or undefined where there is none.
 * @throws AppError `image-unreadable`, `unsupported-size`, `selection-empty` */
export async function readSelection(selection: Selection | undefined, photo: Raster): Promise<Mask | undefined> {
  if (!selection) return undefined;
  if ('region' in selection) return maskOfBounds(selection.region, photo);
  const mask = await maskOfRaster((await decodeImage(selection.mask)).raster, photo, pause);
  if (isEmpty(mask.bounds)) throw new AppError('selection-empty', { reason: 'the mask is black everywhere' });
  return mask;
}

/** @param photo its colours in sRGB @throws AppError `selection-empty` when the model would see nothing of the selection, or of the photo */
export async function chooseArea(
  photo: RgbImage,
  selection: Mask | undefined,
  fitting: Fitting,
  { imageSize, grid }: Capabilities,
): Promise<EditArea> {
  const placement = place(photo, sizePolicy(photo, selection, fitting), imageSize);
  const square = await takeSquare(rasterOf(photo), placement, pause);
  if (!selection) return { placement, square };
  return { placement, square, selection, locked: await lockedCells(selection, placement, grid) };
}

type Fitting = Pick<EditRequest, 'fit' | 'square'>;

function sizePolicy(photo: RgbImage, selection: Mask | undefined, { fit, square }: Fitting): SizePolicy {
  if (square) return { kind: 'square', at: onPhoto(square, photo) };
  if (!selection) return { kind: fit === 'square' ? 'square' : 'whole' };
  if (fit === 'whole') return { kind: 'whole' };
  return fit === 'square' ? squareAround(photo, selection) : { kind: 'selection', selection: selection.bounds };
}

/** @throws AppError `selection-empty` */
function onPhoto(square: Square, { width, height }: RgbImage): Square {
  const { x, y, size } = square;
  if (x < width && y < height && x + size > 0 && y + size > 0) return square;
  const reason = `the square at ${x}, ${y} lies outside the picture of ${width} × ${height} pixels`;
  throw new AppError('selection-empty', { reason });
}

/** The largest square, with the selection as much in its middle as the photo's edges allow. */
function squareAround(photo: RgbImage, { bounds }: Mask): SizePolicy {
  const size = Math.min(photo.width, photo.height);
  const x = Math.floor(bounds.x + (bounds.width - size) / 2);
  const y = Math.floor(bounds.y + (bounds.height - size) / 2);
  return { kind: 'square', at: { x, y, size } };
}

/** Cells whose pixels lie entirely outside the dilated selection keep the source's ids. The feather is not part of it: there the photo
 * is blended with the source's own content, so nothing is seen double. */
async function lockedCells(
  selection: Mask,
  placement: Placement,
  grid: number,
): Promise<NonNullable<EditInput['locked']>> {
  const { dilate } = editSpread(selection.bounds);
  const open = await spreadMask(selection, { dilate, ramp: 0 }, boundsOf(placement.image), pause);
  const cells = await cellsOfMask(open, placement, grid, pause);
  if (!cells.includes(1)) throw new AppError('selection-empty', { reason: 'it lies outside of what the model sees' });
  return Array.from(cells, (isOpen) => (isOpen ? null : 'source'));
}

/** Locks the first cells to the ids they have; the others stay as they are.
 * @throws AppError `kept-unfitting` when the ids are not whole rows of cells, or nothing is left to decode */
export function keepFirst(
  kept: readonly number[],
  locked: EditInput['locked'],
  grid: number,
): NonNullable<EditInput['locked']> {
  const cells = grid ** 2;
  if (kept.length % grid !== 0 || kept.length >= cells) {
    throw new AppError('kept-unfitting', { count: kept.length, grid });
  }
  return Array.from({ length: cells }, (_, cell) => kept[cell] ?? locked?.[cell] ?? null);
}
