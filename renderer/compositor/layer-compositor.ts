import type { Bounds, Point } from '#common/geometry.ts';
import { intersect, isEmpty } from '#common/geometry.ts';
import { blendOnto } from '#common/raster/blend.ts';
import { smallBy } from '#common/document/small-tile.ts';
import { fadeAlpha } from '#common/raster/fade.ts';
import { halveInto } from '#common/raster/halve.ts';
import { maxSample, newSamples } from '#common/raster/raster.ts';
import type { Samples } from '#common/raster/raster.ts';
import { Ground, groundAfter } from './ground.ts';
import { changedPixels, layerBounds } from './layer-stack.ts';
import type { LayerStack, StackLayer } from './layer-stack.ts';
import { readMask, readPixels, readSmall } from './layer-tile.ts';
import type { Cell, SampleBudget } from './sample-budget.ts';
import { childrenOf, tileBounds, tileName } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';
import type { TileStore } from './tile-store.ts';

/** A layer's pixels at one place, ready to be blended. */
interface LayerTile {
  readonly layer: StackLayer;
  readonly pixels: Samples;
  readonly mask?: Uint8Array;
}

/** Smaller copies of a layer as it lies on the canvas, with its mask applied. null: nothing is there. */
type Reduced = Map<string, Cell | null>;

/** Blends layers into tiles, at full size and smaller. Below full size it blends layers that were made smaller, so that a look that
 * changes costs what is seen and not what there is. */
export class LayerCompositor {
  readonly #store: TileStore;
  readonly #budget: SampleBudget;
  readonly #groundBudget: SampleBudget;
  #stack: LayerStack | undefined;
  #reduced = new Map<string, Reduced>(); // by layer
  #ground: Ground | undefined;

  /** @param budget for smaller copies; one of their own, so that reading all of a large layer once does not push them out
   * @param groundBudget for what lies below the layer that is worked on; left out: they share one */
  constructor(store: TileStore, budget: SampleBudget, groundBudget = budget) {
    this.#store = store;
    this.#budget = budget;
    this.#groundBudget = groundBudget;
  }

  get stack(): LayerStack | undefined {
    return this.#stack;
  }

  /** Tiles that are under way still show the stack before. */
  setStack(stack: LayerStack): void {
    const before = this.#stack;
    const layers = new Map(before?.layers.map((layer) => [layer.id, layer]));
    const reduced = stack.layers.map((layer): [string, Reduced] => {
      const from = layers.get(layer.id);
      const kept = before && from ? stillTrue(this.#reduced.get(layer.id)!, before, from, stack, layer) : new Map();
      return [layer.id, kept];
    });
    this.#reduced = new Map(reduced);
    this.#ground = groundAfter(this.#ground, before, stack, this.#groundBudget);
    this.#stack = stack;
  }

  /** Says which layer is about to change: from now on, what lies below it is kept of each tile that is composed. */
  workOn(layer: string): void {
    if (this.#ground?.layer === layer) return;
    this.#ground?.forget();
    this.#ground = new Ground(layer, this.#groundBudget);
  }

  /** Blends what lies below the layer that is worked on, and reads what of it and above is not in memory any more, so that the first of its
   * changes is seen as soon as the next. */
  async prepare(at: TileAt): Promise<void> {
    const [stack, ground, reduced] = [this.#stack, this.#ground, this.#reduced];
    const from = stack?.layers.findIndex(({ id }) => id === ground?.layer) ?? -1;
    if (!stack || !ground || from < 0) return;
    await this.#visibleTiles(stack, stack.layers.slice(from), reduced, at);
    if (from > 0 && !ground.find(tileName(at))) await this.#below(stack, ground, from, reduced, at);
  }

  /** What is seen at a place: RGBA of the size of the tile, in the stack's depth, in an array of its own. */
  async compose(at: TileAt): Promise<Samples> {
    const stack = this.#stack;
    if (!stack) throw new Error('there is nothing to compose yet');
    const [reduced, ground] = [this.#reduced, this.#ground];
    const from = Math.max(
      0,
      stack.layers.findIndex(({ id }) => id === ground?.layer),
    );
    const tiles = await this.#visibleTiles(stack, stack.layers.slice(from), reduced, at);
    const isCovered = tiles.some((tile) => isPlain(tile) && isOpaque(tile.pixels));
    if (from === 0 || !ground || isCovered) return blended(tiles, stack, at);
    const below = ground.find(tileName(at)) ?? (await this.#below(stack, ground, from, reduced, at));
    return blended(tiles, stack, at, below.slice());
  }

  /** What a ground shows at a place. @param count of layers that lie below */
  async #below(
    stack: LayerStack,
    ground: Ground,
    count: number,
    reduced: Map<string, Reduced>,
    at: TileAt,
  ): Promise<Samples> {
    const below = blended(await this.#visibleTiles(stack, stack.layers.slice(0, count), reduced, at), stack, at);
    ground.keep(tileName(at), below);
    return below;
  }

  /** The topmost of some layers that is at least so opaque at a point of the canvas, each for itself; null where none is. */
  async topmostAt(at: Point, among: readonly string[], opacity: number): Promise<string | null> {
    const stack = this.#stack;
    if (!stack) return null;
    const pixel = { ...at, width: 1, height: 1 };
    for (const layer of stack.layers.toReversed()) {
      if (!among.includes(layer.id)) continue;
      const tile = await this.#readLayer(stack, layer, pixel);
      const strength = tile ? (tile.pixels[3]! / maxSample(stack.depth)) * ((tile.mask?.[0] ?? 255) / 255) : 0;
      if (strength * layer.opacity >= opacity) return layer.id;
    }
    return null;
  }

  /** From the bottom up; what is hidden below an opaque tile is not even read. */
  async #visibleTiles(
    stack: LayerStack,
    layers: readonly StackLayer[],
    reduced: Map<string, Reduced>,
    at: TileAt,
  ): Promise<LayerTile[]> {
    const tiles: LayerTile[] = [];
    for (const layer of layers.toReversed()) {
      if (layer.opacity <= 0) continue;
      const tile = await this.#layerTile(stack, layer, reduced.get(layer.id)!, at);
      if (tile) tiles.unshift(tile);
      if (tile && isPlain(tile) && isOpaque(tile.pixels)) break;
    }
    return tiles;
  }

  async #layerTile(stack: LayerStack, layer: StackLayer, reduced: Reduced, at: TileAt): Promise<LayerTile | null> {
    if (at.level > 0) {
      const pixels = await this.#reducedTile(stack, layer, reduced, at, 'seen');
      return pixels && { layer, pixels };
    }
    return await this.#readLayer(stack, layer, tileBounds(stack.extent, at));
  }

  /** @param region of the canvas */
  async #readLayer(stack: LayerStack, layer: StackLayer, region: Bounds): Promise<LayerTile | null> {
    if (isEmpty(region) || isEmpty(intersect(region, layerBounds(stack, layer)))) return null;
    const { image, mask, offset } = layer;
    const pixels = await readPixels(this.#store, stack.images[image]!, offset, region, stack.depth);
    if (!pixels || mask === null) return pixels && { layer, pixels };
    return { layer, pixels, mask: await readMask(this.#store, stack.images[mask]!, offset, region) };
  }

  /** Half-size tiles that are only on the way to a smaller one are not worth their memory; from a quarter on all are kept, so that a
   * stroke costs a few tiles at whatever size it is seen. */
  async #reducedTile(
    stack: LayerStack,
    layer: StackLayer,
    reduced: Reduced,
    at: TileAt,
    use: 'seen' | 'reduced',
  ): Promise<Samples | null> {
    if (at.level === 0) return masked(await this.#layerTile(stack, layer, reduced, at));
    const known = reduced.get(tileName(at));
    if (known === null) return null;
    const found = this.#budget.use(known);
    if (found) return found;
    const region = tileBounds(stack.extent, at);
    const isThere = !isEmpty(intersect(scaled(region, 2 ** at.level), layerBounds(stack, layer)));
    const made = isEmpty(region) || !isThere ? null : await this.#made(stack, layer, reduced, at, region);
    if (use === 'seen' || at.level >= 2) reduced.set(tileName(at), made && this.#budget.keep(made));
    return made;
  }

  async #made(stack: LayerStack, layer: StackLayer, reduced: Reduced, at: TileAt, region: Bounds) {
    if (2 ** at.level !== smallBy || !this.#canBeSmall(stack, layer)) {
      return await this.#halved(stack, layer, reduced, at, region);
    }
    const [image, mask] = [stack.images[layer.image]!, layer.mask === null ? null : stack.images[layer.mask]!];
    return await readSmall(this.#store, { image, mask, offset: layer.offset }, region, stack.depth);
  }

  /** Whether small tiles of a layer lie on the pixels of the canvas made smaller. */
  #canBeSmall({ images }: LayerStack, { image, offset }: StackLayer): boolean {
    const isOnGrid = offset.x % smallBy === 0 && offset.y % smallBy === 0;
    return this.#store.hasSmall && isOnGrid && images[image]!.channels === 4;
  }

  async #halved(stack: LayerStack, layer: StackLayer, reduced: Reduced, at: TileAt, { width, height }: Bounds) {
    const children = childrenOf(at);
    const pixels = await Promise.all(
      children.map((child) => this.#reducedTile(stack, layer, reduced, child, 'reduced')),
    );
    if (pixels.every((samples) => samples === null)) return null;
    const result = newSamples(stack.depth, width * height * 4);
    children.forEach((child, i) => {
      if (!pixels[i]) return;
      const extent = tileBounds(stack.extent, child);
      halveInto(result, width, { x: (i % 2) * 128, y: (i >> 1) * 128 }, pixels[i], extent);
    });
    return result;
  }
}

/** Tiles laid over each other. @param onto what is below them, which is written into; left out: nothing */
function blended(tiles: readonly LayerTile[], { extent, depth }: LayerStack, at: TileAt, onto?: Samples): Samples {
  const { width, height } = tileBounds(extent, at);
  const [lowest] = tiles;
  const canStart = !onto && lowest && isPlain(lowest);
  const result = onto ?? (canStart ? lowest.pixels.slice() : newSamples(depth, width * height * 4));
  for (const { layer, pixels, mask } of canStart ? tiles.slice(1) : tiles) {
    blendOnto(result, pixels, { mode: layer.blend, opacity: layer.opacity, mask });
  }
  return result;
}

/** What a change of the stack leaves true of the smaller copies of a layer. */
function stillTrue(reduced: Reduced, before: LayerStack, from: StackLayer, after: LayerStack, to: StackLayer): Reduced {
  const isSameCanvas =
    before.depth === after.depth &&
    before.extent.width === after.extent.width &&
    before.extent.height === after.extent.height;
  const changes = isSameCanvas ? changedPixels(before, from, after, to) : 'all';
  if (changes === 'all') return new Map();
  if (changes.length === 0) return reduced;
  return new Map([...reduced].filter(([name]) => !changes.some((region) => touches(name, region))));
}

function touches(name: string, region: Bounds): boolean {
  const [level, column, row] = name.split('/').map(Number);
  const size = 256 * 2 ** level!;
  return !isEmpty(intersect(region, { x: column! * size, y: row! * size, width: size, height: size }));
}

const scaled = ({ x, y, width, height }: Bounds, by: number): Bounds => ({
  ...{ x: x * by, y: y * by },
  ...{ width: width * by, height: height * by },
});

/** Whether a layer's pixels are taken as they are where they are opaque. */
const isPlain = ({ layer, mask }: LayerTile): boolean => layer.blend === 'normal' && layer.opacity >= 1 && !mask;

const opacities = new WeakMap<Samples, boolean>();

/** Whether nothing shines through; tiles do not change, so each is looked at once. */
export function isOpaque(samples: Samples): boolean {
  let known = opacities.get(samples);
  if (known === undefined) {
    const most = samples.BYTES_PER_ELEMENT === 1 ? 0xff : 0xffff;
    let i = 3;
    while (i < samples.length && samples[i] === most) i += 4;
    known = i >= samples.length;
    opacities.set(samples, known);
  }
  return known;
}

/** The mask as a part of alpha. */
function masked(tile: LayerTile | null): Samples | null {
  if (!tile?.mask) return tile && tile.pixels;
  const pixels = tile.pixels.slice();
  fadeAlpha(pixels, tile.mask);
  return pixels;
}
