import type { WantedTile } from './protocol.ts';
import { tileName } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';

const atOnce = 3; // while one waits for its pixels, others are blended

/** What a tile is drawn with that is under way. */
interface Drawing {
  readonly revision: number;
}

/** Works through tiles in the order they were asked for, a few at a time, and forgets those that nobody wants any more. A tile that is more
 * urgent than those under way, such as one under a brush, does not wait for them. While layers keep changing nothing is drawn in advance:
 * it would be out of date at once and be in the way of what is painted. */
export class TileQueue {
  readonly #work: (at: TileAt) => Promise<void>;
  readonly #pause: () => Promise<void>;
  readonly #rest: () => Promise<void>;
  #waiting: WantedTile[] = [];
  #revision = 0;
  #restedSince = -1; // revision after which nothing has changed for a while
  #places = new Map<string, number>(); // in the last request
  readonly #underWay = new Map<string, Drawing>();

  /** @param work never rejects @param pause lets messages in between two tiles @param rest as long as layers must not change before
   * anything is drawn in advance */
  constructor(work: (at: TileAt) => Promise<void>, pause: () => Promise<void>, rest: () => Promise<void>) {
    this.#work = work;
    this.#pause = pause;
    this.#rest = rest;
  }

  /** Replaces what was waiting. Tiles under way are not begun again unless they were begun too early to show what is wanted.
   * @param revision of the layers as they are now */
  request(tiles: readonly WantedTile[], revision: number): void {
    if (revision !== this.#revision) void this.#waitForRest(revision);
    this.#revision = revision;
    this.#places = new Map(tiles.map((at, place) => [tileName(at), place]));
    this.#waiting = tiles.filter((at) => (this.#underWay.get(tileName(at))?.revision ?? -1) < at.since);
    this.#begin();
  }

  async #waitForRest(revision: number): Promise<void> {
    await this.#rest();
    if (revision !== this.#revision) return;
    this.#restedSince = revision;
    this.#begin();
  }

  #begin(): void {
    while (this.#waiting[0] && this.#hasRoom(this.#waiting[0])) void this.#run(this.#waiting.shift()!);
  }

  /** Whether few enough tiles are under way that are at least as urgent; none for what is drawn in advance. */
  #hasRoom(at: WantedTile): boolean {
    if (at.isAhead && this.#restedSince !== this.#revision) return false;
    const place = this.#places.get(tileName(at))!;
    let busy = 0;
    for (const name of this.#underWay.keys()) if ((this.#places.get(name) ?? Infinity) <= place) busy++;
    return busy < (at.isAhead ? 1 : atOnce);
  }

  async #run(at: TileAt): Promise<void> {
    const name = tileName(at);
    const drawing: Drawing = { revision: this.#revision };
    this.#underWay.set(name, drawing);
    await this.#work(at);
    if (this.#underWay.get(name) === drawing) this.#underWay.delete(name);
    await this.#pause();
    this.#begin();
  }
}
