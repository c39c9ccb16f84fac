import { decodeTile } from '#common/document/tile-codec.ts';
import type { Samples } from '#common/raster/raster.ts';
import type { Chores } from './chores.ts';
import type { TileKey } from './layer-stack.ts';

type Take = (samples: Samples | undefined) => void;

/** Small tiles on their way. What is asked for in one go travels in one message. */
export class SmallLoads {
  readonly #ask: (keys: readonly TileKey[]) => void;
  readonly #chores: Chores;
  readonly #waiting = new Map<TileKey, Take[]>();
  #next: TileKey[] = [];

  /** @param chores in which they are unpacked */
  constructor(ask: (keys: readonly TileKey[]) => void, chores: Chores) {
    this.#ask = ask;
    this.#chores = chores;
  }

  /** Undefined where nobody has the tile smaller. */
  load(key: TileKey): Promise<Samples | undefined> {
    return new Promise((resolve) => {
      const others = this.#waiting.get(key);
      if (others) return void others.push(resolve);
      this.#waiting.set(key, [resolve]);
      if (this.#next.push(key) === 1) queueMicrotask(() => this.#askNext());
    });
  }

  /** @param tiles the bytes of tiles; fewer than keys: the others are not to be had */
  arrive(keys: readonly TileKey[], tiles: readonly Uint8Array[]): void {
    keys.forEach((key, i) => {
      const takers = this.#waiting.get(key) ?? [];
      this.#waiting.delete(key);
      this.#chores.add(() => {
        const samples = decoded(tiles[i]);
        for (const take of takers) take(samples);
      });
    });
  }

  #askNext(): void {
    const keys = this.#next;
    this.#next = [];
    this.#ask(keys);
  }
}

/** A small tile that cannot be read is as good as none: the tile itself is read instead, and says what is wrong. */
function decoded(bytes: Uint8Array | undefined): Samples | undefined {
  try {
    return bytes && decodeTile(bytes).data;
  } catch {
    return undefined;
  }
}
