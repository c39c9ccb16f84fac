import type { Frame } from './frame.ts';
import { FRAME, TILE, TOKEN, type Place } from './scene.ts';

const COLUMNS = FRAME / TOKEN;
export const CELLS = COLUMNS * COLUMNS;

/**
 * How much farther from the truth a cell may be than the tokenizer's own rendering of it, in grey levels (root mean square).
 * Two readings of the same cell by the tokenizer differ by less than 22 (99.9 % by less than 12); a cell of another object or
 * ground differs by 40 and more.
 */
const CELL_TOLERANCE = 24;

/** Per cell: whether the picture is farther from the target than the round trip of the target, by more than the tolerance. */
export function damagedCells(picture: Frame, target: Frame, roundTrip: Frame): boolean[] {
  return Array.from({ length: CELLS }, (_, cell) => {
    return cellError(picture, target, cell) > cellError(roundTrip, target, cell) + CELL_TOLERANCE;
  });
}

/**
 * Per cell: whether the picture is nearer to the bare ground than to the target, although the target's round trip is not. Knows
 * no tolerance, so it also sees what is missing where object and ground are nearly alike, as a dark roof at night.
 */
export function missingCells(picture: Frame, target: Frame, empty: Frame, roundTrip: Frame): boolean[] {
  const isGround = (frame: Frame, cell: number): boolean =>
    cellError(frame, empty, cell) < cellError(frame, target, cell);
  return Array.from({ length: CELLS }, (_, cell) => isGround(picture, cell) && !isGround(roundTrip, cell));
}

/** The cells and their eight neighbours: the decoder lets a changed cell shine into those. */
export function withNeighbours(cells: ArrayLike<number>): boolean[] {
  return Array.from({ length: CELLS }, (_, cell) => {
    const [x, y] = [cell % COLUMNS, Math.floor(cell / COLUMNS)];
    for (let row = Math.max(0, y - 1); row <= Math.min(COLUMNS - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(COLUMNS - 1, x + 1); column++) {
        if (cells[row * COLUMNS + column]) return true;
      }
    }
    return false;
  });
}

/** Those of the cells that lie in the tile at a place; tiles are whole cells and never overlap. */
export function cellsOfTile(cells: ArrayLike<number>, [left, top]: Place): boolean[] {
  return Array.from({ length: CELLS }, (_, cell) => {
    const [x, y] = [(cell % COLUMNS) * TOKEN, Math.floor(cell / COLUMNS) * TOKEN];
    return cells[cell] !== 0 && x >= left && x < left + TILE && y >= top && y < top + TILE;
  });
}

/** Root mean square difference in one cell, grey levels. */
function cellError(a: Frame, b: Frame, cell: number): number {
  const start = (Math.floor(cell / COLUMNS) * FRAME + (cell % COLUMNS)) * TOKEN * 3;
  let sum = 0;
  for (let row = 0; row < TOKEN; row++) {
    for (let i = start + row * FRAME * 3; i < start + (row * FRAME + TOKEN) * 3; i++) {
      const difference = a[i] - b[i];
      sum += difference * difference;
    }
  }
  return Math.sqrt(sum / (TOKEN * TOKEN * 3));
}
