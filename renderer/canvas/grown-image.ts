import { tileBounds, tileColumns, tileCount, tileSize } from '#common/document/tiles.ts';
import { boundsOf, intersect } from '#common/geometry.ts';
import type { Bounds, Extent, Point } from '#common/geometry.ts';
import { grownKey } from '../compositor/grown-tiles.ts';
import type { LayerStack, StackLayer, TiledImage } from '../compositor/layer-stack.ts';

/** Every sample of a mask beyond its own pixels: what is painted there shows. */
export const maskBeyond = 255;

/** Bounds that hold `held` and all of `other`. Upward and to the left they grow by whole tiles, so that tiles stay what they are. */
export function grownBounds(held: Bounds, other: Bounds): Bounds {
  const [left, top] = [grownStart(held.x, other.x), grownStart(held.y, other.y)];
  const right = Math.max(held.x + held.width, other.x + other.width);
  const bottom = Math.max(held.y + held.height, other.y + other.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const grownStart = (held: number, wanted: number): number =>
  held - Math.max(0, Math.ceil((held - wanted) / tileSize)) * tileSize;

/** An image in larger bounds. @param held where it is @param to bounds of `grownBounds` @param fill every sample that is new */
export function grownImage(image: TiledImage, held: Point, to: Bounds, fill: number): TiledImage {
  const shift = { x: (held.x - to.x) / tileSize, y: (held.y - to.y) / tileSize }; // tiles
  const extent = { width: to.width, height: to.height };
  const columns = tileColumns(extent);
  const tiles = Array.from({ length: tileCount(extent) }, (_, index) => {
    const from = oldTile(image, (index % columns) - shift.x, Math.floor(index / columns) - shift.y);
    const { width, height } = tileBounds(extent, index);
    const isWhole = from.width === width && from.height === height;
    if (isWhole || (from.key === null && fill === 0)) return from.key;
    const { channels, depth } = image;
    return grownKey({ channels, depth, fill, from, to: { width, height }, key: from.key });
  });
  return { ...image, extent, tiles };
}

/** What an image has at a place of its grid, which may lie beyond it. */
function oldTile({ extent, tiles }: TiledImage, column: number, row: number) {
  const columns = tileColumns(extent);
  const isThere = column >= 0 && row >= 0 && column < columns && row * tileSize < extent.height;
  if (!isThere) return { width: 0, height: 0, key: null };
  const { width, height } = tileBounds(extent, row * columns + column);
  return { width, height, key: tiles[row * columns + column]! };
}

/** A part of a grown image: whole tiles of it. @param part in pixels of the image, beginning and ending with tiles */
export function partOfImage(image: TiledImage, part: Bounds): TiledImage {
  const columns = tileColumns(image.extent);
  const extent = { width: part.width, height: part.height };
  const across = tileColumns(extent);
  const first = (part.y / tileSize) * columns + part.x / tileSize;
  const tiles = Array.from(
    { length: tileCount(extent) },
    (_, index) => image.tiles[first + Math.floor(index / across) * columns + (index % across)]!,
  );
  return { ...image, extent, tiles };
}

/** What whole tiles of an image hold a part of it and some tiles; they end with the image at the latest. */
export function tilesAround(extent: Extent, held: Bounds, touched: readonly number[]): Bounds {
  const all = [held, ...touched.map((index) => tileBounds(extent, index))];
  const down = (value: number): number => Math.floor(value / tileSize) * tileSize;
  const up = (value: number): number => Math.ceil(value / tileSize) * tileSize;
  const [x, y] = [down(Math.min(...all.map((each) => each.x))), down(Math.min(...all.map((each) => each.y)))];
  const right = up(Math.max(...all.map((each) => each.x + each.width)));
  const bottom = up(Math.max(...all.map((each) => each.y + each.height)));
  return intersect({ x, y, width: right - x, height: bottom - y }, boundsOf(extent));
}

/** A layer of a stack that reaches as far as its canvas, with its mask. */
export function grownInStack(stack: LayerStack, layer: StackLayer): LayerStack {
  const image = stack.images[layer.image]!;
  const held = { ...layer.offset, ...image.extent };
  const to = grownBounds(held, boundsOf(stack.extent));
  if (to.width === held.width && to.height === held.height) return stack;
  const mask = layer.mask === null ? {} : { [layer.mask]: grownImage(stack.images[layer.mask]!, held, to, maskBeyond) };
  const fill = image.channels === 1 ? maskBeyond : 0;
  const images = { ...stack.images, [layer.image]: grownImage(image, held, to, fill), ...mask };
  const offset = { x: to.x, y: to.y };
  const layers = stack.layers.map((each) => (each === layer ? { ...layer, offset } : each));
  return { ...stack, layers, images };
}
