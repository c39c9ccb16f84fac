import type { BlobId } from '#common/contract/blobs.ts';
import type { LayeredPicture, TiledPixels } from '#common/contract/pictures.ts';
import { maskInUse } from '#common/document/layer-commands.ts';
import { layeredPicture, visibleLayers } from '#common/document/layered-picture.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord, Image, Layer } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { tileBounds, tilesIn, tileSize } from '#common/document/tiles.ts';
import { boundsOf, intersect } from '#common/geometry.ts';
import type { Bounds, Extent, Point } from '#common/geometry.ts';
import { blendOnto } from '#common/raster/blend.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { Depth, Raster, Samples } from '#common/raster/raster.ts';
import { pause } from './pause.ts';
import { loadTile } from './picture-tiles.ts';
import type { TileBlobs } from './picture-tiles.ts';

type Blobs = Pick<TileBlobs, 'get' | 'tile'>;

/** Rows of a picture that are read when they are wanted, so that a large one is never in memory as a whole. */
export interface Band {
  readonly rows: number;
  readonly content: unknown; // everything that decides the pixels, as plain JSON
  /** @returns RGB and alpha, not premultiplied: width · rows · 4 */
  read(): Promise<Samples>;
}

/** A picture in rows, from top to bottom. */
export interface BandedPicture extends Extent {
  readonly depth: Depth;
  readonly bands: readonly Band[];
}

/** What is seen of a document: all visible layers, one over the other, on the canvas.
 * @throws RemoteError `blob-missing`, `blob-damaged`; AppError `tile-damaged` */
export function flattenDocument(records: readonly DocumentRecord[], blobs: Blobs): BandedPicture {
  const store = new DocumentStore(records);
  return flattenLayers(layeredPicture(store, visibleLayers(store)), blobs);
}

/** The same of what a page shows. */
function flattenLayers({ extent, depth, layers }: LayeredPicture, blobs: Blobs): BandedPicture {
  const bands = bandAreas(extent).map((area): Band => {
    const { width, height: rows } = area;
    const seen = layers.filter(({ pixels, offset }) => tilesOf(pixels, offset, area).length > 0);
    const content = { seen: seen.map((layer) => contentOf(layer, area)), width, rows, depth };
    return { rows, content, read: () => blendLayers(seen, area, depth, blobs) };
  });
  return { ...extent, depth, bands };
}

type SeenLayer = LayeredPicture['layers'][number];

async function blendLayers(layers: readonly SeenLayer[], area: Bounds, depth: Depth, blobs: Blobs): Promise<Samples> {
  const samples = newSamples(depth, area.width * area.height * 4);
  for (const layer of layers) await layOver(samples, area, layer, blobs);
  return samples;
}

/** What decides how a layer looks in an area. */
function contentOf({ pixels, mask, offset, opacity, blend }: SeenLayer, area: Bounds) {
  const tiles = (image: TiledPixels) => tilesOf(image, offset, area).map((index) => [index, image.tiles[index]]);
  const place = { extent: pixels.extent, x: area.x - offset.x, y: area.y - offset.y };
  return { place, opacity, blend, pixels: tiles(pixels), mask: mask && tiles(mask) };
}

/** Indices of the tiles of an image that have pixels in an area of the space it is placed in. */
const tilesOf = ({ extent, tiles }: TiledPixels, offset: Point, area: Bounds): number[] =>
  tilesIn(extent, { ...area, x: area.x - offset.x, y: area.y - offset.y }).filter((index) => tiles[index] !== null);

/** All of a picture, as many rows at a time as a tile has. */
function bandAreas({ width, height }: Extent): Bounds[] {
  const count = Math.ceil(height / tileSize);
  return Array.from({ length: count }, (_, index) => {
    const y = index * tileSize;
    return { x: 0, y, width, height: Math.min(tileSize, height - y) };
  });
}

async function layOver(to: Samples, area: Bounds, layer: SeenLayer, blobs: Blobs): Promise<void> {
  const { pixels, mask, offset, opacity, blend: mode } = layer;
  const source = await readArea(pixels, offset, area, blobs);
  if (!source) return;
  const strengths = mask && (await readArea(mask, offset, area, blobs));
  if (mask && !strengths) return; // all of it is hidden here
  for (let row = 0; row < area.height; row += rowsAtOnce) {
    const [first, end] = [row * area.width, Math.min(area.height, row + rowsAtOnce) * area.width];
    const part = strengths ? (strengths.subarray(first, end) as Uint8Array) : undefined;
    blendOnto(to.subarray(first * 4, end * 4), source.subarray(first * 4, end * 4), { mode, opacity, mask: part });
    await pause();
  }
}

const rowsAtOnce = 32; // a few milliseconds of blending

/** The samples of an image in an area of the space it is placed in, 0 beyond it; undefined where it has none there. */
async function readArea(image: TiledPixels, offset: Point, area: Bounds, blobs: Blobs): Promise<Samples | undefined> {
  const local = { ...area, x: area.x - offset.x, y: area.y - offset.y };
  const indices = tilesOf(image, offset, area);
  if (indices.length === 0) return undefined;
  const samples = newSamples(image.depth, area.width * area.height * image.channels);
  await Promise.all(
    indices.map(async (index) => {
      const tile = image.tiles[index]!;
      const pixels = await (blobs.tile?.(tile) ?? loadTile(tile, blobs));
      copyTile(samples, local, pixels, tileBounds(image.extent, index));
    }),
  );
  return samples;
}

function copyTile(to: Samples, area: Bounds, { channels, data }: TilePixels, tile: Bounds): void {
  const shared = intersect(area, tile);
  for (let y = shared.y; y < shared.y + shared.height; y++) {
    const from = ((y - tile.y) * tile.width + shared.x - tile.x) * channels;
    const at = ((y - area.y) * area.width + shared.x - area.x) * channels;
    to.set(data.subarray(from, from + shared.width * channels), at);
  }
}

/** What is left of one layer's own pixels under its mask, for programs that know no masks. */
export function layerPicture(
  layer: Pick<Layer, 'image' | 'mask' | 'isMaskOn'>,
  store: DocumentStore,
  blobs: Blobs,
): BandedPicture {
  const image = store.require(layer.image);
  const maskId = maskInUse(layer);
  const mask = maskId ? store.require(maskId) : undefined;
  const bands = bandAreas(image.extent).map((area): Band => {
    const { width, height: rows } = area;
    const tiles = (of: Image) => tilesIn(of.extent, area).map((index) => of.tiles[index]);
    const content = { pixels: tiles(image), mask: mask && tiles(mask), width, rows, depth: image.depth };
    return { rows, content, read: () => maskedSamples(image, mask, area, blobs) };
  });
  return { ...image.extent, depth: image.depth, bands };
}

async function maskedSamples(image: Image, mask: Image | undefined, area: Bounds, blobs: Blobs): Promise<Samples> {
  const here = { x: 0, y: 0 };
  const pixels = await readArea(image, here, area, blobs);
  if (!pixels) return newSamples(image.depth, area.width * area.height * 4);
  const strengths = mask && (await readArea(mask, here, area, blobs));
  if (mask && strengths) for (let i = 0; i < strengths.length; i++) hide(pixels, i * 4 + 3, strengths[i]!);
  else if (mask) pixels.fill(0);
  await pause();
  return pixels;
}

/** The strengths of a mask, all at once: width · height. */
export async function maskStrengths(mask: Image, blobs: Blobs): Promise<Samples> {
  const area = boundsOf(mask.extent);
  return (await readArea(mask, { x: 0, y: 0 }, area, blobs)) ?? newSamples(mask.depth, area.width * area.height);
}

function hide(samples: Samples, alpha: number, strength: number): void {
  samples[alpha] = Math.round((samples[alpha]! * strength) / 255);
}

/** What a page shows, in one piece. */
export async function flattenToRaster(picture: LayeredPicture, blobs: Blobs): Promise<Raster> {
  const profile = picture.profile ? await blobs.get(picture.profile) : undefined;
  return await wholeRaster(flattenLayers(picture, blobs), profile);
}

/** A picture in one piece. Without alpha where all of it is opaque. */
export async function wholeRaster(
  { width, height, depth, bands }: BandedPicture,
  profile?: Uint8Array,
): Promise<Raster> {
  const data = newSamples(depth, width * height * 4);
  const most = depth === 8 ? 0xff : 0xffff;
  let [at, isOpaque] = [0, true];
  for (const band of bands) {
    const samples = await band.read();
    data.set(samples, at);
    at += samples.length;
    for (let i = 3; isOpaque && i < samples.length; i += 4) isOpaque = samples[i] === most;
  }
  const raster: Raster = { width, height, channels: 4, depth, data, ...(profile && { profile }) };
  return isOpaque ? withoutAlpha(raster) : raster;
}

function withoutAlpha(raster: Raster): Raster {
  const { width, height, depth, data: from } = raster;
  const data = newSamples(depth, width * height * 3);
  for (let i = 0, p = 0; p < from.length; i += 3, p += 4) {
    data[i] = from[p]!;
    data[i + 1] = from[p + 1]!;
    data[i + 2] = from[p + 2]!;
  }
  return { ...raster, channels: 3, data };
}

/** ICC profile of all layers; undefined for sRGB. */
export async function profileOf(records: readonly DocumentRecord[], blobs: Blobs): Promise<Uint8Array | undefined> {
  const profile: BlobId | null = new DocumentStore(records).require(projectId).profile;
  return profile ? await blobs.get(profile) : undefined;
}
