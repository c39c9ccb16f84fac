import { isBlankTile } from '../document/tile-codec.ts';
import type { TilePixels } from '../document/tile-codec.ts';
import { tileBounds, tileCount } from '../document/tiles.ts';
import type { Bounds } from '../geometry.ts';
import { channelsOf } from './condition-map.ts';
import type { ConditionMap, MapKind } from './condition-map.ts';

// A document keeps a map as an image in tiles. Edges and depth are its one channel. Classes are RGBA, because images know no RGB:
// black, which is unlabelled, is transparent, so that the picture below shows there.

/** Channels of the image that holds a map. */
export const imageChannelsOf = (kind: MapKind): 1 | 4 => (kind === 'segmentation' ? 4 : 1);

/** A tile of a map as the document keeps it; null where all samples are 0. @param index row by row */
export function tileOfMap(map: ConditionMap, index: number): TilePixels | null {
  const bounds = tileBounds(map, index);
  const { width, height } = bounds;
  const channels = imageChannelsOf(map.kind);
  const data = new Uint8Array(width * height * channels);
  eachRow(map, bounds, (from, row) => {
    if (channels === 1) data.set(map.data.subarray(from, from + width), row * width);
    else for (let x = 0; x < width; x++) putClass(data, (row * width + x) * 4, map.data, from + x * 3);
  });
  const tile: TilePixels = { width, height, channels, depth: 8, data };
  return isBlankTile(tile) ? null : tile;
}

function putClass(to: Uint8Array, at: number, from: Uint8Array, i: number): void {
  const [red, green, blue] = [from[i]!, from[i + 1]!, from[i + 2]!];
  if (red === 0 && green === 0 && blue === 0) return;
  [to[at], to[at + 1], to[at + 2], to[at + 3]] = [red, green, blue, 255];
}

/** Puts a tile of the document back into a map. @param tile null: all of it is 0 */
export function putTile(map: ConditionMap, index: number, tile: Pick<TilePixels, 'data'> | null): void {
  const bounds = tileBounds(map, index);
  const channels = channelsOf(map.kind);
  eachRow(map, bounds, (from, row) => {
    const start = row * bounds.width;
    if (!tile) map.data.fill(0, from, from + bounds.width * channels);
    else if (channels === 1) map.data.set(tile.data.subarray(start, start + bounds.width), from);
    else
      for (let x = 0; x < bounds.width; x++)
        for (let c = 0; c < 3; c++) map.data[from + x * 3 + c] = tile.data[(start + x) * 4 + c]!;
  });
}

/** Indices of the tiles in which two maps of the same kind and size differ. */
export function changedTiles(before: ConditionMap, after: ConditionMap): number[] {
  const length = channelsOf(before.kind);
  const isChanged = (index: number): boolean => {
    const bounds = tileBounds(before, index);
    let isSame = true;
    eachRow(before, bounds, (from) => {
      for (let i = from; isSame && i < from + bounds.width * length; i++) isSame = before.data[i] === after.data[i];
    });
    return !isSame;
  };
  return Array.from({ length: tileCount(before) }, (_, index) => index).filter(isChanged);
}

/** @param visit told where the row's samples begin in the map, and which row of the part it is */
function eachRow(map: ConditionMap, part: Bounds, visit: (from: number, row: number) => void): void {
  const channels = channelsOf(map.kind);
  for (let row = 0; row < part.height; row++) visit(((part.y + row) * map.width + part.x) * channels, row);
}
