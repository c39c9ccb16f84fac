import type { Extent } from '#common/geometry.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { Samples } from '#common/raster/raster.ts';
import type { TiledImage, TileKey } from './layer-stack.ts';

// Tiles of an image that has become larger than its tiles are: those at its old edge go on, new ones have no pixels yet. Their names say
// how they are made, so that equal ones have one name and nobody makes any before it is seen.

/** A tile as it lies in the upper left corner of a larger one. */
export interface GrownTile extends Pick<TiledImage, 'channels' | 'depth'> {
  readonly key: TileKey | null; // null: all samples are 0
  readonly from: Extent; // of what is there; 0 × 0: nothing
  readonly to: Extent;
  readonly fill: number; // every sample beyond
}

const prefix = 'grown';

export const grownKey = ({ key, from, to, fill, channels, depth }: GrownTile): TileKey =>
  [prefix, channels, depth, fill, from.width, from.height, to.width, to.height, key ?? ''].join(':');

export const isGrownKey = (key: TileKey): boolean => key.startsWith(`${prefix}:`);

/** @param key of `grownKey` */
export function readGrownKey(key: TileKey): GrownTile {
  const parts = key.split(':');
  const [channels, depth, fill, width, height, toWidth, toHeight] = parts.slice(1, 8).map(Number);
  return {
    ...{ channels: channels as GrownTile['channels'], depth: depth as GrownTile['depth'], fill: fill! },
    ...{ from: { width: width!, height: height! }, to: { width: toWidth!, height: toHeight! } },
    key: parts.slice(8).join(':') || null,
  };
}

/** The pixels that a key of `grownKey` names. @param get those of the tile that has grown */
export async function grownTile(key: TileKey, get: (key: TileKey) => Promise<Samples>): Promise<Samples> {
  const { channels, depth, fill, from, to, key: inner } = readGrownKey(key);
  const into = newSamples(depth, to.width * to.height * channels).fill(fill);
  const samples = inner === null ? newSamples(depth, from.width * from.height * channels) : await get(inner);
  for (let row = 0; row < from.height; row++) {
    const start = row * from.width * channels;
    into.set(samples.subarray(start, start + from.width * channels), row * to.width * channels);
  }
  return into;
}
