import { headDim, imageTokens, totalPositions } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** Cosines and sines by position and pair. */
export interface RopeTable {
  readonly positions: number;
  readonly pairs: number; // adjacent pairs of dims in a head
  /** [positions, pairs] */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Rotary angles of every sequence position (editar.md 4.1). The first half of a head's pairs turns with the row, the second
 * with the column; the condition image fills the top-left quadrant of a grid twice as wide and the output the
 * bottom-right one. Text rows are zero in both tables: queries and keys of text vanish there, which is not the identity. */
export function ropeTable(config: TransformerConfig): RopeTable {
  const positions = totalPositions(config);
  const pairs = headDim(config) / 2;
  const cos = new Float32Array(positions * pairs);
  const sin = new Float32Array(positions * pairs);
  const firstOutput = imageTokens(config) + config.textTokens;
  for (let cell = 0; cell < imageTokens(config); cell++) {
    const row = Math.floor(cell / config.grid);
    const column = cell % config.grid;
    fillPosition(cell, row, column);
    fillPosition(firstOutput + cell, config.grid + row, config.grid + column);
  }
  return { positions, pairs, cos, sin };

  function fillPosition(position: number, row: number, column: number): void {
    const half = pairs / 2;
    for (let pair = 0; pair < pairs; pair++) {
      const frequency = config.ropeBase ** (-(pair % half) / half);
      const angle = (pair < half ? row : column) * frequency;
      cos[position * pairs + pair] = Math.cos(angle);
      sin[position * pairs + pair] = Math.sin(angle);
    }
  }
}
