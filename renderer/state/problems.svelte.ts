import { describeHostError } from '#common/contract/host-errors.ts';
import { errorToWire } from '#common/contract/errors.ts';

/** Something that went wrong, in words for the person. */
export interface Problem {
  readonly id: number;
  readonly code: string;
  readonly text: string;
}

/** What went wrong and has not been dismissed. */
export class Problems {
  list = $state<readonly Problem[]>([]);
  #nextId = 0;

  /** The one place that turns whatever was thrown into something to show. Cancelling is nobody's problem. */
  report(thrown: unknown): void {
    const { code, message } = errorToWire(thrown);
    if (code === 'cancelled') return;
    const known = describeHostError(code);
    const text = known ? [known.sentence, known.kept, known.action].filter(Boolean).join(' ') : message;
    this.show(code, text);
  }

  /** The same problem is shown once, however often it comes. */
  show(code: string, text: string): void {
    const others = this.list.filter((problem) => problem.text !== text);
    this.list = [...others, { id: this.#nextId++, code, text }].slice(-3);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((problem) => problem.id !== id);
  }

  clear(): void {
    this.list = [];
  }

  /** Runs what a person asked for and shows its failure, so that none is lost. */
  async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.report(error);
    }
  }
}
