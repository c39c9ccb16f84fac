import type { BlendMode } from '#common/raster/blend.ts';
import type { Depth } from '#common/raster/raster.ts';
import type { Bounds, Extent, Point } from '#common/geometry.ts';
import { tilesIn, tileBounds, tileSize } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';

/** Name of the pixels of a tile. Other pixels have another name, so a name never goes stale. */
export type TileKey = string;

/** A picture in tiles of 256 × 256 pixels. */
export interface TiledImage {
  readonly extent: Extent;
  readonly channels: 1 | 4; // strengths or grey values; RGB and alpha, not premultiplied
  readonly depth: Depth;
  readonly tiles: readonly (TileKey | null)[]; // row by row; null: all samples are 0
}

/** A layer as it is seen; hidden ones are left out of a stack. */
export interface StackLayer {
  readonly id: string;
  readonly image: string; // in `images` of the stack
  readonly mask: string | null; // an image of 1 channel of 8 bits over the layer's own, of its size
  readonly offset: Point; // of the image's upper left corner on the canvas
  readonly opacity: number; // 0 to 1
  readonly blend: BlendMode;
}

/** Everything that decides what is seen. Plain data that nobody changes: what is different is a new object. */
export interface LayerStack {
  readonly extent: Extent; // of the canvas
  readonly depth: Depth; // in which layers are blended
  readonly layers: readonly StackLayer[]; // from the bottom up
  readonly images: Readonly<Record<string, TiledImage>>;
}

/** Where a layer lies on the canvas; it may reach beyond. */
export const layerBounds = (stack: LayerStack, { image, offset }: StackLayer): Bounds => ({
  ...offset,
  ...stack.images[image]!.extent,
});

/** The parts of the canvas that may look different in `after`; they can overlap. */
export function changedRegions(before: LayerStack, after: LayerStack): Bounds[] {
  const { extent, depth } = after;
  if (before.extent.width !== extent.width || before.extent.height !== extent.height || before.depth !== depth) {
    return [{ x: 0, y: 0, ...extent }];
  }
  const others = new Map(before.layers.map((layer) => [layer.id, layer]));
  const kept = new Set(after.layers.flatMap(({ id }) => (others.has(id) ? [id] : [])));
  const orderBefore = before.layers.filter(({ id }) => kept.has(id));
  const orderAfter = after.layers.filter(({ id }) => kept.has(id));
  const regions = before.layers.filter(({ id }) => !kept.has(id)).map((layer) => layerBounds(before, layer));
  for (const layer of after.layers) {
    if (!kept.has(layer.id)) regions.push(layerBounds(after, layer));
  }
  orderAfter.forEach((layer, place) => {
    if (orderBefore[place]!.id !== layer.id) regions.push(layerBounds(after, layer));
    else regions.push(...changesOfLayer(before, others.get(layer.id)!, after, layer));
  });
  return regions;
}

/** Where the pixels of a layer differ, or how they are laid over what is below. */
export function changesOfLayer(before: LayerStack, from: StackLayer, after: LayerStack, to: StackLayer): Bounds[] {
  const isShownAlike = from.opacity === to.opacity && from.blend === to.blend;
  const pixels = changedPixels(before, from, after, to);
  return isShownAlike && pixels !== 'all' ? pixels : [layerBounds(before, from), layerBounds(after, to)];
}

/** Where the pixels of a layer and its mask differ, on the canvas. */
export function changedPixels(
  before: LayerStack,
  from: StackLayer,
  after: LayerStack,
  to: StackLayer,
): Bounds[] | 'all' {
  if ((from.mask === null) !== (to.mask === null)) return 'all';
  const pixels: PlacedImage[] = [
    { ...before.images[from.image]!, ...from.offset },
    { ...after.images[to.image]!, ...to.offset },
  ];
  const changed = differences(pixels[0]!, pixels[1]!);
  if (to.mask === null || changed === 'all') return changed;
  const masked = differences(
    { ...before.images[from.mask!]!, ...from.offset },
    { ...after.images[to.mask]!, ...to.offset },
  );
  if (masked === 'all') return 'all';
  const isSeen = (part: Bounds): boolean => pixels.some((image) => hasPixels(image, part));
  return [...changed, ...masked.filter(isSeen)];
}

/** An image and where it lies. */
interface PlacedImage extends TiledImage, Point {}

/** Where tiles of two images differ; 'all' unless their tiles lie on one grid. */
function differences(before: PlacedImage, after: PlacedImage): Bounds[] | 'all' {
  if (!isSameKind(before, after)) return 'all';
  const isInPlace = before.x === after.x && before.y === after.y;
  if (isInPlace && before.tiles === after.tiles) return [];
  if (isInPlace && isSameExtent(before, after)) {
    return changedIndices(before, after).map((index) => tileOf(after, index));
  }
  const isOnGrid = (before.x - after.x) % tileSize === 0 && (before.y - after.y) % tileSize === 0;
  if (!isOnGrid) return 'all';
  const [old, now] = [tilesByPlace(before), tilesByPlace(after)];
  const places = [...new Set([...old.keys(), ...now.keys()])];
  const changed = places.filter((place) => (old.get(place)?.key ?? null) !== (now.get(place)?.key ?? null));
  return changed.flatMap((place) => [old.get(place), now.get(place)].flatMap((tile) => (tile ? [tile.bounds] : [])));
}

function tilesByPlace(image: PlacedImage): Map<string, { readonly key: TileKey | null; readonly bounds: Bounds }> {
  const tiles = image.tiles.map((key, index) => ({ key, bounds: tileOf(image, index) }));
  return new Map(tiles.map((tile) => [`${tile.bounds.x} ${tile.bounds.y}`, tile]));
}

/** What a tile covers of the canvas. */
function tileOf({ extent, x, y }: PlacedImage, index: number): Bounds {
  const columns = Math.ceil(extent.width / tileSize);
  const bounds = tileBounds(extent, { level: 0, column: index % columns, row: Math.floor(index / columns) });
  return { ...bounds, x: bounds.x + x, y: bounds.y + y };
}

/** Whether an image may show something in a part of the canvas. Of grey values even black does. */
function hasPixels(image: PlacedImage, part: Bounds): boolean {
  const inside = tileIndices(image, { ...part, x: part.x - image.x, y: part.y - image.y });
  return inside.some((index) => image.channels === 1 || image.tiles[index] !== null);
}

const isSameExtent = ({ extent: one }: TiledImage, { extent: other }: TiledImage): boolean =>
  one.width === other.width && one.height === other.height;

const isSameKind = (one: TiledImage, other: TiledImage): boolean =>
  one.channels === other.channels && one.depth === other.depth;

const changedIndices = (before: TiledImage, after: TiledImage): number[] =>
  after.tiles.flatMap((key, index) => (key === before.tiles[index] ? [] : [index]));

/** Indices of the tiles that two images do not share. */
export function changedTiles(before: TiledImage, after: TiledImage): number[] | 'all' {
  if (before === after) return [];
  return isSameKind(before, after) && isSameExtent(before, after) ? changedIndices(before, after) : 'all';
}

/** Indices of an image's tiles in a part of it. @param part px of the image */
export function tileIndices({ extent }: TiledImage, part: Bounds): number[] {
  const columns = Math.ceil(extent.width / tileSize);
  return tilesIn(extent, part).map(({ column, row }) => row * columns + column);
}

/** The tile that is all there is to see at a place of full size, unchanged by anything; null: nothing is there, undefined: it has to be
 * blended. */
export function onlyTile(stack: LayerStack, at: TileAt): TileKey | null | undefined {
  const region = tileBounds(stack.extent, at);
  const placed = (layer: StackLayer): PlacedImage => ({ ...stack.images[layer.image]!, ...layer.offset });
  const [layer, other] = stack.layers.filter((each) => each.opacity > 0 && hasPixels(placed(each), region));
  if (!layer) return null;
  const image = placed(layer);
  const isPlain = layer.blend === 'normal' && layer.opacity >= 1 && layer.mask === null;
  if (other || !isPlain || image.channels !== 4 || image.depth !== stack.depth) return undefined;
  const index = image.tiles.findIndex((key, i) => key !== null && isSameBounds(tileOf(image, i), region));
  return index < 0 ? undefined : image.tiles[index]!;
}

const isSameBounds = (one: Bounds, other: Bounds): boolean =>
  one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
