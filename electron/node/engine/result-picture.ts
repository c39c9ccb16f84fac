import type { RgbImage } from '#models/api';
import { isEmpty } from '#common/geometry.ts';
import { composite, matchedToRim } from '#common/raster/composite.ts';
import { greyToRgb, hasColour } from '#common/raster/depth.ts';
import {
  cellSpread,
  changedCells,
  fadeAtSquareEdges,
  maskOfCells,
  pasteSpread,
  spreadMask,
  visiblyChanged,
  weakerOf,
} from '#common/raster/masks.ts';
import type { Mask, Spread } from '#common/raster/masks.ts';
import { resampleBack } from '#common/raster/placement.ts';
import type { Placement } from '#common/raster/placement.ts';
import { colourChannels, rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { pause } from '../images/pause.ts';
import { fromSrgb8 } from '../images/to-srgb.ts';
import type { Painted } from './paint.ts';

/** Where a variant is put into the photo: by the selection where there is one, else by what the model changed. Of a run that was
 * stopped, only what it changed inside the selection. Of size 0 when nothing is to be put anywhere. */
export async function maskOfVariant(painted: Painted, variant: number): Promise<Mask> {
  const { selection, placement } = painted.area;
  const bySelection = selection && (await fadingMask(selection, pasteSpread, placement));
  if (bySelection && painted.isWhole) return bySelection;
  const byChange = await changeMaskOf(painted, variant);
  return bySelection ? await weakerOf(byChange, bySelection, pause) : byChange;
}

/** Cells with other ids that also look different. */
async function changeMaskOf({ before, pictures, ids, sourceIds, area }: Painted, variant: number): Promise<Mask> {
  if (!before) throw new Error('what changed is unknown: the source was not decoded');
  const decided = ids[variant]!.map((id, cell) => (id < 0 ? sourceIds[cell]! : id));
  const cells = visiblyChanged(changedCells(sourceIds, decided), before, pictures[variant]!);
  const mask = await maskOfCells(cells, area.placement, pause);
  return isEmpty(mask.bounds) ? mask : await fadingMask(mask, cellSpread, area.placement);
}

/** A mask with its ramp, which also fades where the model's square ends inside the photo. */
async function fadingMask(mask: Mask, spread: Spread, placement: Placement): Promise<Mask> {
  const spreadOut = await spreadMask(mask, spread, placement.visible, pause);
  return await fadeAtSquareEdges(spreadOut, placement, spread.ramp, pause);
}

/** The photo at full resolution with the model's square put in where the mask says so; every other pixel bit for bit. A grey photo
 * becomes RGB when the square has colours, unless its profile knows greys only. */
export async function pasteInto(photo: Raster, square: RgbImage, mask: Mask, placement: Placement): Promise<Raster> {
  if (isEmpty(mask.bounds)) return photo;
  const onto = await asColourful(photo, square);
  return await composite(onto, await atFullSize(square, onto, mask, placement), mask, { matchesRim: true }, pause);
}

/** The pixels that {@link pasteInto} would put in, as a picture of its own: of the size of the mask's bounds, colours fitted to the
 * photo along the rim. */
export async function patchOf(photo: Raster, square: RgbImage, mask: Mask, placement: Placement): Promise<Raster> {
  const onto = await asColourful(photo, square);
  return await matchedToRim(await atFullSize(square, onto, mask, placement), onto, mask, pause);
}

async function asColourful(photo: Raster, square: RgbImage): Promise<Raster> {
  const staysGrey = colourChannels(photo) === 1 && (photo.profile !== undefined || !hasColour(square));
  return staysGrey ? photo : await greyToRgb(photo, pause);
}

async function atFullSize(square: RgbImage, onto: Raster, mask: Mask, placement: Placement): Promise<Raster> {
  const scaled = await resampleBack(rasterOf(square), placement, mask.bounds, onto.depth, pause);
  return await fromSrgb8(scaled, onto);
}

/** A picture painted from a map: as large as the part of the map the model saw. */
export const wholePicture = (square: RgbImage, placement: Placement): Promise<Raster> =>
  resampleBack(rasterOf(square), placement, placement.visible, 8, pause);
