import type { Samples } from '#common/raster/raster.ts';

/** A place for pixels that can be made again; it is emptied when memory is needed elsewhere. */
export interface Cell {
  readonly samples: Samples | undefined;
}

interface OpenCell {
  samples: Samples | undefined;
}

/** Keeps pixels up to a number of bytes; those that were not used for longest go first. */
export class SampleBudget {
  readonly #most: number; // bytes
  #used = 0;
  readonly #cells = new Set<OpenCell>(); // least recently used first

  constructor(most: number) {
    this.#most = most;
  }

  get usedBytes(): number {
    return this.#used;
  }

  keep(samples: Samples): Cell {
    const cell: OpenCell = { samples };
    this.#cells.add(cell);
    this.#used += samples.byteLength;
    for (const oldest of this.#cells) {
      if (this.#used <= this.#most || oldest === cell) break;
      this.drop(oldest);
    }
    return cell;
  }

  /** The pixels of a cell, which count as just used. */
  use(cell: Cell | undefined): Samples | undefined {
    if (cell?.samples && this.#cells.delete(cell)) this.#cells.add(cell);
    return cell?.samples;
  }

  drop(cell: Cell): void {
    const open: OpenCell = cell;
    if (!this.#cells.delete(open)) return;
    this.#used -= open.samples?.byteLength ?? 0;
    open.samples = undefined;
  }
}
