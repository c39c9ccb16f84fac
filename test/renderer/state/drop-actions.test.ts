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
  return { app, drops, drop, sources: host.documents.sources };
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
