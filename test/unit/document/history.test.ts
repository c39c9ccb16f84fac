import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEmptyDiff, reverseDiff, squashDiffs } from '#common/document/diff.ts';
import type { RecordsDiff } from '#common/document/diff.ts';
import { History } from '#common/document/history.ts';
import { RecordStore } from '#common/document/store.ts';
import type { Change, ChangeSource } from '#common/document/store.ts';

/** A store of three toys. */
interface Toy {
  readonly id: 'car' | 'ball' | 'bear';
  readonly colour: string;
  readonly size: number;
}
const toyIds = ['car', 'ball', 'bear'] as const;
const car: Toy = { id: 'car', colour: 'red', size: 1 };
const ball: Toy = { id: 'ball', colour: 'blue', size: 2 };

const stateOf = (store: RecordStore<Toy>) => Object.fromEntries(store.all().map((toy) => [toy.id, toy]));

function setUp(...toys: Toy[]) {
  const store = new RecordStore<Toy>(toys);
  return { store, history: new History(store) };
}

test('undo takes back the last gesture, redo brings it back', () => {
  const { store, history } = setUp(car);
  history.mark('Paint');
  store.update('car', { colour: 'green' });
  store.update('car', { size: 5 });
  history.mark('Add');
  store.put(ball);
  expect([history.undoName, history.redoName]).toEqual(['Add', undefined]);

  expect(history.undo()).toBe(true);
  expect(stateOf(store)).toEqual({ car: { id: 'car', colour: 'green', size: 5 } });
  expect(history.undo()).toBe(true);
  expect(stateOf(store)).toEqual({ car });
  expect([history.undo(), history.undoName, history.redoName]).toEqual([false, undefined, 'Paint']);

  expect([history.redo(), history.redo(), history.redo()]).toEqual([true, true, false]);
  expect(stateOf(store)).toEqual({ car: { id: 'car', colour: 'green', size: 5 }, ball });
});

test('marks without changes are passed over', () => {
  const { store, history } = setUp(car);
  history.mark('Paint');
  store.update('car', { size: 3 });
  history.mark('Nothing');
  history.mark('Nothing again');
  expect(history.undoName).toBe('Paint');
  history.undo();
  expect(stateOf(store)).toEqual({ car });
});

test('a new change forgets what was undone; changes of the program do not', () => {
  const { store, history } = setUp(car);
  history.mark('Paint');
  store.update('car', { size: 3 });
  history.undo();
  store.transact('program', () => store.put(ball));
  expect(history.redoName).toBe('Paint');
  history.mark('Remove');
  store.remove('ball');
  expect(history.redo()).toBe(false);
});

test('undo leaves alone what the program changed meanwhile', () => {
  const { store, history } = setUp(car);
  history.mark('Paint');
  store.update('car', { colour: 'green' });
  store.transact('program', () => store.update('car', { size: 9 }));
  store.update('car', { colour: 'white' });
  history.undo();
  expect(stateOf(store)).toEqual({ car: { id: 'car', colour: 'red', size: 9 } });
});

test('bailing takes back everything since the mark and cannot be redone', () => {
  const { store, history } = setUp(car);
  history.mark('Paint');
  store.update('car', { size: 2 });
  const mark = history.mark('Drag');
  store.update('car', { size: 3 });
  history.mark('Drag on');
  store.put(ball);
  history.bailToMark(mark);
  expect(stateOf(store)).toEqual({ car: { ...car, size: 2 } });
  expect([history.undoName, history.redoName]).toEqual(['Paint', undefined]);
  history.bailToMark(mark);
  expect(stateOf(store)).toEqual({ car: { ...car, size: 2 } });
});

test('squashing makes one gesture of all since the mark', () => {
  const { store, history } = setUp(car);
  const mark = history.mark('Drag');
  for (const size of [2, 3, 4]) {
    history.mark('Step');
    store.update('car', { size });
  }
  history.squashToMark(mark);
  expect(history.undoName).toBe('Drag');
  history.undo();
  expect(stateOf(store)).toEqual({ car });
});

test('a transaction is one change, and none when it throws', () => {
  const { store } = setUp(car);
  const heard: Change<Toy>[] = [];
  store.onChange((change) => heard.push(change));
  store.transact('user', () => {
    store.put(ball);
    store.remove('ball');
    store.update('car', { size: 2 });
    store.transact('program', () => store.update('car', { colour: 'grey' })); // inside: a part of the outer one
  });
  const to = { id: 'car', colour: 'grey', size: 2 };
  expect(heard).toEqual([{ source: 'user', diff: { added: {}, updated: { car: [car, to] }, removed: {} } }]);

  const failing = () =>
    store.transact('user', () => {
      store.put(ball);
      store.remove('car');
      throw new Error('no');
    });
  expect(failing).toThrow('no');
  expect(stateOf(store)).toEqual({ car: to });
  expect(heard).toHaveLength(1);
});

test('what changes nothing is not told', () => {
  const { store } = setUp(car);
  const heard: unknown[] = [];
  const unsubscribe = store.onChange((change) => heard.push(change));
  store.update('car', { size: 1 });
  store.put({ ...car });
  unsubscribe();
  store.update('car', { size: 2 });
  expect(heard).toEqual([]);
});

// What a person or the program can do to toys, in any order.
const source = fc.constantFrom<ChangeSource>('user', 'user', 'user', 'program');
const step = fc.oneof(
  fc.record({ do: fc.constant('put' as const), id: fc.constantFrom(...toyIds), size: fc.nat(3), source }),
  fc.record({ do: fc.constant('paint' as const), id: fc.constantFrom(...toyIds), colour: fc.constantFrom('a', 'b') }),
  fc.record({ do: fc.constant('remove' as const), id: fc.constantFrom(...toyIds), source }),
  fc.constantFrom({ do: 'mark' as const }, { do: 'undo' as const }, { do: 'redo' as const }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function take(step: Step, { store, history }: ReturnType<typeof setUp>): void {
  if (step.do === 'mark') history.mark('step');
  else if (step.do === 'undo') history.undo();
  else if (step.do === 'redo') history.redo();
  else if (step.do === 'put') {
    store.transact(step.source, () => store.put({ id: step.id, colour: 'new', size: step.size }));
  } else if (step.do === 'paint') {
    if (store.get(step.id)) store.update(step.id, { colour: step.colour });
  } else if (store.get(step.id)) store.transact(step.source, () => store.remove(step.id));
}

const isUsersAlone = (step: Step) => !('source' in step) || step.source !== 'program';

test('after any steps of a person, undoing all gives the beginning and redoing all gives the end', () => {
  fc.assert(
    fc.property(fc.array(step.filter(isUsersAlone), { maxLength: 40 }), (steps) => {
      const both = setUp(car, ball);
      for (const one of steps) take(one, both);
      while (both.history.redo());
      const end = stateOf(both.store);
      while (both.history.undo());
      expect(stateOf(both.store)).toEqual({ car, ball });
      while (both.history.redo());
      expect(stateOf(both.store)).toEqual(end);
    }),
  );
});

test('replaying what was told gives the same records', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const both = setUp(car);
      const follower = new RecordStore<Toy>([car]);
      both.store.onChange(({ diff }) => follower.apply(diff, 'load'));
      for (const one of steps) take(one, both);
      expect(stateOf(follower)).toEqual(stateOf(both.store));
    }),
  );
});

/** Changes that follow each other, from the steps of a person. */
function changesOf(steps: readonly Step[]): { start: Toy[]; diffs: RecordsDiff<Toy>[]; end: object } {
  const both = setUp(car);
  const diffs: RecordsDiff<Toy>[] = [];
  both.store.onChange(({ diff }) => diffs.push(diff));
  for (const one of steps) take(one, both);
  return { start: [car], diffs, end: stateOf(both.store) };
}

test('squashing is doing one after the other, in whichever way they are grouped', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.nat(20), (steps, cut) => {
      const { start, diffs, end } = changesOf(steps);
      const squash = (part: RecordsDiff<Toy>[]) => part.reduce(squashDiffs, { added: {}, updated: {}, removed: {} });
      const all = squash(diffs);
      expect(squashDiffs(squash(diffs.slice(0, cut)), squash(diffs.slice(cut)))).toEqual(all);
      const store = new RecordStore<Toy>(start);
      store.apply(all, 'load');
      expect(stateOf(store)).toEqual(end);
    }),
  );
});

test('a reversed change takes itself back, and reversing twice is nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { start, diffs } = changesOf(steps);
      for (const diff of diffs) {
        expect(reverseDiff(reverseDiff(diff))).toEqual(diff);
        expect(isEmptyDiff(squashDiffs(diff, reverseDiff(diff)))).toBe(true);
      }
      const store = new RecordStore<Toy>(start);
      for (const diff of diffs) store.apply(diff, 'load');
      for (const diff of diffs.reverse()) store.apply(reverseDiff(diff), 'load');
      expect(stateOf(store)).toEqual({ car });
    }),
  );
});

test('all steps are known by name, and one can go to any of them', () => {
  const { store, history } = setUp(car);
  for (const size of [2, 3, 4]) {
    history.mark(`Size ${size}`);
    store.update('car', { size });
  }
  history.mark('Nothing');
  expect(history.steps).toEqual({ done: ['Size 2', 'Size 3', 'Size 4'], undone: [] });
  history.goTo(1);
  expect([stateOf(store).car?.size, history.steps]).toEqual([2, { done: ['Size 2'], undone: ['Size 3', 'Size 4'] }]);
  history.goTo(3);
  expect(stateOf(store).car?.size).toBe(4);
  history.goTo(9);
  history.goTo(0);
  expect([stateOf(store), history.steps.undone.length]).toEqual([{ car }, 3]);
});
