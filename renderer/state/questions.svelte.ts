/** Something that is asked before it is done. */
export interface Question {
  readonly title: string; // what is asked
  readonly text: string; // what would happen, what is kept
  readonly yes: string; // what the suggested button does, as a verb
  readonly other?: string; // another way on
  readonly isDanger?: boolean; // yes destroys something
}

export type Answer = 'yes' | 'other' | 'cancel';

/** Asks one question after another. */
export class Questions {
  current = $state.raw<Question>();
  #answer: (answer: Answer) => void = () => undefined;
  #asked: Promise<unknown> = Promise.resolve();

  /** Waits for the answer; closing the question is `cancel`. */
  ask(question: Question): Promise<Answer> {
    const answered = this.#asked.then(
      () =>
        new Promise<Answer>((resolve) => {
          this.#answer = resolve;
          this.current = question;
        }),
    );
    this.#asked = answered;
    return answered;
  }

  answer(answer: Answer): void {
    this.current = undefined;
    this.#answer(answer);
  }
}
