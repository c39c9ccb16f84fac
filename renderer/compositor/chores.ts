const longestMs = 4; // without letting messages in; unpacking one tile takes about as long
const pauses = 4; // each lets one message in, and a stroke begins with as many

/** Short pieces of work that wait for each other, such as tiles to unpack. Whatever was added last is done first: what a person does now
 * asks later than what was fetched in advance. */
export class Chores {
  readonly #pause: () => Promise<void>;
  readonly #left: (() => void)[] = [];
  #isBusy = false;

  /** @param pause lets messages in */
  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  /** @param chore never throws */
  add(chore: () => void): void {
    this.#left.push(chore);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    await this.#pause();
    let begun = performance.now();
    for (let chore = this.#left.pop(); chore; chore = this.#left.pop()) {
      chore();
      if (performance.now() - begun < longestMs) continue;
      for (let i = 0; i < pauses; i++) await this.#pause();
      begun = performance.now();
    }
    this.#isBusy = false;
  }
}
