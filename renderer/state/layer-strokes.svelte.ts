import type { BlobId } from '#common/contract/blobs.ts';
import { growLayer, replaceTiles } from '#common/document/layer-commands.ts';
import type { GrownPixels, NewImage } from '#common/document/layer-commands.ts';
import { projectId } from '#common/document/records.ts';
import type { Image, ImageId, Layer, LayerId } from '#common/document/records.ts';
import { tileBounds, tileColumns, tilesIn, tileSize, withTiles } from '#common/document/tiles.ts';
import { intersect } from '#common/geometry.ts';
import type { Bounds, Extent, Point } from '#common/geometry.ts';
import type { Selection } from '#common/raster/selection.ts';
import { lineBounds } from '#common/raster/shapes.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import type { Brush } from '#common/raster/stroke.ts';
import { grownBounds, grownImage, grownInStack, maskBeyond, partOfImage, tilesAround } from '../canvas/grown-image.ts';
import type { Compositor } from '../compositor/compositor.ts';
import { isGrownKey } from '../compositor/grown-tiles.ts';
import type { LayerStack, StackLayer, TiledImage, TileKey } from '../compositor/layer-stack.ts';
import { strokeKey } from '../compositor/strokes.ts';
import type { LayerStroke } from '../tools/tool.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

type StrokeCompositor = Pick<Compositor, 'beginStroke' | 'extendStroke' | 'endStroke' | 'copy' | 'ask'>;

/** A stroke that is seen and not yet in the document. */
interface LiveStroke {
  readonly id: number;
  readonly layer: LayerId;
  readonly image: ImageId;
  readonly bounds: Bounds; // of the image it is drawn on, on the canvas
  readonly isGrown: boolean; // whether that reaches further than the layer does
  readonly tiles: ReadonlyMap<number, TileKey>;
}

/** What a stroke is drawn on. */
interface StrokeTarget {
  readonly layer: Layer;
  readonly image: Image; // of the layer, or of its mask
  readonly corner: Point; // of the image, on the canvas
  readonly selection: Selection; // nothing outside is painted; null: anything may be
  readonly name: string; // of the gesture, for the undo menu
  readonly grows: boolean; // whether the layer is to reach as far as what is painted
}

/** Strokes on layers and masks. While one is drawn its tiles exist in the compositor only; at its end they become blobs and the stroke
 * one gesture of the document. The next may begin before that: strokes follow each other in the order they were drawn. While paint is
 * laid on, a layer is taken for as large as the canvas; at the end it keeps the tiles that something was painted on. */
export class LayerStrokes {
  /** Oldest first. */
  #live = $state.raw<readonly LiveStroke[]>([]);
  readonly #document: DocumentState;
  readonly #engine: EngineState;
  readonly #problems: Problems;
  #finishing: Promise<void> = Promise.resolve();
  #ended: number[] = []; // in the document, but later strokes may lie on them

  constructor(document: DocumentState, engine: EngineState, problems: Problems) {
    this.#document = document;
    this.#engine = engine;
    this.#problems = problems;
  }

  /** Whether something is seen that is not in the document yet. */
  get isBusy(): boolean {
    return this.#live.length > 0;
  }

  /** Resolves when every stroke that was ended is in the document, or could not be kept. */
  settled(): Promise<void> {
    return this.#finishing;
  }

  /** What is seen while strokes are under way. */
  laidOver(stack: LayerStack): LayerStack {
    let shown = stack;
    for (const { image, layer, isGrown, tiles } of this.#live) {
      if (isGrown) shown = grownWhere(shown, (each) => each.id === layer || each.image === image);
      const known = shown.images[image];
      if (known) shown = { ...shown, images: { ...shown.images, [image]: replaced(known, tiles) } };
    }
    return shown;
  }

  begin(compositor: StrokeCompositor, target: StrokeTarget, brush: Brush): LayerStroke {
    const { image, layer, selection } = target;
    const bounds = this.#boundsFor(target);
    const within = selection && { ...selection, bounds: moved(selection.bounds, bounds) };
    const id = compositor.beginStroke({ ...brush, image: this.#shown(target, bounds), within });
    const isGrown = bounds.width !== image.extent.width || bounds.height !== image.extent.height;
    this.#live = [...this.#live, { id, layer: layer.id, image: image.id, bounds, isGrown, tiles: new Map() }];
    let last: StrokePoint | undefined;
    let changes = 0;
    return {
      line: (points) => {
        const own = points.map((point) => moved(point, bounds));
        const line = last ? [last, ...own] : own;
        last = own.at(-1);
        compositor.extendStroke(id, line);
        this.#touch(id, bounds, line, changes++);
      },
      end: () => {
        this.#finishing = this.#finishing.then(() => this.#finish(id, compositor, target));
      },
      cancel: () => this.#forget(id, compositor),
    };
  }

  /** Where a stroke may be, on the canvas: where strokes before it are, too. */
  #boundsFor({ image, layer, corner, grows }: StrokeTarget): Bounds {
    const held = { ...corner, ...image.extent };
    const canGrow = grows || this.#live.some((stroke) => stroke.layer === layer.id && stroke.isGrown);
    const { width, height } = this.#document.store.require(projectId).canvas;
    return canGrow ? grownBounds(held, { x: 0, y: 0, width, height }) : held;
  }

  /** An image as it is seen in those bounds, other strokes on it included. */
  #shown({ image, corner }: StrokeTarget, bounds: Bounds): TiledImage {
    const strokes = this.#live.filter((stroke) => stroke.image === image.id);
    const grown = grownImage(image, corner, bounds, beyond(image));
    return strokes.reduce<TiledImage>((shown, { tiles }) => replaced(shown, tiles), grown);
  }

  /** Gives the tiles under a line other names, so that they are drawn anew. */
  #touch(id: number, extent: Extent, line: readonly StrokePoint[], change: number): void {
    const indices = line.flatMap((point, i) => tilesIn(extent, lineBounds(line[Math.max(0, i - 1)]!, point)));
    const keys = new Map(indices.map((index) => [index, strokeKey(id, index, change)]));
    this.#live = this.#live.map((stroke) =>
      stroke.id === id ? { ...stroke, tiles: new Map([...stroke.tiles, ...keys]) } : stroke,
    );
  }

  async #finish(id: number, compositor: StrokeCompositor, target: StrokeTarget): Promise<void> {
    await this.#problems.attempt(async () => {
      const { image, name } = target;
      const stroke = this.#live.find((each) => each.id === id)!;
      const held = this.#isThere(target) && this.#held(target, stroke.bounds);
      const { tiles, beyond } = await compositor.ask('stroke', {
        id,
        end: { grows: target.grows, ...(held && { held }) },
      });
      const isWhole = (index: number): boolean =>
        beyond.length > 0 || !held || isTileWithin(stroke.bounds, index, held);
      const blobs = new Map<Uint8Array, Promise<BlobId>>();
      const put = (bytes: Uint8Array): Promise<BlobId> => {
        const known = blobs.get(bytes) ?? this.#engine.require().blobs.put(bytes);
        blobs.set(bytes, known);
        return known;
      };
      const stored = tiles.map(async ([index, bytes]): Promise<[number, BlobId | null]> => {
        const blob = bytes && (await put(bytes));
        const key = stroke.tiles.get(index);
        if (blob && key && isWhole(index)) compositor.copy(key, blob);
        return [index, blob];
      });
      const changes = new Map(await Promise.all(stored));
      if (!held || !this.#isThere(target) || changes.size === 0) return;
      if (beyond.length > 0) {
        const grown = await this.#grown(compositor, target, stroke.bounds, { held, beyond, changes });
        if (this.#isThere(target)) this.#document.act(name, (store) => growLayer(store, target.layer.id, grown));
      } else {
        const own = indicesWithin(changes, stroke.bounds, held);
        this.#document.act(name, (store) => replaceTiles(store, image.id, own));
      }
    });
    this.#forget(id, compositor);
  }

  #isThere({ image, layer }: StrokeTarget): boolean {
    const document = this.#document;
    return document.isOpen && [image, layer].every(({ id }) => document.store.get(id) !== undefined);
  }

  /** What the layer is now, in pixels of the image a stroke was drawn on: strokes before it may have made it larger. */
  #held({ image, layer }: StrokeTarget, { x, y }: Bounds): Bounds {
    const { store } = this.#document;
    const { canvas } = store.require(projectId);
    const { offset } = store.require(layer.id);
    return { ...moved(moved(offset, canvas), { x, y }), ...store.require(image.id).extent };
  }

  /** The layer as large as what was painted needs it, with its mask. */
  async #grown(
    compositor: StrokeCompositor,
    { image, layer }: StrokeTarget,
    bounds: Bounds,
    { held, beyond: touched, changes }: StrokeChanges,
  ): Promise<GrownPixels> {
    const { store } = this.#document;
    const { canvas } = store.require(projectId);
    const { image: pixels, mask } = store.require(layer.id);
    const part = tilesAround(bounds, held, touched);
    const corner = { x: held.x + bounds.x, y: held.y + bounds.y };
    const grownPart = async (id: ImageId): Promise<NewImage> => {
      const whole = grownImage(store.require(id), corner, bounds, beyond(store.require(id)));
      const painted = id === image.id ? { ...whole, tiles: withTiles<TileKey | null>(whole.tiles, changes) } : whole;
      const { extent, tiles, channels, depth } = partOfImage(painted, part);
      return { extent, channels, depth, tiles: await this.#asBlobs(compositor, tiles) };
    };
    const offset = { x: canvas.x + bounds.x + part.x, y: canvas.y + bounds.y + part.y };
    return { image: await grownPart(pixels), mask: mask && (await grownPart(mask)), offset };
  }

  /** Puts tiles among the blobs that exist by the name of how they are made only. */
  async #asBlobs(compositor: StrokeCompositor, tiles: readonly (TileKey | null)[]): Promise<(BlobId | null)[]> {
    const keys = [...new Set(tiles.filter((key) => key !== null && isGrownKey(key)))] as TileKey[];
    const made = await compositor.ask('grown', { keys });
    const { blobs } = this.#engine.require();
    const ids = new Map<TileKey, BlobId | null>();
    for (const [i, key] of keys.entries()) {
      const bytes = made[i]!;
      const blob = bytes && (await blobs.put(bytes));
      if (blob) compositor.copy(key, blob);
      ids.set(key, blob);
    }
    return tiles.map((key) => (key !== null && ids.has(key) ? ids.get(key)! : (key as BlobId | null)));
  }

  #forget(id: number, compositor: StrokeCompositor): void {
    this.#live = this.#live.filter((stroke) => stroke.id !== id);
    this.#ended.push(id);
    if (this.#live.length > 0) return;
    for (const ended of this.#ended) compositor.endStroke(ended);
    this.#ended = [];
  }
}

/** What a stroke changed of an image. */
interface StrokeChanges {
  readonly held: Bounds; // what was there, px of the image
  readonly beyond: readonly number[]; // tiles painted on that reach further
  readonly changes: ReadonlyMap<number, BlobId | null>;
}

/** Samples of an image where it does not reach. */
const beyond = ({ channels }: TiledImage): number => (channels === 1 ? maskBeyond : 0);

/** Whether a part of an image holds all of a tile. */
function isTileWithin(extent: Extent, index: number, part: Bounds): boolean {
  const bounds = tileBounds(extent, index);
  const { width, height } = intersect(bounds, part);
  return width === bounds.width && height === bounds.height;
}

function grownWhere(stack: LayerStack, isMeant: (layer: StackLayer) => boolean): LayerStack {
  return stack.layers.filter(isMeant).reduce(grownInStack, stack);
}

/** Tiles by their index in a part of an image: those beyond are left out. @param bounds of the image @param part of it, beginning with a tile */
function indicesWithin<T>(tiles: ReadonlyMap<number, T>, bounds: Extent, part: Bounds): Map<number, T> {
  const columns = tileColumns(bounds);
  const across = tileColumns(part);
  const [left, top] = [part.x / tileSize, part.y / tileSize];
  return new Map(
    [...tiles].flatMap(([index, tile]): [number, T][] => {
      const [column, row] = [(index % columns) - left, Math.floor(index / columns) - top];
      const isIn = column >= 0 && column < across && row >= 0 && row * tileSize < part.height;
      return isIn ? [[row * across + column, tile]] : [];
    }),
  );
}

function replaced(image: TiledImage, tiles: ReadonlyMap<number, TileKey>): TiledImage {
  if (tiles.size === 0) return image;
  return { ...image, tiles: image.tiles.map((key, index) => tiles.get(index) ?? key) };
}

const moved = <Place extends Point>(place: Place, { x, y }: Point): Place => ({
  ...place,
  x: place.x - x,
  y: place.y - y,
});
