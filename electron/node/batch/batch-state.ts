import { zBatchItem } from '#common/contract/batch.ts';
import type { Counts, ItemReport } from '#common/contract/batch.ts';
import { assertNever } from '#common/assert.ts';
import type { JournalEntry } from './journal.ts';

type Entry<K extends JournalEntry['entry']> = Extract<JournalEntry, { entry: K }>;
type Run = Entry<'started'>;

/** What a journal tells. Entries are applied one by one, while reading and while running alike, so both see the same. */
export class BatchState {
  #run: Run | undefined;
  #isEnded = false;
  readonly #items = new Map<number, ItemReport>();
  #counts = noneCounted(); // of the items, kept since they are asked for with every cell
  readonly #writing = new Map<number, Entry<'writing'>>(); // begun and not known to be finished
  readonly #made = new Map<string, readonly string[]>(); // `input key` → outputs, of all runs
  readonly #owners = new Map<string, string>(); // output → `input key` of who wrote it last
  readonly #madeInputs = new Set<string>();

  static of(entries: readonly JournalEntry[]): BatchState {
    const state = new BatchState();
    for (const entry of entries) state.apply(entry);
    return state;
  }

  /** The last run, or undefined before the first. */
  get run(): Run | undefined {
    return this.#run;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Of the last run, in their order. */
  get items(): readonly ItemReport[] {
    return [...this.#items.values()];
  }

  item(index: number): ItemReport {
    const found = this.#items.get(index);
    if (!found) throw new Error(`there is no item ${index}`);
    return found;
  }

  /** What was about to be written of an item when nothing more was noted. */
  writingOf(index: number): Entry<'writing'> | undefined {
    return this.#writing.get(index);
  }

  /** What was made of an input by the same work, in any run, and not written over since. */
  madeOf(input: string, key: string): readonly string[] | undefined {
    const work = `${input} ${key}`;
    const outputs = this.#made.get(work);
    return outputs?.every((path) => this.#owners.get(path) === work) ? outputs : undefined;
  }

  /** Whether anything was ever made of an input. */
  hasMadeOf(input: string): boolean {
    return this.#madeInputs.has(input);
  }

  /** Everything that was ever made here: results are no inputs. */
  get outputs(): ReadonlySet<string> {
    return new Set(this.#owners.keys());
  }

  get counts(): Counts {
    const { done, skipped, failed } = this.#counts;
    return { in: this.#items.size, done, skipped, failed };
  }

  apply(entry: JournalEntry): void {
    switch (entry.entry) {
      case 'started':
        this.#run = entry;
        this.#isEnded = false;
        this.#items.clear();
        this.#counts = noneCounted();
        this.#writing.clear();
        return;
      case 'item':
        this.#set({ ...zBatchItem.parse(entry), state: 'waiting', attempts: 0 });
        this.#isEnded = false;
        return;
      case 'writing':
        this.#writing.set(entry.index, entry);
        return;
      case 'done':
        return this.#done(entry);
      case 'skipped':
        return this.#change(entry.index, { state: 'skipped', reason: entry.reason });
      case 'failed': {
        const { failure, isLast, index } = entry;
        const attempts = this.item(index).attempts + 1;
        return this.#change(index, { state: isLast ? 'failed' : 'waiting', failure, attempts });
      }
      case 'again':
        this.#isEnded = false;
        return this.#change(entry.index, { ...unmade, seed: entry.seed });
      case 'accepted':
        return this.#change(entry.index, { accepted: entry.accepted, picked: entry.variant });
      case 'ended':
        this.#isEnded = true;
        return;
      default:
        assertNever(entry);
    }
  }

  #done(entry: Entry<'done'>): void {
    const { index, key, outputs, width, height, tokens, device, ms, notices } = entry;
    const { input, attempts } = this.item(index);
    const work = `${input} ${key}`;
    this.#made.set(work, outputs);
    for (const path of outputs) this.#owners.set(path, work);
    this.#madeInputs.add(input);
    this.#writing.delete(index);
    const result = { outputs, width, height, tokens, device, ms, notices };
    this.#change(index, { ...result, state: 'done', attempts: attempts + 1, failure: undefined });
  }

  #change(index: number, change: Partial<ItemReport>): void {
    this.#set({ ...this.item(index), ...change });
  }

  #set(item: ItemReport): void {
    const before = this.#items.get(item.index);
    if (before) this.#counts[before.state]--;
    this.#counts[item.state]++;
    this.#items.set(item.index, item);
  }
}

const noneCounted = (): Record<ItemReport['state'], number> => ({
  ...{ waiting: 0, running: 0, done: 0, skipped: 0, failed: 0 },
});

/** What is forgotten of an item that is made again. */
const unmade: Partial<ItemReport> = {
  ...{ state: 'waiting', attempts: 0, outputs: undefined, reason: undefined, failure: undefined, notices: undefined },
  ...{ accepted: undefined, picked: undefined, width: undefined, height: undefined, tokens: undefined, ms: undefined },
  device: undefined,
};
