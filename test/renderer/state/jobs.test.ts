import { flushSync } from 'svelte';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { createEditActions } from '../../../renderer/state/edit-actions.ts';
import { blob, FakeHost } from '../fake-host.ts';
import { band, finished, painting, placement, start, startRunning } from './editing.ts';
import { listenInEffect } from './in-effects.svelte.ts';

test('an edit is ordered with the layers, the words and the numbers, and the words are remembered', async () => {
  const { host, edits, instructions, editSettings: settings } = await start();
  settings.set({ cfg: 4.5 });
  await edits.run();
  expect(host.ordered).toMatchObject([
    {
      picture: { name: 'photo.jpg', extent: { width: 9, height: 9 }, layers: [{ opacity: 1, blend: 'normal' }] },
      instruction: 'make it night',
      model: 'mini',
      sampling: { cfg: 4.5 },
    },
  ]);
  expect(instructions.list).toEqual(['make it night']);
});

test('a seed that is not locked is another one for every edit', async () => {
  const { host, edits, editSettings: settings } = await start();
  await edits.run();
  await edits.run();
  settings.isSeedLocked = true;
  settings.instruction = 'make it dawn';
  await edits.run();
  const [first, second, third] = host.ordered.map((order) => (order as { seed: number }).seed);
  expect(first).not.toBe(second);
  expect(third).toBe(second);
});

test('what is selected goes along as strengths', async () => {
  const { host, edits, canvas } = await start();
  canvas.selection.set({ bounds: { x: 1, y: 2, width: 3, height: 1 }, data: new Uint8Array([255, 9, 255]) });
  await edits.run();
  expect(host.ordered).toMatchObject([{ selection: { bounds: { x: 1, y: 2, width: 3, height: 1 }, strengths: blob } }]);
});

test('nothing runs without words, but a map needs none', async () => {
  const { edits, editSettings: settings } = await start();
  settings.instruction = '   ';
  expect(edits.canRun()).toBe(false);
  settings.task = 'canny';
  expect(edits.canRun()).toBe(true);
});

test('progress is told in rows, and bands where the engine says they belong', async () => {
  const { host, jobs } = await startRunning();
  const job = jobs.current!;
  expect([job.row, job.grid, job.progress, job.etaMs]).toEqual([1, 4, 0.25, 300]);
  const onBand = vi.fn();
  onTestFinished(jobs.onBand(onBand));
  host.say({ ...band, variant: 1 });
  await expect.poll(() => onBand.mock.calls.length).toBe(1);
  expect(onBand).toHaveBeenCalledWith(expect.objectContaining({ variant: 1, top: 32, placement }), job);
});

test('every result is kept as a version and the first is shown; accepting makes a layer that can be undone', async () => {
  const { host, results, document } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  expect(results.shown).toMatchObject({ title: 'make it night', seed: 1, offset: { x: 3, y: 4 } });
  results.step(1);
  results.accept();
  expect(document.layers.map(({ name, version }) => [name, version !== null])).toEqual([
    ['photo.jpg', false],
    ['make it night', true],
  ]);
  expect(document.layers[1]!.mask).not.toBeNull();
  expect(results.offered).toHaveLength(1);
  document.undo();
  expect([document.layers.length, results.offered.length]).toEqual([1, 2]);
  document.redo();
  expect(document.layers).toHaveLength(2);
});

test('discarding shows the next, and the history can bring it back', async () => {
  const { host, results, document } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  const [first, second] = document.versions;
  results.discard();
  expect(results.shown?.id).toBe(second!.id);
  results.offer(document.versions.find(({ id }) => id === first!.id)!);
  expect(results.shown?.id).toBe(first!.id);
  expect(results.offered).toHaveLength(2);
});

test('running again asks for that variant alone, of the picture below its layer', async () => {
  const { host, results, edits, document } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  results.step(1);
  const { id } = results.shown!;
  results.accept();
  const layer = document.versions.find((version) => version.id === id)!;
  await edits.runAgain(layer, {});
  expect(host.ordered[1]).toMatchObject({
    variants: 1,
    firstVariant: 1,
    seed: (host.ordered[0] as { seed: number }).seed,
  });
  expect(host.ordered[1]).toMatchObject({ picture: { layers: [{}] } });
  host.say({ ...finished, pictures: [painting.pictures[0]!] }, 'job-2');
  await expect.poll(() => results.offered.length).toBe(2);
  results.accept();
  expect(document.layers).toHaveLength(3);
});

test('going on from a row keeps the ids above it and takes the words and numbers that are set', async () => {
  const { host, results, edits, branch, editSettings: settings } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  results.step(1);
  edits.beginBranch(results.shown!);
  expect([branch.rows, branch.grid]).toEqual([2, 4]);
  branch.keep(99);
  expect(branch.rows).toBe(3);
  settings.instruction = 'make it dawn';
  await edits.runBranch();
  expect(host.ordered[1]).toMatchObject({ instruction: 'make it dawn', kept: new Array(12).fill(1), variants: 1 });
  expect(branch.version).toBeUndefined();
});

test('stopping keeps what was decided as a result', async () => {
  const { host, jobs, results } = await startRunning();
  await jobs.stop();
  expect([host.stopped, jobs.current?.status]).toEqual([['job-1'], 'stopping']);
  const ids = [1, 2, 3, 4, 5, ...new Array<number>(11).fill(-1)];
  const kept = { ...painting, rows: 1, pictures: [{ ...painting.pictures[0]!, ids }] };
  host.say({ type: 'cancelled', kept });
  await expect.poll(() => results.offered.length).toBe(1);
  expect(results.shown!.ids).toEqual([1, 2, 3, 4]);
  expect(jobs.isBusy).toBe(false);
});

test('several edits wait in an order that can be changed, and each can be removed', async () => {
  const { host, jobs, edits } = await startRunning();
  for (let i = 0; i < 3; i++) await edits.run();
  const [a, b, c] = jobs.waiting;
  await jobs.move(c!, 0);
  expect(jobs.waiting).toEqual([c, a, b]);
  await jobs.move(c!, 2);
  expect(jobs.waiting).toEqual([a, b, c]);
  expect(host.moved).toEqual([
    ['job-4', 'job-2'],
    ['job-4', null],
  ]);
  await jobs.cancel(b!);
  host.say({ type: 'cancelled' }, 'job-3');
  await expect.poll(() => jobs.waiting).toEqual([a, c]);
  expect(jobs.current?.id).toBe('job-1');
});

test('a failure is shown in the words of the engine and leaves the document alone', async () => {
  const { host, jobs, problems, document } = await startRunning();
  host.say({ type: 'failed', code: 'bad-output', message: 'The picture is black. Nothing was written.', data: {} });
  await expect.poll(() => jobs.isBusy).toBe(false);
  expect(problems.list).toMatchObject([{ code: 'bad-output' }]);
  expect([document.layers.length, document.versions.length]).toEqual([1, 0]);
});

test('notices of the engine are shown', async () => {
  const { host, problems } = await startRunning();
  host.say({ ...finished, notices: ['The model changed nothing.'] });
  await expect.poll(() => problems.list).toMatchObject([{ tone: 'notice', title: 'The model changed nothing.' }]);
});

/** Jobs that follow the engine as in the window, where a lost connection is an effect. */
async function startInEffect() {
  const host = new FakeHost();
  const app = createAppState(host);
  onTestFinished(listenInEffect(app.jobs));
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  flushSync();
  await app.document.open({ blob, name: 'photo.jpg' });
  return { host, app };
}

test('an engine that goes away fails the edit under way, keeps the document, and those that wait go on with the next', async () => {
  const { host, app } = await startInEffect();
  app.editSettings.instruction = 'x';
  const edits = createEditActions(app);
  for (const words of ['first', 'second', 'third', 'fourth']) {
    app.editSettings.instruction = words;
    await edits.run();
  }
  host.lose();
  flushSync();
  const waiting = () => app.jobs.list.map(({ instruction, status }) => [instruction, status]);
  expect(waiting()).toEqual(['second', 'third', 'fourth'].map((words) => [words, 'sending']));
  await app.jobs.stop(app.jobs.list[1]);
  expect(app.engine.status).toBe('lost');
  expect(app.problems.list).toMatchObject([{ code: 'engine-stopped' }]);
  expect(app.document.layers).toHaveLength(1);
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  flushSync();
  const ordered = () => host.ordered.map((order) => (order as { instruction: string }).instruction);
  await expect.poll(ordered).toEqual(['first', 'second', 'third', 'fourth', 'second', 'fourth']);
  await expect.poll(() => app.jobs.list.map(({ id }) => id)).toEqual(['job-5', 'job-6']);
  await edits.run();
  expect(host.ordered).toHaveLength(7);
});

test('edits that kill the engine each time fail one by one, and none is ordered for ever', async () => {
  const { host, app } = await startInEffect();
  const edits = createEditActions(app);
  for (const words of ['first', 'second', 'third']) {
    app.editSettings.instruction = words;
    await edits.run();
  }
  let ordered = 3;
  for (const left of [2, 1, 0]) {
    await expect.poll(() => host.ordered.length).toBe(ordered);
    host.lose();
    flushSync();
    expect(app.jobs.list).toHaveLength(left);
    host.connect();
    await expect.poll(() => app.engine.status).toBe('ready');
    flushSync();
    ordered += left;
  }
  expect(host.ordered).toHaveLength(3 + 2 + 1);
  expect(app.problems.list).toMatchObject([{ code: 'engine-stopped' }]);
  expect([app.document.layers.length, app.document.versions.length]).toEqual([1, 0]);
});

test('edits end with the picture they are for, and nothing of them comes into the next one', async () => {
  const { host, jobs, document } = await startRunning();
  await document.open({ blob, name: 'other.jpg' });
  expect([jobs.isBusy, host.cancelled]).toEqual([false, ['job-1']]);
  host.say(finished);
  await document.written();
  expect(document.versions).toEqual([]);
});

test('an engine that does not come back is said to be long gone', async () => {
  const host = new FakeHost();
  const { engine } = createAppState(host);
  host.connect();
  await expect.poll(() => engine.status).toBe('ready');
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  host.lose();
  expect([engine.status, engine.isLongGone]).toEqual(['lost', false]);
  vi.runAllTimers();
  expect(engine.isLongGone).toBe(true);
  host.connect();
  vi.runAllTimers();
  expect(engine.isLongGone).toBe(false);
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
