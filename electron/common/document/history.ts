import type { Unsubscribe } from '../rpc/contract.ts';
import { emptyDiff, isEmptyDiff, reverseDiff, squashDiffs } from './diff.ts';
import type { AnyRecord, RecordsDiff } from './diff.ts';
import type { RecordStore } from './store.ts';

/** One gesture: all that the person changed from one mark to the next. */
interface Gesture<R extends AnyRecord> {
  readonly mark: Mark;
  readonly name: string;
  readonly diff: RecordsDiff<R>;
}

/** Gestures by their names. */
export interface Steps {
  readonly done: readonly string[];
  readonly undone: readonly string[];
}

/** The place before a gesture. */
export type Mark = symbol;

/** What can be undone and done again: gestures of the person, and nothing else. Other changes (a finished job, opening) pass by
 * without touching the stacks. Belongs to the session; what is kept for good is the version tree. */
export class History<R extends AnyRecord> implements Disposable {
  readonly #store: RecordStore<R>;
  readonly #unsubscribe: Unsubscribe;
  #done: Gesture<R>[] = [];
  #undone: Gesture<R>[] = [];

  constructor(store: RecordStore<R>) {
    this.#store = store;
    this.#unsubscribe = store.onChange(({ diff, source }) => {
      if (source === 'user') this.#record(diff);
    });
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }

  /** Begins a gesture. @param name as menus show it, for example “Brush stroke” */
  mark(name: string): Mark {
    const mark = Symbol(name);
    this.#done.push({ mark, name, diff: emptyDiff });
    return mark;
  }

  /** Names of the gestures that are done, the latest last, and of those that were undone, the next to be done again first. */
  get steps(): Steps {
    const names = (gestures: readonly Gesture<R>[]): string[] => gestures.filter(hasChanges).map(({ name }) => name);
    return { done: names(this.#done), undone: names(this.#undone).reverse() };
  }

  /** Name of the gesture that `undo` takes back; undefined where there is none. */
  get undoName(): string | undefined {
    return this.#done.findLast(hasChanges)?.name;
  }

  /** Name of the gesture that `redo` brings back; undefined where there is none. */
  get redoName(): string | undefined {
    return this.#undone.at(-1)?.name;
  }

  /** Takes the last gesture back as one change. @returns false when there is none */
  undo(): boolean {
    this.#dropEmpty();
    const gesture = this.#done.pop();
    if (!gesture) return false;
    this.#undone.push(gesture);
    this.#store.apply(reverseDiff(gesture.diff), 'history');
    return true;
  }

  /** Brings the last undone gesture back. @returns false when there is none */
  redo(): boolean {
    const gesture = this.#undone.pop();
    if (!gesture) return false;
    this.#dropEmpty();
    this.#done.push(gesture);
    this.#store.apply(gesture.diff, 'history');
    return true;
  }

  /** Undoes or does again until so many gestures are done. */
  goTo(count: number): void {
    const tooMany = this.steps.done.length - count;
    for (let i = 0; i < tooMany; i++) this.undo();
    for (let i = 0; i > tooMany; i--) this.redo();
  }

  /** Takes back everything since the mark, for good: it cannot be done again. A mark that was undone already changes nothing. */
  bailToMark(mark: Mark): void {
    const diff = this.#cutAt(mark);
    if (diff) this.#store.apply(reverseDiff(diff.diff), 'history');
  }

  /** Makes everything since the mark one gesture. */
  squashToMark(mark: Mark): void {
    const gesture = this.#cutAt(mark);
    if (gesture) this.#done.push(gesture);
  }

  /** Forgets everything, as after opening another document. */
  clear(): void {
    this.#done = [];
    this.#undone = [];
  }

  #record(diff: RecordsDiff<R>): void {
    this.#undone = [];
    const last = this.#done.pop() ?? { mark: Symbol('change'), name: '', diff: emptyDiff };
    this.#done.push({ ...last, diff: squashDiffs(last.diff, diff) });
  }

  /** Removes the gestures from the mark on. @returns them as one; undefined when the mark is not there */
  #cutAt(mark: Mark): Gesture<R> | undefined {
    const index = this.#done.findIndex((gesture) => gesture.mark === mark);
    if (index < 0) return undefined;
    const [first, ...rest] = this.#done.splice(index);
    return rest.reduce((sum, { diff }) => ({ ...sum, diff: squashDiffs(sum.diff, diff) }), first!);
  }

  #dropEmpty(): void {
    while (this.#done.length > 0 && !hasChanges(this.#done.at(-1)!)) this.#done.pop();
  }
}

const hasChanges = ({ diff }: Gesture<AnyRecord>): boolean => !isEmptyDiff(diff);
