/** Milliseconds of working time, and pictures made by then with the parts of those that were begun. */
interface Point {
  readonly at: number;
  readonly made: number;
}

const fewest = 4; // pictures that are looked at: the latest, so that a machine that becomes slower or faster is noticed
const most = 50;
const perLeft = 1 / 5; // of those left: what is to hold for hours is not told by a minute in which the machine had nothing else to do
const priorPictures = 0.5; // what an earlier batch says counts like so much of a picture at first, and nothing …
const priorUntil = 2; // … once so many were made
const leastMade = 0.1; // of a picture, before anything is said without an earlier batch
const pointEvery = 1 / 64; // of a picture

/** Estimates how long the rest of a batch takes. Parts of pictures count, so the first picture already corrects what an earlier batch on
 * a busier machine said, bit by bit rather than at once. */
export class Eta {
  readonly #expectedMs: number | undefined;
  #points: Point[] = []; // of the window, oldest first
  readonly #begun = new Map<number, number>(); // share that is made, by item
  #made = 0; // pictures, with parts

  /** @param expectedMs for one picture, from earlier batches */
  constructor(expectedMs?: number) {
    this.#expectedMs = expectedMs;
  }

  /** An item is begun. @param at ms of working time */
  begin(at: number): void {
    if (this.#points.length === 0) this.#points.push({ at, made: this.#made });
  }

  /** A part of an item is made. @param share of the whole item, 0 … 1 @param at ms of working time */
  advance(index: number, share: number, at: number): void {
    if (this.#made === 0) this.#points = [{ at, made: share }]; // what comes before the first cell comes only once: opening the model
    this.#add(index, share, at);
  }

  /** An item is made. @param at ms of working time */
  finish(index: number, at: number): void {
    this.#add(index, 1, at);
    this.#begun.delete(index);
  }

  /** An item is made no further; the work on it was work all the same. */
  drop(index: number): void {
    this.#begun.delete(index);
  }

  /** Of the latest pictures. Null while nothing is known. */
  get pictureMs(): number | null {
    return this.#pictureMs(fewest);
  }

  #pictureMs(pictures: number): number | null {
    const from = this.#points.findLast(({ made }) => made <= this.#made - pictures);
    const [first, last] = [from ?? this.#points[0], this.#points.at(-1)];
    const made = first && last ? last.made - first.made : 0;
    const ms = first && last ? last.at - first.at : 0;
    const expectedMs = this.#expectedMs ?? 0;
    const prior = expectedMs > 0 ? priorPictures * Math.max(0, 1 - this.#made / priorUntil) : 0;
    if (made + prior < leastMade) return null;
    if (prior === 0) return ms / made;
    if (made === 0 || ms === 0) return expectedMs;
    // Ten times too slow and ten times too fast are equally wrong, so factors are mixed, not times.
    return Math.exp((made * Math.log(ms / made) + prior * Math.log(expectedMs)) / (made + prior));
  }

  /** @param left items that are not settled, those begun among them */
  etaMs(left: number): number | null {
    const pictureMs = this.#pictureMs(Math.min(Math.max(left * perLeft, fewest), most));
    const begun = [...this.#begun.values()].reduce((sum, share) => sum + share, 0);
    return pictureMs === null ? null : Math.max(0, left - begun) * pictureMs;
  }

  #add(index: number, share: number, at: number): void {
    this.#made += Math.max(0, share - (this.#begun.get(index) ?? 0));
    this.#begun.set(index, share);
    const last = this.#points.at(-1);
    if (last && this.#made - last.made < pointEvery && share < 1) return;
    this.#points.push({ at, made: this.#made });
    while ((this.#points[1]?.made ?? Infinity) <= this.#made - most) this.#points.shift();
  }
}
