import { intersect } from '#common/geometry.ts';
import type { Bounds, Extent } from '#common/geometry.ts';

/** Pixels along one side of a tile. Tiles at the right and lower edge end with the picture. */
export const tileSize = 256;

/** Where a tile lies: column and row of the grid over the picture made 2^level times smaller. */
export interface TileAt {
  readonly level: number; // 0: full size
  readonly column: number;
  readonly row: number;
}

export const tileName = ({ level, column, row }: TileAt): string => `${level}/${column}/${row}`;

/** Size of a picture at a level; parts of a pixel count as one. */
export const extentAt = ({ width, height }: Extent, level: number): Extent => ({
  width: Math.ceil(width / 2 ** level),
  height: Math.ceil(height / 2 ** level),
});

/** The level at which a whole picture is a single tile. */
export function topLevel({ width, height }: Extent): number {
  return Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / tileSize)));
}

/** What a tile covers, in pixels of its own level. */
export function tileBounds(extent: Extent, { level, column, row }: TileAt): Bounds {
  const [x, y] = [column * tileSize, row * tileSize];
  return intersect({ x, y, width: tileSize, height: tileSize }, { x: 0, y: 0, ...extentAt(extent, level) });
}

/** The tiles of a level that a part of the picture lies on, row by row. @param part in pixels of level 0 */
export function tilesIn(extent: Extent, part: Bounds, level = 0): TileAt[] {
  const { x, y, width, height } = intersect(part, { x: 0, y: 0, ...extent });
  if (width === 0 || height === 0) return [];
  const span = tileSize * 2 ** level;
  const tiles: TileAt[] = [];
  for (let row = Math.floor(y / span); row * span < y + height; row++) {
    for (let column = Math.floor(x / span); column * span < x + width; column++) tiles.push({ level, column, row });
  }
  return tiles;
}

/** The four tiles of the next finer level that a tile is made of; some may lie beyond the picture. */
export const childrenOf = ({ level, column, row }: TileAt): TileAt[] =>
  [0, 1, 2, 3].map((i) => ({ level: level - 1, column: 2 * column + (i % 2), row: 2 * row + (i >> 1) }));
