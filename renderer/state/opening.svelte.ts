/** What is being opened at the moment. Of several things that are asked for one after the other, the last counts. */
export class Opening {
  /** As the person knows it; undefined: nothing is being opened. */
  name = $state<string>();
  #turn = 0;

  /** @param open is told whether it is still the last that was asked for; what it throws when it is not concerns nobody any more */
  async follow(name: string, open: (isLast: () => boolean) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    const isLast = (): boolean => turn === this.#turn;
    this.name = name;
    try {
      await open(isLast);
    } catch (error) {
      if (isLast()) throw error;
    } finally {
      if (isLast()) this.name = undefined;
    }
  }

  /** Leaves what is open as it is. */
  giveUp(): void {
    this.#turn++;
    this.name = undefined;
  }
}
