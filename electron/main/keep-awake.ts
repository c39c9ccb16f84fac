import { powerSaveBlocker } from 'electron';

/** Keeps the machine from falling asleep while there is work that nobody watches. Its screen may go dark. */
export class KeepAwake {
  #blocker: number | undefined;

  set(isBusy: boolean): void {
    if (isBusy) this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = undefined;
    }
  }
}
