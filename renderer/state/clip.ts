import type { NewImage } from '#common/document/layer-commands.ts';
import type { DocumentStore } from '#common/document/store.ts';
import type { Point } from '#common/geometry.ts';

/** Pixels that were copied here, at full depth and in the colours of their document. */
export interface Clip {
  readonly image: NewImage;
  readonly offset: Point; // document space
  readonly store: DocumentStore; // they are of
}

/** What was copied last. The system's clipboard has a picture of it for other programs; as long as nothing else can have been copied since,
 * it is pasted as it was. */
export class ClipState {
  #clip: Clip | undefined;
  #turn = 0;
  #making: Promise<unknown> = Promise.resolve();

  /** Keeps what is being copied when it is there, unless something else is copied meanwhile. */
  take(making: Promise<Clip | undefined>): void {
    const turn = ++this.#turn;
    const keep = (made: Clip | undefined): void => {
      if (made && turn === this.#turn) this.#clip = made;
    };
    this.#making = making.then(keep, () => undefined); // whoever copies hears of a failure
  }

  /** Something else may be in the system's clipboard now. */
  outdate(): void {
    this.#turn++;
    this.#clip = undefined;
  }

  /** What was copied from this document and is still what would be pasted; waits for what is being copied. */
  async of(store: DocumentStore): Promise<Clip | undefined> {
    await this.#making;
    return this.#clip?.store === store ? this.#clip : undefined;
  }
}
