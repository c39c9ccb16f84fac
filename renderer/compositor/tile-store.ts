import { smallTile } from '#common/document/small-tile.ts';
import type { TilePixels } from '#common/document/tile-codec.ts';
import type { Samples } from '#common/raster/raster.ts';
import type { TileKey } from './layer-stack.ts';
import type { Cell, SampleBudget } from './sample-budget.ts';

/** Fetches and decodes the pixels of a tile. */
export type LoadTile = (key: TileKey) => Promise<Samples>;

type Shape = Omit<TilePixels, 'data'>;

/** Where small tiles are kept, and who has them without the tile itself. */
export interface SmallSource {
  readonly budget: SampleBudget;
  /** Undefined for a tile nobody has smaller. */
  load(key: TileKey): Promise<Samples | undefined>;
}

/** Decoded tiles by name, loaded when they are needed. */
export class TileStore {
  readonly #load: LoadTile;
  readonly #budget: SampleBudget;
  readonly #small: SmallSource | undefined;
  readonly #cells = new Map<TileKey, Cell>();
  readonly #smallCells = new Map<TileKey, Cell>();
  readonly #loading = new Map<TileKey, Promise<Samples>>();

  /** @param small left out: only whole tiles can be loaded */
  constructor(load: LoadTile, budget: SampleBudget, small?: SmallSource) {
    this.#load = load;
    this.#budget = budget;
    this.#small = small;
  }

  /** Whether `small` can do with less than the whole tile. */
  get hasSmall(): boolean {
    return this.#small !== undefined;
  }

  /** Without waiting: undefined where the tile would have to be loaded. */
  peek(key: TileKey): Samples | undefined {
    return this.#budget.use(this.#cells.get(key));
  }

  /** Loads a tile at most once at a time; a failed load is tried again by the next caller. */
  async get(key: TileKey): Promise<Samples> {
    return this.peek(key) ?? (await (this.#loading.get(key) ?? this.#begin(key)));
  }

  /** A tile four times smaller, as `smallTile` makes it. @param shape of the tile itself */
  async small(key: TileKey, shape: Shape): Promise<Samples> {
    const source = this.#small;
    const known = source?.budget.use(this.#smallCells.get(key));
    if (known) return known;
    const whole = this.peek(key);
    const loaded = whole ? undefined : await source?.load(key);
    const samples = loaded ?? smallTile({ ...shape, data: whole ?? (await this.get(key)) }).data;
    if (source) this.#smallCells.set(key, source.budget.keep(samples));
    return samples;
  }

  /** Forgets a tile. */
  drop(key: TileKey): void {
    forget(this.#cells, key, this.#budget);
    if (this.#small) forget(this.#smallCells, key, this.#small.budget);
  }

  /** The pixels of one key are those of another too: what was painted has a name of its own from now on. */
  copy(from: TileKey, to: TileKey): void {
    const samples = this.peek(from);
    if (samples) this.#cells.set(to, this.#budget.keep(samples));
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

function forget(cells: Map<TileKey, Cell>, key: TileKey, budget: SampleBudget): void {
  const cell = cells.get(key);
  if (cell) budget.drop(cell);
  cells.delete(key);
}
