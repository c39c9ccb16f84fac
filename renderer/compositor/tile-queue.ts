import { tileName } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';

const atOnce = 3; // while one waits for its pixels, others are blended

/** Works through tiles in the order they were asked for, a few at a time, and forgets those that nobody wants any more. */
export class TileQueue {
  readonly #work: (at: TileAt) => Promise<void>;
  readonly #pause: () => Promise<void>;
  #waiting: TileAt[] = [];
  readonly #underWay = new Set<string>();
  #workers = 0;

  /** @param work never rejects @param pause lets messages in between two tiles */
  constructor(work: (at: TileAt) => Promise<void>, pause: () => Promise<void>) {
    this.#work = work;
    this.#pause = pause;
  }

  /** Replaces what was waiting. Tiles under way are not begun again. */
  request(tiles: readonly TileAt[]): void {
    this.#waiting = tiles.filter((at) => !this.#underWay.has(tileName(at)));
    while (this.#workers < Math.min(atOnce, this.#waiting.length)) void this.#run();
  }

  /** What is under way was begun with things as they were: it may be asked for again. */
  forget(): void {
    this.#underWay.clear();
  }

  async #run(): Promise<void> {
    this.#workers++;
    for (let at = this.#waiting.shift(); at; at = this.#waiting.shift()) {
      const name = tileName(at);
      this.#underWay.add(name);
      await this.#work(at);
      this.#underWay.delete(name);
      await this.#pause();
    }
    this.#workers--;
  }
}
