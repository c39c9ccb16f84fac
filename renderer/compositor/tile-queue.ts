import type { WantedTile } from './protocol.ts';
import { tileName } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';

const atOnce = 3; // while one waits for its pixels, others are blended

/** What a tile is drawn with that is under way. */
interface Drawing {
  readonly revision: number;
}

/** What the queue does, and when it may. */
export interface TileWork {
  draw(at: TileAt): Promise<void>; // never rejects
  /** Makes what a change of a tile would need. Never rejects. */
  prepare(at: TileAt): Promise<void>;
  /** Lets messages in between two tiles. */
  pause(): Promise<void>;
  /** As long as layers must not change before anything is done in advance. */
  rest(): Promise<void>;
}

/** Works through tiles in the order they were asked for, a few at a time, and forgets those that nobody wants any more. A tile that is more
 * urgent than those under way, such as one under a brush, does not wait for them. While layers keep changing nothing is done in advance:
 * it would be out of date at once and be in the way of what is painted. At rest, tiles in sight are prepared first, then others are drawn. */
export class TileQueue {
  readonly #work: TileWork;
  #waiting: WantedTile[] = [];
  #revision = 0;
  #restedSince = -1; // revision after which nothing has changed for a while
  #places = new Map<string, number>(); // in the last request
  readonly #underWay = new Map<string, Drawing>();
  #ready: readonly TileAt[] = []; // tiles that are to be prepared whenever layers have changed
  #unprepared: TileAt[] = [];
  #isPreparing = false;

  constructor(work: TileWork) {
    this.#work = work;
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

  /** Replaces the tiles that are kept prepared. @param tiles the most urgent first */
  keepReady(tiles: readonly TileAt[]): void {
    this.#ready = tiles;
    this.#unprepared = [...tiles];
    this.#begin();
  }

  async #waitForRest(revision: number): Promise<void> {
    await this.#work.rest();
    if (revision !== this.#revision) return;
    this.#restedSince = revision;
    this.#unprepared = [...this.#ready];
    this.#begin();
  }

  #begin(): void {
    while (this.#waiting[0] && this.#hasRoom(this.#waiting[0])) void this.#run(this.#waiting.shift()!);
    if (this.#canPrepare) void this.#prepare(this.#unprepared.shift()!);
  }

  get #canPrepare(): boolean {
    const isAtRest = this.#restedSince === this.#revision && this.#underWay.size === 0;
    return this.#unprepared.length > 0 && !this.#isPreparing && isAtRest;
  }

  async #prepare(at: TileAt): Promise<void> {
    this.#isPreparing = true;
    await this.#work.prepare(at);
    await this.#work.pause();
    this.#isPreparing = false;
    this.#begin();
  }

  /** Whether few enough tiles are under way that are at least as urgent; none for what is drawn in advance. */
  #hasRoom(at: WantedTile): boolean {
    if (at.isAhead && (this.#restedSince !== this.#revision || this.#unprepared.length > 0)) return false;
    const place = this.#places.get(tileName(at))!;
    let busy = 0;
    for (const name of this.#underWay.keys()) if ((this.#places.get(name) ?? Infinity) <= place) busy++;
    return busy < (at.isAhead ? 1 : atOnce);
  }

  async #run(at: TileAt): Promise<void> {
    const name = tileName(at);
    const drawing: Drawing = { revision: this.#revision };
    this.#underWay.set(name, drawing);
    await this.#work.draw(at);
    if (this.#underWay.get(name) === drawing) this.#underWay.delete(name);
    await this.#work.pause();
    this.#begin();
  }
}
