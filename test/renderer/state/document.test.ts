import { expect, onTestFinished, test, vi } from 'vitest';
import type { FileHandle } from '#common/contract/documents.ts';
import { renameLayer, setLayerLook } from '#common/document/layer-commands.ts';
import { addVersion } from '#common/document/version-commands.ts';
import { DocumentState } from '../../../renderer/state/document.svelte.ts';
import type { AskToReplace } from '../../../renderer/state/document.svelte.ts';
import { EngineState } from '../../../renderer/state/engine.svelte.ts';
import { Problems } from '../../../renderer/state/problems.svelte.ts';
import type { Answer } from '../../../renderer/state/questions.svelte.ts';
import { crashedId, documentId } from '../fake-documents.ts';
import { blob, FakeHost } from '../fake-host.ts';

async function setUp() {
  const host = new FakeHost();
  const problems = new Problems();
  const engine = new EngineState(host, problems);
  const document = new DocumentState(engine, problems);
  host.connect();
  await document.connected(engine.require());
  return { host, problems, engine, document };
}

/** A document of one layer, open. */
async function setUpOpen() {
  const all = await setUp();
  await all.document.open({ blob, name: 'photo.png' });
  return { ...all, layer: all.document.layers[0]!.id };
}

const written = ({ documents }: FakeHost) => Object.fromEntries(documents.written.get(documentId) ?? []);
const current = (document: DocumentState) =>
  Object.fromEntries(document.store.all().map((record) => [record.id, record]));

test('an opened picture is a document whose gestures can be undone and are written down', async () => {
  const { host, document, layer } = await setUpOpen();
  expect(document.layers.map(({ name }) => name)).toEqual(['photo.png']);
  expect([document.isDirty, document.undoName]).toEqual([false, undefined]);

  document.act('Rename', (store) => renameLayer(store, layer, 'Sky'));
  document.act('Opacity', (store) => setLayerLook(store, layer, { opacity: 0.5 }));
  expect(document.layers).toMatchObject([{ name: 'Sky', opacity: 0.5 }]);
  expect([document.isDirty, document.undoName, document.redoName]).toEqual([true, 'Opacity', undefined]);
  document.undo();
  expect(document.layers).toMatchObject([{ name: 'Sky', opacity: 1 }]);
  expect([document.undoName, document.redoName]).toEqual(['Rename', 'Opacity']);
  document.redo();
  await document.written();
  expect(host.documents.appends).toBe(4);
  expect(written(host)).toEqual(current(document));
});

test('a drag is one gesture, and a drag that is given up none', async () => {
  const { document, layer } = await setUpOpen();
  const given = document.mark('Drag');
  document.act('Step', (store) => setLayerLook(store, layer, { opacity: 0.9 }));
  document.bail(given);
  expect([document.layers[0]!.opacity, document.undoName, document.redoName]).toEqual([1, undefined, undefined]);
  const mark = document.mark('Drag');
  for (const opacity of [0.8, 0.7]) document.act('Step', (store) => setLayerLook(store, layer, { opacity }));
  document.squash(mark);
  expect(document.undoName).toBe('Drag');
  document.undo();
  expect(document.layers[0]!.opacity).toBe(1);
});

test('what a job finished is written down but not undone', async () => {
  const { host, document } = await setUpOpen();
  const made = { recipe: {}, ids: [1], seed: 1, model: 'mini', title: 'red', createdAt: 1 };
  document.note((store) => addVersion(store, made));
  expect([document.versions.length, document.undoName]).toEqual([1, undefined]);
  await document.written();
  expect(written(host)).toEqual(current(document));
});

test('after the engine was lost the whole document is written down again', async () => {
  const { host, engine, document, problems, layer } = await setUpOpen();
  host.lose();
  document.act('Rename', (store) => renameLayer(store, layer, 'Sky'));
  await document.written();
  expect([document.isWrittenDown, problems.list.length]).toEqual([false, 0]); // the lost connection is shown elsewhere
  host.documents.written.clear();
  host.connect();
  await document.connected(engine.require());
  expect(document.isWrittenDown).toBe(true);
  expect(written(host)).toEqual(current(document));
});

test('a change that cannot be written down is told once, and all is written with the next change, or by and by', async () => {
  const { host, document, problems, layer } = await setUpOpen();
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  host.documents.isDiskFull = true;
  for (const name of ['a', 'b']) document.act('Rename', (store) => renameLayer(store, layer, name));
  await document.written();
  expect(problems.list).toMatchObject([
    { code: 'journal-broken', title: 'Your latest changes are not written down', stays: true },
  ]);
  expect(document.isWrittenDown).toBe(false);
  host.documents.isDiskFull = false;
  document.act('Rename', (store) => renameLayer(store, layer, 'c'));
  await document.written();
  expect([document.isWrittenDown, problems.list]).toEqual([true, []]);
  expect(written(host)).toEqual(current(document));

  host.documents.isDiskFull = true;
  document.act('Rename', (store) => renameLayer(store, layer, 'd'));
  await document.written();
  vi.runAllTimers(); // in vain
  await document.written();
  expect(document.isWrittenDown).toBe(false);
  host.documents.isDiskFull = false;
  vi.runAllTimers();
  await document.written();
  expect([document.isWrittenDown, problems.list]).toEqual([true, []]);
  expect(written(host)).toEqual(current(document));
});

test('a document that cannot be closed properly leaves its place to the one that was opened', async () => {
  const { host, document, problems } = await setUpOpen();
  host.documents.closesNothing = true;
  await document.open({ blob, name: 'next.png' });
  expect([document.name, problems.list.map(({ code }) => code)]).toEqual(['next.png', ['document-gone']]);
});

test('what a crash left is offered, and opened or forgotten', async () => {
  const { host, engine, document } = await setUp();
  expect(document.recoverable).toMatchObject([{ document: crashedId, name: 'lost.png', changes: 3 }]);
  let heard = 0;
  const stop = document.onChange(() => heard++);
  await document.recover(crashedId);
  expect([document.isOpen, document.isDirty, document.recoverable.length]).toEqual([true, true, 0]);
  expect(document.project?.name).toBe('lost.png');
  document.act('Rename', (store) => renameLayer(store, document.layers[0]!.id, 'c'));
  stop();
  document.undo();
  expect(heard).toBe(1);
  await document.close();
  expect([document.isOpen, document.layers.length]).toEqual([false, 0]);
  expect(host.documents.written.size).toBe(0);

  host.documents.left.add(crashedId);
  await document.connected(engine.require());
  await document.discard(crashedId);
  expect([document.recoverable.length, host.documents.left.size]).toEqual([0, 0]);
});

const chosen = { handle: '6f1f7b5e-1111-4222-8333-000000000000' as FileHandle, name: 'photo.ora' };
const never: AskToReplace = () => Promise.reject(new Error('nothing was to be asked'));

test('the first save asks where, the next ones do not, and only what is saved is clean', async () => {
  const { host, document, layer } = await setUpOpen();
  document.act('Rename', (store) => renameLayer(store, layer, 'Sky'));
  expect(await document.save(host.dialogs, never)).toBeUndefined(); // the dialog was closed
  expect([document.isDirty, host.documents.targets.length]).toEqual([true, 0]);
  host.chosen = chosen;
  expect(await document.save(host.dialogs, never)).toBe('photo.ora');
  expect([document.isDirty, document.hasFile, document.name]).toEqual([false, true, 'photo.ora']);
  expect(host.documents.content).toEqual(document.store.all());
  document.act('Rename', (store) => renameLayer(store, layer, 'Sea'));
  const saving = document.save(host.dialogs, never);
  document.act('Rename', (store) => renameLayer(store, layer, 'Land')); // while it is written
  await saving;
  expect(document.isDirty).toBe(true);
  await document.save(host.dialogs, never, { asNew: true });
  const [handle, own] = [
    { handle: chosen.handle, mayReplace: false },
    { own: true, mayReplace: false },
  ];
  expect(host.documents.targets).toEqual([handle, own, handle]);
});

test('in a browser a saved project is handed to the person', async () => {
  const { host, document } = await setUpOpen();
  host.chosen = { name: 'photo.ora' };
  expect(await document.save(host.dialogs, never)).toBe('photo.ora');
  expect(host.saved).toEqual([{ name: 'photo.ora', bytes: new Uint8Array([7]) }]);
  expect(document.hasFile).toBe(false);
});

test('before a file of somebody else is replaced the person is asked, once', async () => {
  const { host, document, layer } = await setUpOpen();
  document.act('Rename', (store) => renameLayer(store, layer, 'Sky'));
  host.chosen = chosen;
  host.documents.question = 'file-changed';
  const asked: unknown[] = [];
  const answer =
    (...answers: Answer[]): AskToReplace =>
    (code, name) =>
      Promise.resolve((asked.push([code, name]), answers.shift()!));
  expect(await document.save(host.dialogs, answer('cancel'))).toBeUndefined();
  expect(document.isDirty).toBe(true);
  host.documents.targets.length = 0;
  expect(await document.save(host.dialogs, answer('other', 'yes'))).toBe('photo.ora'); // elsewhere, where it is asked too
  expect(host.documents.targets.map((target) => 'mayReplace' in target && target.mayReplace)).toEqual([
    ...[false, false, true],
  ]);
  expect(document.isDirty).toBe(false);
  expect(asked).toEqual(Array(3).fill(['file-changed', 'photo.ora']));
  const jpeg = { format: 'jpeg', quality: 80 } as const;
  host.documents.question = 'output-is-input';
  expect(await document.export(jpeg, host.dialogs, answer('yes'))).toMatchObject({ name: 'photo.ora', notices: [] });
  host.documents.question = 'disk-full';
  await expect(document.export(jpeg, host.dialogs, never)).rejects.toMatchObject({ code: 'disk-full' });
});
