import { uniformAt } from './rng.ts';
import { drawAt, filterLogits } from './sampler.ts';
import type { SamplingSettings } from './sampler.ts';

/** A model that predicts one picture token after another, for several pictures at once. */
export interface TokenModel {
  readonly pictures: number;
  readonly vocab: number;
  /** Feeds the same number of tokens to every picture, starting at cell `first`.
   * @param tokens [pictures][count] @returns logits of the cell after them, [pictures, vocab] */
  forward(tokens: readonly Int32Array[], first: number, signal?: AbortSignal): Promise<Float32Array>;
}

/** Picks the token of one cell. */
export type PickToken = (logits: Float32Array, picture: number, cell: number) => number;

/** Draws from the filtered distribution with the number that belongs to this seed, picture and cell.
 * @param firstPicture number of the first of the pictures decoded together, among those of the seed */
export const seededPick =
  (settings: SamplingSettings, seed: number, firstPicture = 0): PickToken =>
  (logits, picture, cell) =>
    drawAt(filterLogits(logits, settings), uniformAt(seed, firstPicture + picture, cell));

/** Decodes a grid of cells in raster order. Cells with a locked id take it without asking the model; a run of them, together
 * with the token before it, is fed in one step. */
export class NextTokenRun {
  /** Committed ids, [pictures][cells]; -1 where nothing is decided yet. */
  readonly ids: readonly Int32Array[];
  readonly #model: TokenModel;
  readonly #pick: PickToken;
  readonly #locked: readonly (number | null)[];
  #logits: Float32Array;
  #committed = 0;
  #fed = 0;

  /** @param firstLogits of cell 0, [pictures, vocab] @param locked one entry per cell */
  constructor(model: TokenModel, firstLogits: Float32Array, locked: readonly (number | null)[], pick: PickToken) {
    this.#model = model;
    this.#logits = firstLogits;
    this.#locked = locked;
    this.#pick = pick;
    this.ids = Array.from({ length: model.pictures }, () => new Int32Array(locked.length).fill(-1));
  }

  get cells(): number {
    return this.#locked.length;
  }

  get committed(): number {
    return this.#committed;
  }

  /** Commits the next free cell and the locked ones around it. An aborted step can be taken again. */
  async step(signal?: AbortSignal): Promise<void> {
    if (this.#fed < this.#committed) await this.#feed(signal); // left over from an aborted step
    this.#commitLocked();
    if (this.#committed < this.cells) {
      if (this.#fed < this.#committed) await this.#feed(signal);
      this.#commitPicked();
      this.#commitLocked();
    }
    if (this.#committed < this.cells) await this.#feed(signal);
  }

  #commitLocked(): void {
    for (; this.#committed < this.cells; this.#committed++) {
      const id = this.#locked[this.#committed];
      if (id === null) return;
      for (const ids of this.ids) ids[this.#committed] = id;
    }
  }

  #commitPicked(): void {
    const { vocab } = this.#model;
    const cell = this.#committed;
    this.ids.forEach((ids, picture) => {
      ids[cell] = this.#pick(this.#logits.subarray(picture * vocab, (picture + 1) * vocab), picture, cell);
    });
    this.#committed++;
  }

  async #feed(signal?: AbortSignal): Promise<void> {
    const tokens = this.ids.map((ids) => ids.subarray(this.#fed, this.#committed));
    this.#logits = await this.#model.forward(tokens, this.#fed, signal);
    this.#fed = this.#committed;
  }
}
