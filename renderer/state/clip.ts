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

  /** Something is about to be copied. @returns to be kept with */
  begin(): number {
    return ++this.#turn;
  }

  /** What was copied since is newer, whichever came first. */
  keep(clip: Clip, turn: number): void {
    if (turn === this.#turn) this.#clip = clip;
  }

  /** Something else may be in the system's clipboard now. */
  outdate(): void {
    this.#turn++;
    this.#clip = undefined;
  }

  /** What was copied from this document and is still what would be pasted. */
  of(store: DocumentStore): Clip | undefined {
    return this.#clip?.store === store ? this.#clip : undefined;
  }
}
