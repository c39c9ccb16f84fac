import type { BlobId } from '#common/contract/blobs.ts';
import type { Patch } from '#common/contract/edit-order.ts';
import type { TiledPixels } from '#common/contract/pictures.ts';
import { decodeTile } from '#common/document/tile-codec.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { tileBounds } from '#common/document/tiles.ts';

type GetBlob = (id: BlobId) => Promise<Uint8Array>;

/** A patch for the screen: 8 bits, its mask in its alpha. @returns a canvas of the size of the patch */
export async function patchPicture({ pixels, mask }: Patch, get: GetBlob): Promise<OffscreenCanvas> {
  const canvas = new OffscreenCanvas(pixels.extent.width, pixels.extent.height);
  const context = canvas.getContext('2d')!;
  for (const index of pixels.tiles.keys()) {
    const tile = await tileOf(pixels, index, get);
    const strengths = mask && (await tileOf(mask, index, get));
    if (!tile || strengths === undefined) continue;
    const { x, y } = tileBounds(pixels.extent, index);
    context.putImageData(screenPixels(tile, strengths), x, y);
  }
  return canvas;
}

/** Undefined for a tile in which all samples are 0. */
async function tileOf({ tiles }: TiledPixels, index: number, get: GetBlob): Promise<TilePixels | undefined> {
  const tile = tiles[index];
  return tile ? decodeTile(await get(tile)) : undefined;
}

function screenPixels({ width, height, depth, data: samples }: TilePixels, mask: TilePixels | null): ImageData {
  const data = new Uint8ClampedArray(width * height * 4);
  const shift = depth - 8;
  for (let i = 0; i < data.length; i++) data[i] = samples[i]! >> shift;
  if (mask) for (let i = 3; i < data.length; i += 4) data[i] = (data[i]! * mask.data[i >> 2]!) / 255;
  return new ImageData(data, width, height);
}
