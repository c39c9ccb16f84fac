import { beforeEach, expect, test, vi } from 'vitest';
import type { BatchView } from '#common/contract/batch-service.ts';
import type { EditOrder } from '#common/contract/edit-order.ts';
import type { FileHandle } from '#common/contract/documents.ts';
import { renameLayer } from '#common/document/layer-commands.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { createFileActions } from '../../../renderer/state/file-actions.ts';
import type { Answer } from '../../../renderer/state/questions.svelte.ts';
import { documentId } from '../fake-documents.ts';
import { blob, FakeHost } from '../fake-host.ts';

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 9, height: 9, close: () => undefined }));
});

const chosen = { handle: '6f1f7b5e-1111-4222-8333-000000000000' as FileHandle, name: 'photo.ora' };

/** A picture with a change that is in no file. */
async function setUpChanged() {
  const host = new FakeHost();
  const app = createAppState(host);
  const files = createFileActions(app);
  host.connect();
  await files.open({ name: 'photo.png', bytes: new Uint8Array([1]) });
  let changes = 0;
  const change = () =>
    app.document.act('Rename', (store) => renameLayer(store, app.document.layers[0]!.id, `Sky ${++changes}`));
  change();
  /** Does something that asks, and answers. */
  const answered = async (action: () => Promise<void>, answer: Answer): Promise<string> => {
    const done = action();
    await vi.waitFor(() => expect(app.questions.current).toBeDefined());
    const { title } = app.questions.current!;
    app.questions.answer(answer);
    await done;
    return title;
  };
  return { host, app, files, change, answered };
}

test('a window with unsaved work is left only when the person says so, and what is not saved is not offered again', async () => {
  const { host, app, files, answered } = await setUpChanged();
  expect(await answered(files.leave, 'cancel')).toBe('Save photo.png first?');
  expect([host.left, app.document.isOpen]).toEqual([0, true]);
  await answered(files.leave, 'yes'); // and then no place is chosen
  expect([host.left, app.document.isDirty]).toEqual([0, true]);
  await answered(files.leave, 'other');
  expect([host.left, host.documents.written.has(documentId)]).toEqual([1, false]);
});

test('work that is saved on the way is left without another question', async () => {
  const { host, app, files, answered } = await setUpChanged();
  host.chosen = chosen;
  await answered(files.close, 'yes');
  expect(host.documents.targets).toEqual([{ handle: chosen.handle, mayReplace: false }]);
  expect([app.document.isOpen, app.editor.shown]).toEqual([false, undefined]);
  await files.leave();
  expect(host.left).toBe(1);
});

test('a batch that would end with the program is asked about, after what is in no file', async () => {
  const { host, app, files, answered } = await setUpChanged();
  host.chosen = chosen;
  await answered(files.close, 'yes');
  app.batch.batch = { status: 'paused' } as BatchView;
  expect(await answered(files.leave, 'cancel')).toBe('A batch is under way');
  expect(host.left).toBe(0);
  await answered(files.leave, 'yes');
  expect(host.left).toBe(1);
  app.batch.batch = { status: 'finished' } as BatchView;
  await files.leave();
  expect(host.left).toBe(2);
});

test('opening another picture while an edit is under way asks, and ends it only when the other one is there', async () => {
  const { host, app, files, answered } = await setUpChanged();
  app.document.isDirty = false;
  await app.jobs.add({
    order: { picture: { blob, name: 'photo.png' }, instruction: 'x' } as EditOrder,
    parent: null,
    above: null,
    of: [],
    canvas: { x: 0, y: 0, width: 9, height: 9 },
  });
  expect(await answered(() => files.open(chosen), 'cancel')).toBe('An edit is under way');
  host.documents.opensNothing = true;
  await answered(() => files.open(chosen), 'yes');
  expect([app.document.name, app.jobs.isBusy]).toEqual(['photo.png', true]);
  host.documents.opensNothing = false;
  await answered(() => files.open(chosen), 'yes');
  expect([app.document.name, app.jobs.isBusy, host.cancelled]).toEqual(['file', false, ['job-1']]);
});

const picture = (name: string) => ({ name, bytes: new Uint8Array([1]) });

/** A file that takes long to be read. @returns ends that */
function slowly(host: FakeHost, name: string): () => void {
  let end = (): void => undefined;
  host.documents.reading.set(name, new Promise<void>((resolve) => (end = resolve)));
  return () => end();
}

test('of two files the one that was asked for last is opened, whichever is read first; of the other nothing is left', async () => {
  const { host, app, files } = await setUpChanged();
  app.document.isDirty = false;
  const end = slowly(host, 'large.png');
  const large = files.open(picture('large.png'));
  await vi.waitFor(() => expect(app.opening.name).toBe('large.png'));
  await files.open(picture('small.png'));
  expect([app.document.name, app.opening.name]).toEqual(['small.png', undefined]);
  end();
  await large;
  expect([app.document.name, host.documents.written.size]).toEqual(['small.png', 1]);
});

test('a file that is given up leaves what is open', async () => {
  const { host, app, files } = await setUpChanged();
  app.document.isDirty = false;
  const end = slowly(host, 'large.png');
  const large = files.open(picture('large.png'));
  await vi.waitFor(() => expect(app.opening.name).toBe('large.png'));
  app.opening.giveUp();
  end();
  await large;
  expect([app.document.name, app.opening.name]).toEqual(['photo.png', undefined]);
});

test('what is done while a file is read is not gone without a question; what was answered is not asked again', async () => {
  const { host, app, files, change, answered } = await setUpChanged();
  for (const [isGoingOn, answer, open] of [
    [true, 'cancel', 'photo.png'],
    [false, undefined, 'large.png'],
  ] as const) {
    const end = slowly(host, 'large.png');
    let opened: Promise<void> | undefined;
    await answered(async () => {
      opened = files.open(picture('large.png'));
      await vi.waitFor(() => expect(app.opening.name).toBe('large.png'));
    }, 'other');
    if (isGoingOn) change();
    const last = async () => {
      end();
      await opened;
    };
    if (answer) expect(await answered(last, answer)).toBe('Save photo.png first?');
    else await last();
    expect(app.document.name).toBe(open);
  }
});

test('a window is left although the engine is lost', async () => {
  const { host, files, answered } = await setUpChanged();
  host.lose();
  await answered(files.leave, 'other');
  expect(host.left).toBe(1);
});

test('a file that cannot be opened leaves what is open, and the failure says what to do', async () => {
  const { host, app, files, answered } = await setUpChanged();
  host.documents.opensNothing = true;
  await answered(() => files.open(chosen), 'other');
  expect([app.document.isOpen, app.document.name]).toEqual([true, 'photo.png']);
  expect(app.problems.list.map(({ code }) => code)).toEqual(['project-unreadable']);
  expect(app.problems.list[0]!.text).toContain('The file was not touched.');
});

test('what cannot be saved is still there, and said', async () => {
  const { host, app, files } = await setUpChanged();
  host.chosen = chosen;
  host.documents.question = 'disk-full';
  await files.save();
  expect(app.problems.list.map(({ code }) => code)).toEqual(['disk-full']);
  expect([app.document.isDirty, app.document.isWriting, app.document.name]).toEqual([true, false, 'photo.png']);
});
