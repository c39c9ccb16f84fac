import type { CommandHandler } from './commands.svelte.ts';
import { t } from '../i18n/i18n.svelte.ts';

/** What work that takes long hears and tells. */
export interface WorkSteps {
  readonly signal: AbortSignal; // the person gives it up
  readonly onShare: (share: number) => void; // of it that is done, 0 to 1
}

/** One long piece of work after the other. */
export const whenFree = (work: LongWork, handler: CommandHandler): CommandHandler => ({
  ...handler,
  whyNot: () => (work.isBusy ? t('layers.stillBusy') : undefined),
});

/** Work a person waits for and may give up: shown over the picture, one at a time. */
export class LongWork {
  /** What is being done, in words; undefined: nothing. */
  title = $state<string>();
  share = $state(0);
  #end: AbortController | undefined;

  get isBusy(): boolean {
    return this.title !== undefined;
  }

  /** @throws what the work throws, such as the signal's reason */
  async run<T>(title: string, work: (steps: WorkSteps) => Promise<T>): Promise<T> {
    if (this.isBusy) throw new Error(t('layers.stillBusy'));
    this.#end = new AbortController();
    [this.title, this.share] = [title, 0];
    try {
      return await work({ signal: this.#end.signal, onShare: (share) => (this.share = share) });
    } finally {
      this.title = this.#end = undefined;
    }
  }

  giveUp(): void {
    this.#end?.abort();
  }
}
