import { encodeTile, isBlankTile } from '#common/document/tile-codec.ts';
import { tileBounds } from '#common/document/tiles.ts';
import type { Mask } from '#common/raster/masks.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { Samples } from '#common/raster/raster.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import { paintedTile, StrokeCover } from '#common/raster/stroke.ts';
import type { Brush } from '#common/raster/stroke.ts';
import type { TiledImage, TileKey } from './layer-stack.ts';
import type { TileStore } from './tile-store.ts';

/** What a stroke is drawn on, and how. */
export interface StrokePlan extends Brush {
  readonly image: TiledImage; // as it is before the stroke
  readonly within: Mask | null; // nothing outside of it is painted; px of the image
}

/** A tile that is finished, as the bytes of its blob; null: all samples are 0. */
export type FinishedTile = readonly [index: number, bytes: Uint8Array | null];

interface Stroke {
  readonly plan: StrokePlan;
  readonly cover: StrokeCover;
  readonly shown: Map<number, TileKey>; // the newest key of each tile that was made
}

const prefix = 'stroke';

/** Names the pixels of a tile under a stroke. @param change counts the lines of the stroke */
export const strokeKey = (stroke: number, index: number, change: number): TileKey =>
  `${prefix}:${stroke}:${index}:${change}`;

export const isStrokeKey = (key: TileKey): boolean => key.startsWith(`${prefix}:`);

/** Strokes under way. Their tiles are made when somebody wants to see them, from what was there before and all lines so far. */
export class Strokes {
  readonly #store: TileStore;
  readonly #strokes = new Map<number, Stroke>();

  constructor(store: TileStore) {
    this.#store = store;
  }

  begin(id: number, plan: StrokePlan): void {
    const cover = new StrokeCover(plan.image.extent, plan.hardness, plan.within);
    this.#strokes.set(id, { plan, cover, shown: new Map() });
  }

  /** @param points px of the image, from where the last call ended */
  extend(id: number, points: readonly StrokePoint[]): void {
    const stroke = this.#strokes.get(id);
    for (let i = 0; stroke && i < points.length; i++) stroke.cover.line(points[Math.max(0, i - 1)]!, points[i]!);
  }

  /** Forgets a stroke that nothing is painted on any more. */
  end(id: number): void {
    const stroke = this.#strokes.get(id);
    for (const key of stroke?.shown.values() ?? []) this.#store.drop(key);
    this.#strokes.delete(id);
  }

  /** The pixels that a key of `strokeKey` names. Those of an older change of the tile are forgotten. */
  async tile(key: TileKey): Promise<Samples> {
    const [, id, at] = key.split(':');
    const index = Number(at);
    const stroke = this.#require(Number(id));
    const samples = await this.#painted(stroke, index);
    const older = stroke.shown.get(index);
    if (older !== undefined && older !== key) this.#store.drop(older);
    stroke.shown.set(index, key);
    return samples;
  }

  /** All tiles the stroke changed. @param pause lets other work in between */
  async finish(id: number, pause: () => Promise<void>): Promise<FinishedTile[]> {
    const stroke = this.#require(id);
    const { extent, channels, depth } = stroke.plan.image;
    const tiles: FinishedTile[] = [];
    for (const index of stroke.cover.touched) {
      const data = await this.#painted(stroke, index);
      const { width, height } = tileBounds(extent, index);
      tiles.push([index, isBlankTile({ data }) ? null : encodeTile({ width, height, channels, depth, data })]);
      await pause();
    }
    return tiles;
  }

  async #painted({ plan, cover }: Stroke, index: number): Promise<Samples> {
    const { image } = plan;
    const key = image.tiles[index] ?? null;
    const { width, height } = tileBounds(image.extent, index);
    const before = key === null ? newSamples(image.depth, width * height * image.channels) : await this.#store.get(key);
    const strengths = cover.tile(index);
    return strengths ? paintedTile(before, strengths, plan) : before;
  }

  #require(id: number): Stroke {
    const stroke = this.#strokes.get(id);
    if (!stroke) throw new Error(`there is no stroke ${id}`);
    return stroke;
  }
}
