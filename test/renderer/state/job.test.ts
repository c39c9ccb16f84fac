import { flushSync } from 'svelte';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { editedName } from '../../../renderer/state/editor.svelte.ts';
import { blob, FakeHost } from '../fake-host.ts';
import { listenInEffect } from './listen-in-effect.svelte.ts';

vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 100, height: 80, close: () => undefined }));

vi.stubGlobal('ImageData', class {});
vi.stubGlobal(
  'OffscreenCanvas',
  class {
    getContext = () => ({ drawImage: () => undefined });
    convertToBlob = () => Promise.resolve(new Blob(['png']));
  },
);

const timings = {
  ...{ encodeMs: 0, textMs: 0, prefillMs: 0, firstTokenMs: 0, firstRowMs: 0, decodeMs: 0, tokens: 0 },
  ...{ lockedTokens: 0, msPerToken: 0, vqMs: 0, compositeMs: 0, totalMs: 0 },
};
const sampling = { cfg: 3, temperature: 1, topK: 0, topP: 1 };
const pictures = [{ variant: 0, ids: [], patch: null }];
const band = { rows: 1, width: 1, rgb: new Uint8Array(3), decodedAt: 0 };
const finished = {
  type: 'finished' as const,
  seed: 1,
  model: 'mini',
  sampling,
  rows: 4,
  sourceIds: [],
  timings,
  pictures,
};

async function start() {
  const host = new FakeHost();
  const app = createAppState(host);
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  onTestFinished(app.job.listen());
  await app.editor.open({ name: 'photo.jpg', bytes: new Uint8Array([1]) });
  app.editor.instruction = 'make it night';
  return { ...app, host };
}

async function startRunning() {
  const app = await start();
  await app.job.run();
  app.host.say({ type: 'queued' });
  app.host.say({ type: 'progress', step: 4, of: 16, etaMs: 300 });
  await expect.poll(() => app.job.status).toBe('running');
  return app;
}

test('an edit is ordered with the picture, the words and the model', async () => {
  const { host, job } = await start();
  await job.run();
  expect(host.ordered).toMatchObject([
    { picture: { blob, name: 'photo.jpg' }, instruction: 'make it night', model: 'mini' },
  ]);
});

test('nothing runs without words, without a picture or twice at a time', async () => {
  const { host, job, editor } = await start();
  editor.instruction = '   ';
  await job.run();
  expect(host.ordered).toEqual([]);
  editor.instruction = 'x';
  await Promise.all([job.run(), job.run()]);
  expect(host.ordered).toHaveLength(1);
});

test('progress is told in rows', async () => {
  const { job } = await startRunning();
  expect([job.row, job.rows, job.progress, job.etaMs]).toEqual([1, 4, 0.25, 300]);
});

test('bands are placed on the picture as the model saw it', async () => {
  const { host, job } = await startRunning();
  const onBand = vi.fn();
  job.onBand = onBand;
  host.say({ type: 'preview', row: 2, variant: 0, ...band });
  host.say({ type: 'preview', row: 2, variant: 1, ...band });
  await expect.poll(() => onBand.mock.calls.length).toBe(1);
  expect(onBand).toHaveBeenCalledWith(
    expect.objectContaining({ top: 32, placement: expect.objectContaining({ modelSize: 64 }) as unknown }),
  );
});

test('the result takes the place of the picture, and undoing brings it back', async () => {
  const { host, job, editor } = await startRunning();
  host.say(finished);
  await expect.poll(() => job.status).toBe('idle');
  expect([editor.current?.name, editor.before?.name]).toEqual(['photo edited.png', 'photo.jpg']);
  editor.undo();
  expect([editor.current?.name, editor.before]).toEqual(['photo.jpg', undefined]);
});

test('stopping is passed on and leaves the picture alone', async () => {
  const { host, job, editor, problems } = await startRunning();
  await job.cancel();
  expect([host.cancelled, job.status]).toEqual([['job-1'], 'cancelling']);
  host.say({ type: 'cancelled' });
  await expect.poll(() => job.status).toBe('idle');
  expect([editor.current?.name, problems.list]).toEqual(['photo.jpg', []]);
});

test('a failure is shown in the words of the engine', async () => {
  const { host, job, problems } = await startRunning();
  host.say({ type: 'failed', code: 'out-of-memory', message: 'There is too little memory.', data: {} });
  await expect.poll(() => job.status).toBe('idle');
  expect(problems.list).toMatchObject([{ code: 'out-of-memory', text: 'There is too little memory.' }]);
});

test('messages of another job are not mistaken for those of this one', async () => {
  const { host, job } = await startRunning();
  host.say({ type: 'failed', code: 'x', message: 'x', data: {} }, 'job-9');
  host.say({ type: 'progress', step: 8, of: 16, etaMs: null });
  await expect.poll(() => job.step).toBe(8);
  expect(job.status).toBe('running');
});

test('an engine that goes away fails the job, keeps the picture and can be used again', async () => {
  const host = new FakeHost();
  const app = createAppState(host);
  const stop = listenInEffect(app.job);
  onTestFinished(stop);
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  flushSync();
  await app.editor.open({ name: 'photo.jpg', bytes: new Uint8Array([1]) });
  app.editor.instruction = 'x';
  await app.job.run();
  host.lose();
  flushSync();
  await expect.poll(() => app.job.status).toBe('idle');
  expect(app.engine.status).toBe('lost');
  expect(app.problems.list).toMatchObject([{ code: 'engine-stopped' }]);
  expect(app.editor.current?.name).toBe('photo.jpg');
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  flushSync();
  await app.job.run();
  expect(host.ordered).toHaveLength(2);
});

test('without a model, or with a damaged one, the engine says so', async () => {
  const host = new FakeHost();
  const { engine } = createAppState(host);
  expect(engine.status).toBe('connecting');
  host.models = [];
  host.connect();
  await expect.poll(() => engine.status).toBe('no-model');
  host.models = [{ id: 'mini', title: 'mini', isEmbedded: true, bytes: 0, problem: 'a file is missing' } as never];
  await engine.refresh();
  expect(engine.status).toBe('damaged-model');
});

test.each([
  ['photo.jpg', 'photo edited.png'],
  ['photo edited.png', 'photo edited.png'],
  ['a.b.tiff', 'a.b edited.png'],
  ['noending', 'noending edited.png'],
])('the result of %s is called %s', (name, edited) => {
  expect(editedName(name)).toBe(edited);
});
