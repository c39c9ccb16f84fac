import { cutTile, encodeTile, isBlankTile } from '#common/document/tile-codec.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import { tileBounds } from '#common/document/tiles.ts';
import { intersect, isEmpty } from '#common/geometry.ts';
import type { Bounds } from '#common/geometry.ts';
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

/** A tile that is finished, as the bytes of its blob; null: all samples are 0. Tiles of one colour can have the same bytes, as one object. */
export type FinishedTile = readonly [index: number, bytes: Uint8Array | null];

/** How a stroke is to end. */
export interface StrokeEnd {
  readonly held?: Bounds; // what is there already, px of the image; left out: all of it
  readonly grows: boolean; // whether what is painted beyond is kept
}

/** What a stroke left behind. */
export interface FinishedStroke {
  readonly tiles: readonly FinishedTile[]; // whole if something beyond is kept, else cut off at the edges of what was there
  readonly beyond: readonly number[]; // tiles that hold something beyond, which is kept
}

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
  async finish(id: number, { held, grows }: StrokeEnd, pause: () => Promise<void>): Promise<FinishedStroke> {
    const stroke = this.#require(id);
    const { touched } = stroke.cover;
    const beyond = grows && held ? touched.filter((index) => paintsBeyond(stroke, index, held)) : [];
    const tiles: FinishedTile[] = [];
    const plain = new Map<string, Uint8Array>();
    for (const index of touched) {
      const tile = await this.#finished(stroke, index, beyond.length > 0 ? undefined : held);
      if (tile) tiles.push([index, isBlankTile(tile) ? null : encoded(tile, plain)]);
      await pause();
    }
    return { tiles, beyond };
  }

  /** @param within what is kept of it; left out: all. @returns undefined where nothing is kept */
  async #finished(stroke: Stroke, index: number, within: Bounds | undefined): Promise<TilePixels | undefined> {
    const { extent, channels, depth } = stroke.plan.image;
    const bounds = tileBounds(extent, index);
    const kept = within ? intersect(bounds, within) : bounds;
    if (isEmpty(kept)) return undefined;
    const data = await this.#painted(stroke, index);
    const { width, height } = bounds;
    if (kept.width === width && kept.height === height) return { width, height, channels, depth, data };
    return cutTile({ channels, depth, data, stride: width }, { ...kept, x: kept.x - bounds.x, y: kept.y - bounds.y });
  }

  async #painted({ plan, cover }: Stroke, index: number): Promise<Samples> {
    const { image } = plan;
    const key = image.tiles[index] ?? null;
    const { width, height } = tileBounds(image.extent, index);
    const before = key === null ? newSamples(image.depth, width * height * image.channels) : await this.#store.get(key);
    const covered = cover.tile(index);
    return covered ? paintedTile(before, covered, plan) : before;
  }

  #require(id: number): Stroke {
    const stroke = this.#strokes.get(id);
    if (!stroke) throw new Error(`there is no stroke ${id}`);
    return stroke;
  }
}

/** @param plain bytes of tiles of one colour: all tiles of a fill are alike, and packed once */
function encoded(tile: TilePixels, plain: Map<string, Uint8Array>): Uint8Array {
  const { width, height, channels, data } = tile;
  if (!isOneColour(data, channels)) return encodeTile(tile);
  const name = [width, height, ...data.subarray(0, channels)].join(' ');
  const bytes = plain.get(name) ?? encodeTile(tile);
  plain.set(name, bytes);
  return bytes;
}

function isOneColour(samples: Samples, channels: number): boolean {
  let i = channels;
  while (i < samples.length && samples[i] === samples[i - channels]) i++;
  return i >= samples.length;
}

/** Whether a stroke covers pixels of a tile that lie beyond a part of its image. */
function paintsBeyond({ plan, cover }: Stroke, index: number, held: Bounds): boolean {
  const bounds = tileBounds(plan.image.extent, index);
  const inside = intersect(bounds, held);
  if (inside.width === bounds.width && inside.height === bounds.height) return false;
  const [left, right] = [inside.x - bounds.x, inside.x - bounds.x + inside.width];
  const [top, bottom] = [inside.y - bounds.y, inside.y - bounds.y + inside.height];
  return (cover.tile(index)?.strengths ?? new Uint8Array()).some((strength, i) => {
    if (strength === 0) return false;
    const [x, y] = [i % bounds.width, Math.floor(i / bounds.width)];
    return isEmpty(inside) || x < left || x >= right || y < top || y >= bottom;
  });
}
