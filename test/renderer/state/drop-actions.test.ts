import { beforeEach, expect, test, vi } from 'vitest';
import type { ChosenFile, FileHandle } from '#common/contract/documents.ts';
import { createActions } from '../../../renderer/state/actions.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { createDropActions } from '../../../renderer/state/drop-actions.ts';
import { blob, FakeHost } from '../fake-host.ts';

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 9, height: 9, close: () => undefined }));
});

const known = (name: string): ChosenFile => ({ handle: '6f1f7b5e-1111-4222-8333-000000000000' as FileHandle, name });

function setUp(kind: FakeHost['kind']) {
  const host = new FakeHost();
  host.kind = kind;
  const app = createAppState(host);
  const drops = createDropActions(app, createActions(app));
  host.connect();
  /** As the browser tells of it. */
  const drop = (...names: string[]) => {
    const files = names.map((name) => new File(['{}'], name));
    drops.take({ dataTransfer: { files, items: [{ webkitGetAsEntry: () => null }] } as unknown as DataTransfer });
  };
  return { app, host, drops, drop, sources: host.documents.sources };
}

test('in a browser a dropped file is opened from its bytes', async () => {
  const { drop, sources } = setUp('browser');
  drop('a.png');
  await vi.waitFor(() => expect(sources).toEqual([{ blob, name: 'a.png' }]));
});

test('in the desktop program it is opened where it lies, so that saving goes there', async () => {
  const { app, drops, drop, sources } = setUp('desktop');
  drop('work.ora', 'b.png');
  await drops.takeKnown([known('work.ora'), known('b.png')]);
  expect(sources).toEqual([{ handle: known('').handle }]);
  expect(app.document.isOpen).toBe(true);
});

test('what lies nowhere, as a picture dragged from another page, is opened from its bytes there too', async () => {
  const { drops, drop, sources } = setUp('desktop');
  drop('web.png');
  await drops.takeKnown([null]);
  expect(sources).toEqual([{ blob, name: 'web.png' }]);
  await drops.takeKnown([known('again.png')]); // nothing was dropped onto the page
  expect(sources).toHaveLength(1);
});

test('of several files the first is opened, and it is said what to do with the others; so it is of a link', async () => {
  const { app, drops, drop, sources } = setUp('browser');
  drop('a.png', 'b.png', 'c.png');
  await vi.waitFor(() =>
    expect(app.problems.list.map(({ title }) => title)).toEqual(['Opened a.png alone of 3 files.']),
  );
  expect(sources).toHaveLength(1);
  const link = { files: [], types: ['text/uri-list'], items: [{ webkitGetAsEntry: () => null }] };
  drops.take({ dataTransfer: link as unknown as DataTransfer });
  expect(app.problems.list.at(-1)!.title).toContain('That is a link and no file.');
});

test('a file that cannot be added as a layer keeps none of the others out', async () => {
  const { app, drops, drop, host } = setUp('browser');
  drop('a.png');
  await vi.waitFor(() => expect(app.document.isOpen).toBe(true));
  host.documents.unreadable.push('b.png', 'd.png');
  const add = (...names: string[]) =>
    drops.takeAsLayers({ dataTransfer: { files: names.map((name) => new File([], name)) } as unknown as DataTransfer });
  add('b.png', 'c.png', 'd.png', 'e.png');
  await vi.waitFor(() => expect(app.document.layers.map(({ name }) => name)).toEqual(['a.png', 'c', 'e']));
  await vi.waitFor(() =>
    expect(app.problems.list.map(({ code }) => code)).toEqual(['image-unreadable', 'image-unreadable']),
  );
  host.documents.unreadable.push('f.png');
  add('b.png', 'd.png', 'f.png', 'g.png');
  const sentence = '3 of 4 files could not be added: b.png, d.png, f.png.';
  await vi.waitFor(() => expect(app.problems.list.map(({ title }) => title)).toContain(sentence));
});
