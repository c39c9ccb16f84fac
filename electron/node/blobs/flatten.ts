import type { BlobId } from '#common/contract/blobs.ts';
import type { LayeredPicture, TiledPixels } from '#common/contract/pictures.ts';
import { cutTile } from '#common/document/tile-codec.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { tileBounds } from '#common/document/tiles.ts';
import { boundsOf, intersect, isEmpty } from '#common/geometry.ts';
import type { Bounds } from '#common/geometry.ts';
import { blendOnto } from '#common/raster/blend.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { pause } from '../images/pause.ts';
import { loadTile } from '../images/picture-tiles.ts';
import type { BlobStore } from './blob-store.ts';

type Blobs = Pick<BlobStore, 'get'>;
type Layer = LayeredPicture['layers'][number];

/** What is seen of a document, at full resolution: RGB and alpha in the depth and colours of its layers.
 * @throws AppError `tile-damaged`, RemoteError `blob-missing`, `blob-damaged` */
export async function flattenLayers(blobs: Blobs, picture: LayeredPicture): Promise<Raster> {
  const { extent, depth, layers } = picture;
  const profile = picture.profile ? await blobs.get(picture.profile) : undefined;
  const data = newSamples(depth, extent.width * extent.height * 4);
  const raster: Raster = { ...extent, channels: 4, depth, data, ...(profile && { profile }) };
  for (const layer of layers) {
    for (const index of layer.pixels.tiles.keys()) {
      await layTile(raster, layer, index, blobs);
      await pause();
    }
  }
  return raster;
}

async function layTile(onto: Raster, layer: Layer, index: number, blobs: Blobs): Promise<void> {
  const { pixels, mask, offset, opacity, blend } = layer;
  const inLayer = tileBounds(pixels.extent, index);
  const placed = { ...inLayer, x: inLayer.x + offset.x, y: inLayer.y + offset.y };
  const shared = intersect(placed, boundsOf(onto));
  if (isEmpty(shared)) return;
  const tile = await tileOf(pixels, index, blobs);
  const strengths = mask && (await tileOf(mask, index, blobs));
  if (!tile || strengths === undefined) return;
  const part = { ...shared, x: shared.x - placed.x, y: shared.y - placed.y }; // of the tile
  const below = cut(onto, shared);
  const above = cutTile({ ...tile, stride: tile.width }, part);
  const shown = strengths && cutTile({ ...strengths, stride: strengths.width }, part);
  blendOnto(below.data, above.data, { mode: blend, opacity, ...(shown && { mask: shown.data as Uint8Array }) });
  putBack(onto, below, shared);
}

/** Undefined where all samples are 0. */
async function tileOf({ tiles }: TiledPixels, index: number, blobs: Blobs): Promise<TilePixels | undefined> {
  const id: BlobId | null | undefined = tiles[index];
  return id ? await loadTile(id, blobs) : undefined;
}

const cut = ({ width, depth, data }: Raster, part: Bounds): TilePixels =>
  cutTile({ channels: 4, depth, data, stride: width }, part);

function putBack(onto: Raster, { data, width, height }: TilePixels, { x, y }: Bounds): void {
  for (let row = 0; row < height; row++) {
    onto.data.set(data.subarray(row * width * 4, (row + 1) * width * 4), ((y + row) * onto.width + x) * 4);
  }
}
