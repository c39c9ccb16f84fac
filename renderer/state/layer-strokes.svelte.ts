import type { BlobId } from '#common/contract/blobs.ts';
import { replaceTiles } from '#common/document/layer-commands.ts';
import type { Image, ImageId } from '#common/document/records.ts';
import { tilesIn } from '#common/document/tiles.ts';
import type { Point } from '#common/geometry.ts';
import type { Selection } from '#common/raster/selection.ts';
import { lineBounds } from '#common/raster/shapes.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import type { Brush } from '#common/raster/stroke.ts';
import type { Compositor } from '../compositor/compositor.ts';
import type { LayerStack, TiledImage, TileKey } from '../compositor/layer-stack.ts';
import { strokeKey } from '../compositor/strokes.ts';
import type { LayerStroke } from '../tools/tool.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

type StrokeCompositor = Pick<Compositor, 'beginStroke' | 'extendStroke' | 'endStroke' | 'copy' | 'ask'>;

/** A stroke that is seen and not yet in the document. */
interface LiveStroke {
  readonly id: number;
  readonly image: ImageId;
  readonly tiles: ReadonlyMap<number, TileKey>;
}

/** What a stroke is drawn on. */
interface StrokeTarget {
  readonly image: Image;
  readonly corner: Point; // of the image, on the canvas
  readonly selection: Selection; // nothing outside is painted; null: anything may be
  readonly name: string; // of the gesture, for the undo menu
}

/** Strokes on layers and masks. While one is drawn its tiles exist in the compositor only; at its end they become blobs and the stroke
 * one gesture of the document. The next may begin before that: strokes follow each other in the order they were drawn. */
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
    let { images } = stack;
    for (const { image, tiles } of this.#live) {
      if (images[image]) images = { ...images, [image]: replaced(images[image], tiles) };
    }
    return images === stack.images ? stack : { ...stack, images };
  }

  begin(compositor: StrokeCompositor, target: StrokeTarget, brush: Brush): LayerStroke {
    const { image, corner, selection } = target;
    const within = selection && { ...selection, bounds: moved(selection.bounds, corner) };
    const id = compositor.beginStroke({ ...brush, image: this.#shown(image), within });
    this.#live = [...this.#live, { id, image: image.id, tiles: new Map() }];
    let last: StrokePoint | undefined;
    let changes = 0;
    return {
      line: (points) => {
        const own = points.map((point) => moved(point, corner));
        const line = last ? [last, ...own] : own;
        last = own.at(-1);
        compositor.extendStroke(id, line);
        this.#touch(id, image, line, changes++);
      },
      end: () => {
        this.#finishing = this.#finishing.then(() => this.#finish(id, compositor, target));
      },
      cancel: () => this.#forget(id, compositor),
    };
  }

  /** An image as it is seen, other strokes on it included. */
  #shown(image: Image): TiledImage {
    const strokes = this.#live.filter((stroke) => stroke.image === image.id);
    return strokes.reduce<TiledImage>((shown, { tiles }) => replaced(shown, tiles), image);
  }

  /** Gives the tiles under a line other names, so that they are drawn anew. */
  #touch(id: number, { extent }: Image, line: readonly StrokePoint[], change: number): void {
    const indices = line.flatMap((point, i) => tilesIn(extent, lineBounds(line[Math.max(0, i - 1)]!, point)));
    const keys = new Map(indices.map((index) => [index, strokeKey(id, index, change)]));
    this.#live = this.#live.map((stroke) =>
      stroke.id === id ? { ...stroke, tiles: new Map([...stroke.tiles, ...keys]) } : stroke,
    );
  }

  async #finish(id: number, compositor: StrokeCompositor, { image, name }: StrokeTarget): Promise<void> {
    await this.#problems.attempt(async () => {
      const shown = this.#live.find((stroke) => stroke.id === id)?.tiles;
      const tiles = await compositor.ask('stroke', { id });
      const { blobs } = this.#engine.require();
      const stored = tiles.map(async ([index, bytes]): Promise<[number, BlobId | null]> => {
        const blob = bytes && (await blobs.put(bytes));
        const key = shown?.get(index);
        if (blob && key) compositor.copy(key, blob);
        return [index, blob];
      });
      const changes = new Map(await Promise.all(stored));
      const isThere = this.#document.isOpen && this.#document.store.get(image.id);
      if (isThere && changes.size > 0) this.#document.act(name, (store) => replaceTiles(store, image.id, changes));
    });
    this.#forget(id, compositor);
  }

  #forget(id: number, compositor: StrokeCompositor): void {
    this.#live = this.#live.filter((stroke) => stroke.id !== id);
    this.#ended.push(id);
    if (this.#live.length > 0) return;
    for (const ended of this.#ended) compositor.endStroke(ended);
    this.#ended = [];
  }
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
