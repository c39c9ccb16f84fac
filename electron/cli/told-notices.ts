import type { ItemReport } from '#common/contract/batch.ts';
import type { Terminal } from './terminal.ts';

/** Notices of the pictures of a batch. What holds for many of them is told with the first; how many there were, at the end. */
export class ToldNotices {
  readonly #terminal: Pick<Terminal, 'note'>;
  readonly #pictures = new Map<string, number>(); // by notice

  constructor(terminal: Pick<Terminal, 'note'>) {
    this.#terminal = terminal;
  }

  tell({ input, state, notices = [] }: Pick<ItemReport, 'input' | 'state' | 'notices'>): void {
    if (state !== 'done') return;
    for (const notice of notices) {
      const before = this.#pictures.get(notice) ?? 0;
      this.#pictures.set(notice, before + 1);
      if (before === 0) this.#terminal.note(`${input}: ${notice}`);
    }
  }

  end(): void {
    for (const [notice, pictures] of this.#pictures) {
      if (pictures > 1) this.#terminal.note(`${pictures} pictures: ${notice}`);
    }
    this.#pictures.clear();
  }
}
