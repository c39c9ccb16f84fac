import type { Unsubscribe } from '../rpc/contract.ts';
import { diffOf, isEmptyDiff, updatedRecord } from './diff.ts';
import type { AnyRecord, RecordsDiff } from './diff.ts';
import type { DocumentRecord } from './records.ts';

/** Who changes: the person; undo and redo; the program (a finished job); opening and recovering. */
export type ChangeSource = 'user' | 'history' | 'program' | 'load';

export interface Change<R extends AnyRecord> {
  readonly diff: RecordsDiff<R>; // not empty
  readonly source: ChangeSource;
}

type RecordWith<R extends AnyRecord, Id> = R extends { readonly id: infer Own } ? (Id extends Own ? R : never) : never;

/** Records by id, and word of every change. Records are frozen in meaning: a change puts a new one. */
export class RecordStore<R extends AnyRecord> {
  readonly #records = new Map<string, R>();
  readonly #listeners = new Set<(change: Change<R>) => void>();
  #touched: Map<string, R | undefined> | undefined; // as they were before the transaction under way

  constructor(records: Iterable<R> = []) {
    for (const record of records) this.#records.set(record.id, record);
  }

  get<Id extends R['id']>(id: Id): RecordWith<R, Id> | undefined {
    return this.#records.get(id) as RecordWith<R, Id> | undefined;
  }

  /** @throws Error when there is none: a bug of the caller */
  require<Id extends R['id']>(id: Id): RecordWith<R, Id> {
    const record = this.get(id);
    if (!record) throw new Error(`there is no record ${id}`);
    return record;
  }

  all(): R[] {
    return [...this.#records.values()];
  }

  onChange(listener: (change: Change<R>) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Adds a record, or takes the place of the one with its id. */
  put(record: R): void {
    this.#change(record.id, record);
  }

  /** Gives fields new values. @throws Error when there is no such record */
  update<Id extends R['id']>(id: Id, fields: Partial<Omit<RecordWith<R, Id>, 'id' | 'type'>>): void {
    this.#change(id, { ...this.require(id), ...fields });
  }

  /** @throws Error when there is no such record */
  remove(id: R['id']): void {
    this.require(id);
    this.#change(id, undefined);
  }

  /** Runs `work` as one change: listeners hear of it once, at the end. When it throws, nothing has changed. Inside another
   * transaction it is a part of that one. */
  transact<T>(source: ChangeSource, work: () => T): T {
    if (this.#touched) return work();
    const before = new Map<string, R | undefined>();
    this.#touched = before;
    try {
      return work();
    } catch (error) {
      for (const [id, record] of before) this.#set(id, record);
      before.clear();
      throw error;
    } finally {
      this.#touched = undefined;
      this.#tell(before, source);
    }
  }

  /** Makes a change that was described before. Updates of records that are gone are left out. */
  apply({ added, updated, removed }: RecordsDiff<R>, source: ChangeSource): void {
    this.transact(source, () => {
      for (const record of Object.values(added)) this.put(record);
      for (const [id, pair] of Object.entries(updated)) {
        const current = this.#records.get(id);
        if (current) this.put(updatedRecord(current, pair));
      }
      for (const id of Object.keys(removed)) if (this.#records.has(id)) this.#change(id, undefined);
    });
  }

  #change(id: string, record: R | undefined): void {
    if (!this.#touched) return this.transact('user', () => this.#change(id, record));
    if (!this.#touched.has(id)) this.#touched.set(id, this.#records.get(id));
    this.#set(id, record);
  }

  #set(id: string, record: R | undefined): void {
    if (record) this.#records.set(id, record);
    else this.#records.delete(id);
  }

  #tell(before: ReadonlyMap<string, R | undefined>, source: ChangeSource): void {
    const diff = diffOf([...before].map(([id, record]) => [record, this.#records.get(id)] as const));
    if (!isEmptyDiff(diff)) for (const listener of [...this.#listeners]) listener({ diff, source });
  }
}

/** The records of one document. */
export class DocumentStore extends RecordStore<DocumentRecord> {}
