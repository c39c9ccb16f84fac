import { boundsOf, intersect } from '../geometry.ts';
import type { Bounds, Extent } from '../geometry.ts';

/** Pixels along one side of a tile. Those at the right and lower edge of a picture are cut off there. */
export const tileSize = 256;

export const tileColumns = ({ width }: Pick<Extent, 'width'>): number => Math.ceil(width / tileSize);

export const tileCount = (extent: Extent): number => tileColumns(extent) * Math.ceil(extent.height / tileSize);

/** What a tile covers of its picture. @param index row by row */
export function tileBounds(extent: Extent, index: number): Bounds {
  const columns = tileColumns(extent);
  const [x, y] = [(index % columns) * tileSize, Math.floor(index / columns) * tileSize];
  return { x, y, width: Math.min(tileSize, extent.width - x), height: Math.min(tileSize, extent.height - y) };
}

/** Indices of the tiles that a part of the picture lies on, ascending. */
export function tilesIn(extent: Extent, part: Bounds): number[] {
  const { x, y, width, height } = intersect(part, boundsOf(extent));
  if (width === 0 || height === 0) return [];
  const columns = tileColumns(extent);
  const indices: number[] = [];
  for (let row = Math.floor(y / tileSize); row * tileSize < y + height; row++) {
    for (let column = Math.floor(x / tileSize); column * tileSize < x + width; column++) {
      indices.push(row * columns + column);
    }
  }
  return indices;
}

/** A copy of an image's list of tiles with some replaced. @param changes by index */
export function withTiles<T>(tiles: readonly T[], changes: ReadonlyMap<number, T>): T[] {
  const changed = [...tiles];
  for (const [index, tile] of changes) {
    if (!(index in changed)) throw new RangeError(`there is no tile ${index} among ${tiles.length}`);
    changed[index] = tile;
  }
  return changed;
}
