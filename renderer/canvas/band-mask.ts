import type { BlobId } from '#common/contract/blobs.ts';
import type { OrderSelection } from '#common/contract/edit-order.ts';
import { boundsOf } from '#common/geometry.ts';
import { maskOfBounds, maskOfStrengths, pasteSpread, spreadMask } from '#common/raster/masks.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { Placement } from '#common/raster/placement.ts';
import type { Pause } from '#common/raster/slices.ts';
import { trimMask } from '#common/raster/trim.ts';

const inOneGo: Pause = () => Promise.resolve(); // the square of a model is small

/** What is selected in an order, in image space. @throws AppError where it does not lie in the picture */
export async function selectionOf(
  selection: OrderSelection,
  image: Placement['image'],
  get: (id: BlobId) => Promise<Uint8Array>,
): Promise<Mask> {
  if ('region' in selection) return maskOfBounds(selection.region, image);
  return maskOfStrengths(selection.bounds, await get(selection.strengths), image);
}

/** How strongly rows in progress are shown in each pixel of the model's square: where something is selected, and on the ramp around it
 * on which the finished picture will be put back. @returns px of the model's square; undefined where it sees nothing of the selection */
export async function bandMask(selection: Mask, { source, modelSize }: Placement): Promise<Mask | undefined> {
  const scale = source.width / modelSize;
  const square = boundsOf({ width: modelSize, height: modelSize });
  const data = new Uint8Array(modelSize * modelSize);
  for (let row = 0; row < modelSize; row++) {
    const y = Math.floor(source.y + (row + 0.5) * scale);
    for (let column = 0; column < modelSize; column++) {
      data[row * modelSize + column] = strengthAt(selection, Math.floor(source.x + (column + 0.5) * scale), y);
    }
  }
  const ramp = Math.max(1, Math.round(pasteSpread.ramp / scale));
  const spread = { dilate: pasteSpread.dilate, ramp };
  return trimMask(await spreadMask({ bounds: square, data }, spread, square, inOneGo)) ?? undefined;
}

function strengthAt({ bounds, data }: Mask, x: number, y: number): number {
  const [column, row] = [x - bounds.x, y - bounds.y];
  const isInside = column >= 0 && row >= 0 && column < bounds.width && row < bounds.height;
  return isInside ? data[row * bounds.width + column]! : 0;
}
