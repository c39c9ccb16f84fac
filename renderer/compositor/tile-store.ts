import type { Samples } from '#common/raster/raster.ts';
import type { TileKey } from './layer-stack.ts';
import type { Cell, SampleBudget } from './sample-budget.ts';

/** Fetches and decodes the pixels of a tile. */
export type LoadTile = (key: TileKey) => Promise<Samples>;

/** Decoded tiles by name, loaded when they are needed. */
export class TileStore {
  readonly #load: LoadTile;
  readonly #budget: SampleBudget;
  readonly #cells = new Map<TileKey, Cell>();
  readonly #loading = new Map<TileKey, Promise<Samples>>();
  readonly #pinned = new Map<TileKey, Samples>(); // there is nowhere to load these from

  constructor(load: LoadTile, budget: SampleBudget) {
    this.#load = load;
    this.#budget = budget;
  }

  /** Without waiting: undefined where the tile would have to be loaded. */
  peek(key: TileKey): Samples | undefined {
    return this.#pinned.get(key) ?? this.#budget.use(this.#cells.get(key));
  }

  /** Loads a tile at most once at a time; a failed load is tried again by the next caller. */
  async get(key: TileKey): Promise<Samples> {
    return this.peek(key) ?? (await (this.#loading.get(key) ?? this.#begin(key)));
  }

  /** Forgets a tile. */
  drop(key: TileKey): void {
    const cell = this.#cells.get(key);
    if (cell) this.#budget.drop(cell);
    this.#cells.delete(key);
  }

  /** The pixels of one key are those of another too: what was painted has a name of its own from now on. */
  copy(from: TileKey, to: TileKey): void {
    const samples = this.peek(from);
    if (samples) this.#cells.set(to, this.#budget.keep(samples));
  }

  /** Keeps a tile that exists only here, such as one under a brush, until `unpin`. */
  pin(key: TileKey, samples: Samples): void {
    this.#pinned.set(key, samples);
  }

  /** From now on the tile may be dropped, and loaded again where it is needed. */
  unpin(key: TileKey): void {
    const samples = this.#pinned.get(key);
    this.#pinned.delete(key);
    if (samples) this.#cells.set(key, this.#budget.keep(samples));
  }

  #begin(key: TileKey): Promise<Samples> {
    const loading = this.#load(key)
      .then((samples) => {
        this.#cells.set(key, this.#budget.keep(samples));
        return samples;
      })
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }
}
