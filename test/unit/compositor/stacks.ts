import type { Samples } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { crop } from '#common/raster/raster.ts';
import { tileBounds, tilesIn } from '../../../renderer/compositor/tile-grid.ts';
import type { LayerStack, StackLayer, TiledImage } from '../../../renderer/compositor/layer-stack.ts';

/** Pictures cut into tiles, and a loader that knows them. */
export class TileShelf {
  readonly tiles = new Map<string, Samples>();
  readonly loaded: string[] = [];
  #next = 0;

  /** @param raster of 1 or 4 channels */
  cut(raster: Raster): TiledImage {
    const { width, height, depth } = raster;
    const extent = { width, height };
    const tiles = tilesIn(extent, { x: 0, y: 0, ...extent }).map((at) =>
      this.add(crop(raster, tileBounds(extent, at)).data),
    );
    return { extent, channels: raster.channels as 1 | 4, depth, tiles };
  }

  /** @returns its key; null for one of zeros, as documents have it */
  add(samples: Samples): string | null {
    if (samples.every((value) => value === 0)) return null;
    const key = `tile ${this.#next++}`;
    this.tiles.set(key, samples);
    return key;
  }

  load = (key: string): Promise<Samples> => {
    this.loaded.push(key);
    const samples = this.tiles.get(key);
    return samples ? Promise.resolve(samples) : Promise.reject(new Error(`no ${key}`));
  };
}

export const layerOf = (id: string, look: Partial<StackLayer> = {}): StackLayer => ({
  ...{ id, image: id, mask: null, offset: { x: 0, y: 0 }, opacity: 1, blend: 'normal' },
  ...look,
});

export const stackOf = (
  extent: { width: number; height: number },
  layers: readonly StackLayer[],
  images: Record<string, TiledImage>,
  depth: 8 | 16 = 8,
): LayerStack => ({ extent, depth, layers, images });
