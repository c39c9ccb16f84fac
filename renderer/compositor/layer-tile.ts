import { smallBy } from '#common/document/small-tile.ts';
import { boundsOf, intersect, isSameBounds } from '#common/geometry.ts';
import type { Bounds, Point } from '#common/geometry.ts';
import { fadeAlpha } from '#common/raster/fade.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { Depth, Samples } from '#common/raster/raster.ts';
import { tileIndices } from './layer-stack.ts';
import type { TiledImage } from './layer-stack.ts';
import { tileBounds, tileSize } from './tile-grid.ts';
import type { TileStore } from './tile-store.ts';

/** A part of an image: a tile and what it covers, in pixels of the image. */
interface Part {
  readonly bounds: Bounds;
  readonly samples: Samples;
}

/** The pixels of an image over a region of the canvas, RGBA in the canvas's depth; null where it has none. May be the tile itself,
 * so nobody may write into it. */
export async function readPixels(
  store: TileStore,
  image: TiledImage,
  offset: Point,
  region: Bounds,
  depth: Depth,
): Promise<Samples | null> {
  const local = { ...region, x: region.x - offset.x, y: region.y - offset.y };
  const parts = await readParts(store, image, local);
  const isGrey = image.channels === 1;
  if (parts.length === 0 && !isGrey) return null;
  const [first] = parts;
  if (!isGrey && image.depth === depth && isSameBounds(first!.bounds, local)) return first!.samples;
  const into = newSamples(depth, region.width * region.height * 4);
  if (isGrey) hideBelow(into, local, intersect(local, boundsOf(image.extent)));
  for (const part of parts) copyPart(into, local, part, image, depth);
  return into;
}

/** The strengths of a mask over a region of the canvas; 0 beyond the mask. */
export async function readMask(
  store: TileStore,
  image: TiledImage,
  offset: Point,
  region: Bounds,
): Promise<Uint8Array> {
  const local = { ...region, x: region.x - offset.x, y: region.y - offset.y };
  const into = new Uint8Array(region.width * region.height);
  for (const part of await readParts(store, image, local)) copyStrengths(into, local, part);
  return into;
}

function copyStrengths(into: Uint8Array, local: Bounds, { bounds, samples }: Part): void {
  const shared = intersect(bounds, local);
  for (let y = shared.y; y < shared.y + shared.height; y++) {
    const from = (y - bounds.y) * bounds.width + shared.x - bounds.x;
    into.set(samples.subarray(from, from + shared.width), (y - local.y) * local.width + shared.x - local.x);
  }
}

/** Black where an image of grey values is: tiles it has not got are black, not transparent. */
function hideBelow(into: Samples, local: Bounds, part: Bounds): void {
  const most = into.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
  for (let y = part.y; y < part.y + part.height; y++) {
    const start = ((y - local.y) * local.width + part.x - local.x) * 4;
    for (let i = start + 3; i < start + part.width * 4; i += 4) into[i] = most;
  }
}

/** The same four times smaller, from small tiles, under its mask. Where the layer ends, a pixel is a little more or less see-through than in what
 * would be made of the whole region. @param offset multiples of four @param region of the canvas made four times smaller */
export async function readSmall(
  store: TileStore,
  layer: { readonly image: TiledImage; readonly mask: TiledImage | null; readonly offset: Point },
  region: Bounds,
  depth: Depth,
): Promise<Samples | null> {
  const local = { ...region, x: region.x - layer.offset.x / smallBy, y: region.y - layer.offset.y / smallBy };
  const parts = await smallParts(store, layer.image, local);
  if (parts.length === 0) return null;
  const into = newSamples(depth, region.width * region.height * 4);
  for (const part of parts) copyPart(into, local, part, layer.image, depth);
  if (!layer.mask) return into;
  const strengths = new Uint8Array(region.width * region.height);
  for (const part of await smallParts(store, layer.mask, local)) copyStrengths(strengths, local, part);
  fadeAlpha(into, strengths);
  return into;
}

/** @param local px of the image made four times smaller */
async function smallParts(store: TileStore, image: TiledImage, local: Bounds): Promise<Part[]> {
  const columns = Math.ceil(image.extent.width / tileSize);
  const whole = {
    x: local.x * smallBy,
    y: local.y * smallBy,
    width: local.width * smallBy,
    height: local.height * smallBy,
  };
  const indices = tileIndices(image, whole).filter((index) => image.tiles[index] !== null);
  return await Promise.all(
    indices.map(async (index): Promise<Part> => {
      const { x, y, width, height } = tileBounds(image.extent, {
        ...{ level: 0, column: index % columns, row: Math.floor(index / columns) },
      });
      const { channels, depth } = image;
      const samples = await store.small(image.tiles[index]!, { width, height, channels, depth });
      const size = { width: Math.ceil(width / smallBy), height: Math.ceil(height / smallBy) };
      return { bounds: { x: x / smallBy, y: y / smallBy, ...size }, samples };
    }),
  );
}

async function readParts(store: TileStore, image: TiledImage, local: Bounds): Promise<Part[]> {
  const columns = Math.ceil(image.extent.width / tileSize);
  const indices = tileIndices(image, local).filter((index) => image.tiles[index] !== null);
  const parts: Part[] = [];
  const waiting: Promise<void>[] = [];
  for (const index of indices) {
    const bounds = tileBounds(image.extent, { level: 0, column: index % columns, row: Math.floor(index / columns) });
    const key = image.tiles[index]!;
    const samples = store.peek(key);
    if (samples) parts.push({ bounds, samples });
    else waiting.push(store.get(key).then((loaded) => void parts.push({ bounds, samples: loaded })));
  }
  if (waiting.length > 0) await Promise.all(waiting);
  return parts;
}

function copyPart(into: Samples, local: Bounds, { bounds, samples }: Part, image: TiledImage, depth: Depth): void {
  const shared = intersect(bounds, local);
  for (let y = shared.y; y < shared.y + shared.height; y++) {
    const from = ((y - bounds.y) * bounds.width + shared.x - bounds.x) * image.channels;
    const row = samples.subarray(from, from + shared.width * image.channels);
    const to = ((y - local.y) * local.width + shared.x - local.x) * 4;
    if (image.channels === 4 && image.depth === depth) into.set(row, to);
    else convertRow(into, to, row, image, depth);
  }
}

/** Grey becomes RGB that hides what is below; 8 bits become 16 by × 257, 16 become 8 by rounding. */
function convertRow(
  into: Samples,
  to: number,
  row: Samples,
  { channels, depth: from }: TiledImage,
  depth: Depth,
): void {
  const most = depth === 8 ? 0xff : 0xffff;
  const convert = (value: number): number =>
    from === depth ? value : depth === 16 ? value * 257 : Math.floor((value + 128) / 257);
  if (channels === 4) for (let i = 0; i < row.length; i++) into[to + i] = convert(row[i]!);
  else {
    for (let i = 0; i < row.length; i++) {
      into.fill(convert(row[i]!), to + i * 4, to + i * 4 + 3);
      into[to + i * 4 + 3] = most;
    }
  }
}
