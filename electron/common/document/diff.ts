/** The least a record is: something with an id. Its other fields are replaced, never changed in place. */
export interface AnyRecord {
  readonly id: string;
}

/** A change of a set of records, in whole records. */
export interface RecordsDiff<R extends AnyRecord> {
  readonly added: Readonly<Record<string, R>>;
  readonly updated: Readonly<Record<string, readonly [from: R, to: R]>>;
  readonly removed: Readonly<Record<string, R>>;
}

export const emptyDiff = { added: {}, updated: {}, removed: {} } as const satisfies RecordsDiff<never>;

export const isEmptyDiff = ({ added, updated, removed }: RecordsDiff<AnyRecord>): boolean =>
  [added, updated, removed].every((part) => Object.keys(part).length === 0);

/** The change that takes this one back. */
export function reverseDiff<R extends AnyRecord>({ added, updated, removed }: RecordsDiff<R>): RecordsDiff<R> {
  const reversed = Object.entries(updated).map(([id, [from, to]]) => [id, [to, from]] as const);
  return { added: removed, updated: Object.fromEntries(reversed), removed: added };
}

/** One change that does what `first` and then `second` do. What they undo of each other is in neither part. Where something else
 * changed a record between the two, its fields are not taken for theirs. */
export function squashDiffs<R extends AnyRecord>(first: RecordsDiff<R>, second: RecordsDiff<R>): RecordsDiff<R> {
  const [earlier, later] = [endsOf(first), endsOf(second)];
  const ids = new Set([...earlier.keys(), ...later.keys()]);
  return diffOf([...ids].map((id) => squashEnds(earlier.get(id), later.get(id))));
}

/** A record before and after a change; undefined where there is none. */
type Ends<R> = readonly [before: R | undefined, after: R | undefined];

function squashEnds<R extends AnyRecord>(first: Ends<R> | undefined, second: Ends<R> | undefined): Ends<R> {
  if (!first || !second) return first ?? second ?? [undefined, undefined];
  const [[from, between], [since, to]] = [first, second];
  if (!between || !since) return [from, to];
  if (to) return [from, updatedRecord(between, [since, to])];
  return [from && updatedRecord(since, [between, from]), undefined];
}

function endsOf<R extends AnyRecord>({ added, updated, removed }: RecordsDiff<R>): Map<string, Ends<R>> {
  return new Map<string, Ends<R>>([
    ...Object.entries(updated),
    ...Object.entries(removed).map(([id, record]) => [id, [record, undefined]] as const),
    ...Object.entries(added).map(([id, record]) => [id, [undefined, record]] as const),
  ]);
}

/** The change from one set of records to another. */
export function diffOf<R extends AnyRecord>(ends: Iterable<Ends<R>>): RecordsDiff<R> {
  const diff: Mutable<RecordsDiff<R>> = { added: {}, updated: {}, removed: {} };
  for (const [from, to] of ends) {
    if (from && to) {
      if (changedFields(from, to).length > 0) diff.updated[to.id] = [from, to];
    } else if (to) diff.added[to.id] = to;
    else if (from) diff.removed[from.id] = from;
  }
  return diff;
}

type Mutable<D> = { -readonly [Part in keyof D]: { -readonly [Id in keyof D[Part]]: D[Part][Id] } };

/** Fields whose values differ. Values are compared by identity: whoever changes one makes a new one. */
export function changedFields<R extends AnyRecord>(from: R, to: R): (keyof R)[] {
  const fields = new Set([...Object.keys(from), ...Object.keys(to)]) as Set<keyof R>;
  return [...fields].filter((field) => !Object.is(from[field], to[field]));
}

/** The record after an update. Only fields that the update changes are taken, so that taking back an old change leaves alone what
 * happened to other fields since. */
export function updatedRecord<R extends AnyRecord>(current: R, [from, to]: readonly [R, R]): R {
  const changed = changedFields(from, to).map((field) => [field, to[field]]);
  return { ...current, ...(Object.fromEntries(changed) as Partial<R>) };
}
