import type { EditRun, RgbImage } from '#models/api';
import { isEmpty } from '#common/geometry.ts';
import { composite } from '#common/raster/composite.ts';
import { greyToRgb, hasColour } from '#common/raster/depth.ts';
import {
  cellSpread,
  changedCells,
  fadeAtSquareEdges,
  maskOfCells,
  pasteSpread,
  spreadMask,
  visiblyChanged,
} from '#common/raster/masks.ts';
import type { Mask, Spread } from '#common/raster/masks.ts';
import { resampleBack } from '#common/raster/placement.ts';
import type { Placement } from '#common/raster/placement.ts';
import { colourChannels, rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { pause } from '../images/pause.ts';
import { fromSrgb8 } from '../images/to-srgb.ts';

/** What one variant of a run made of the source. */
export interface ChangedPicture {
  readonly after: RgbImage; // the model's square
  readonly before: RgbImage; // the source as the model decodes it
  readonly ids: EditRun['ids'][number];
  readonly sourceIds: EditRun['sourceIds'];
}

/** Where a model's square is put into the photo, by the selection. */
export const pasteMaskOf = (selection: Mask, placement: Placement): Promise<Mask> =>
  fadingMask(selection, pasteSpread, placement);

/** A mask with its ramp, which also fades where the model's square ends inside the photo. */
async function fadingMask(mask: Mask, spread: Spread, placement: Placement): Promise<Mask> {
  const spreadOut = await spreadMask(mask, spread, placement.visible, pause);
  return await fadeAtSquareEdges(spreadOut, placement, spread.ramp, pause);
}

/** Where a model's square is put into the photo, by what it changed: cells with other ids that also look different. Of size 0 when
 * there are none. */
export async function changeMaskOf(
  { before, after, ids, sourceIds }: ChangedPicture,
  placement: Placement,
): Promise<Mask> {
  const cells = visiblyChanged(changedCells(sourceIds, ids), before, after);
  const mask = await maskOfCells(cells, placement, pause);
  return isEmpty(mask.bounds) ? mask : await fadingMask(mask, cellSpread, placement);
}

/** The photo at full resolution with the model's square put in where the mask says so; every other pixel bit for bit. A grey photo
 * becomes RGB when the square has colours, unless its profile knows greys only. */
export async function pasteInto(photo: Raster, square: RgbImage, mask: Mask, placement: Placement): Promise<Raster> {
  if (isEmpty(mask.bounds)) return photo;
  const staysGrey = colourChannels(photo) === 1 && (photo.profile !== undefined || !hasColour(square));
  const onto = staysGrey ? photo : await greyToRgb(photo, pause);
  const scaled = await resampleBack(rasterOf(square), placement, mask.bounds, onto.depth, pause);
  return await composite(onto, await fromSrgb8(scaled, onto), mask, { matchesRim: true }, pause);
}

/** A picture painted from a map: as large as the part of the map the model saw. */
export const wholePicture = (square: RgbImage, placement: Placement): Promise<Raster> =>
  resampleBack(rasterOf(square), placement, placement.visible, 8, pause);
