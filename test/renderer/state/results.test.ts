import { expect, test } from 'vitest';
import type { EditOrder } from '#common/contract/edit-order.ts';
import { layerBounds } from '../../../renderer/compositor/layer-stack.ts';
import { documentStack } from '../../../renderer/canvas/document-stack.ts';
import { cropCanvas } from '../../../renderer/state/crop.ts';
import { onlyLayers, withResult } from '../../../renderer/state/layered-picture.ts';
import { blob } from '../fake-host.ts';
import { finished, painting, start, startRunning } from './editing.ts';

const alone = { ...finished, pictures: [painting.pictures[0]!] };

/** One result is looked at while another edit runs. */
async function startLooking() {
  const app = await startRunning();
  app.host.say(alone);
  await expect.poll(() => app.results.offered.length).toBe(1);
  const looked = app.results.shown!;
  await app.edits.run();
  app.results.show(looked.id);
  return { ...app, looked };
}

test('a finished edit does not take the place of the result that is looked at, and is new until it is looked at', async () => {
  const { host, results, looked } = await startLooking();
  host.say(alone, 'job-2');
  await expect.poll(() => results.offered.length).toBe(2);
  expect(results.shown).toBe(looked);
  expect(results.newOnes).toEqual([results.offered[0]]);
  results.showNew();
  expect(results.shown).toBe(results.offered[0]);
  expect(results.newOnes).toEqual([]);
});

test('a finished edit shows itself to nobody who turned to the picture', async () => {
  const { host, results } = await startRunning();
  results.showPicture();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  expect(results.shown).toBeUndefined();
  expect(results.newOnes).toHaveLength(2);
});

test('new results are shown in the order in which their edits ended', async () => {
  const { host, edits, results } = await startRunning();
  results.showPicture();
  await edits.run();
  host.say(alone);
  await expect.poll(() => results.offered.length).toBe(1);
  const [first] = results.offered;
  await new Promise((resolve) => setTimeout(resolve, 2)); // versions tell milliseconds apart
  host.say(alone, 'job-2');
  await expect.poll(() => results.offered.length).toBe(2);
  results.showNew();
  expect(results.shown).toBe(first);
});

test('who adds an edit to others goes on with what they look at', async () => {
  const { edits, results, looked } = await startLooking();
  await edits.run();
  expect(results.shown).toBe(looked);
});

test('an edit that is started alone is watched, whatever lay over the picture', async () => {
  const { host, edits, editor, jobs, results } = await startRunning();
  host.say(alone);
  await expect.poll(() => jobs.isBusy).toBe(false);
  editor.showsBefore = true;
  await edits.run();
  expect([results.shown, results.watched, editor.showsBefore]).toEqual([undefined, 0, false]);
});

test('the variant that was watched is the one that is shown', async () => {
  const { host, results } = await startRunning();
  results.watch(1);
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  expect(results.shown).toBe(results.offered[1]);
  expect(results.newOnes).toEqual([]);
});

test('stepping begins at either end where no result is shown', async () => {
  const { host, results } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  for (const [by, place] of [
    [1, 0],
    [-1, 1],
  ] as const) {
    results.showPicture();
    results.step(by);
    expect(results.shown).toBe(results.offered[place]);
  }
});

test('all results are discarded in one step that can be taken back, those with a star on demand', async () => {
  const { host, actions, document, problems, results } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  results.star(results.offered[1]!);
  actions.discardAll(({ isStarred }) => !isStarred);
  expect(results.offered).toMatchObject([{ isStarred: true }]);
  actions.discardAll();
  expect([results.offered, results.shown]).toEqual([[], undefined]);
  document.undo();
  expect(results.offered).toHaveLength(1);
  await problems.list[0]!.action!.run();
  expect(results.offered).toHaveLength(2);
  expect(problems.list).toHaveLength(1);
});

test('the queue is emptied at once and can be put back, and the edit under way goes on', async () => {
  const { host, actions, edits, editSettings, jobs, problems } = await startRunning();
  for (const words of ['first', 'second']) {
    editSettings.instruction = words;
    await edits.run();
  }
  await actions.clearQueue();
  expect(host.cancelled).toEqual(['job-3', 'job-2']);
  for (const job of host.cancelled) host.say({ type: 'cancelled' }, job);
  await expect.poll(() => jobs.waiting.length).toBe(0);
  expect(jobs.current?.id).toBe('job-1');
  await problems.list[0]!.action!.run();
  expect(jobs.waiting.map(({ instruction }) => instruction)).toEqual(['first', 'second']);
  expect(problems.list).toEqual([]);
});

test('an edit that is removed before the engine has it is cancelled there', async () => {
  const { host, edits, jobs } = await start();
  const running = edits.run();
  await expect.poll(() => jobs.list.length).toBe(1);
  await jobs.cancel(jobs.list[0]!);
  expect(jobs.list).toEqual([]);
  await running;
  expect(host.cancelled).toEqual(['job-1']);
});

test('another picture has none of the results of the one before', async () => {
  const { host, document, results } = await startRunning();
  results.showPicture();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  await document.open({ blob, name: 'other.jpg' });
  expect([results.offered, results.newOnes, results.watched]).toEqual([[], [], 0]);
});

test('a result of a layer that is run again is seen and kept in its place, and the layer is hidden', async () => {
  const { host, document, edits, results } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  const [first, second] = results.offered;
  for (const version of [first, second]) results.accept(version);
  const [, layer, upper] = document.layers;
  await edits.runAgain(document.versions.find(({ id }) => id === first!.id)!);
  host.say(alone, 'job-2');
  await expect.poll(() => results.offered.length).toBe(1);
  const [again] = results.offered;
  results.show(again!.id);
  const stack = documentStack(document.store);
  const seen = withResult(stack, document.store, again!, results.placeOf(again!));
  expect(seen.layers.map(({ id }) => id)).toEqual([document.layers[0]!.id, again!.id, upper!.id]);
  expect(layerBounds(seen, seen.layers[1]!)).toMatchObject({ x: 3, y: 4 });
  expect(onlyLayers(stack, results.layersOf(again!)!).layers).toEqual([stack.layers[0]]);
  results.accept();
  const visible = () => document.layers.map(({ id, isVisible }) => [id, isVisible]);
  const made = document.layers[2]!.id;
  expect(visible()).toEqual([
    [document.layers[0]!.id, true],
    [layer!.id, false],
    [made, true],
    [upper!.id, true],
  ]);
  document.undo();
  expect(visible()).toHaveLength(3);
  expect(visible()[1]).toEqual([layer!.id, true]);
});

test('a result belongs where it was ordered for, also when the canvas is cropped meanwhile', async () => {
  const { host, document, results } = await startRunning();
  cropCanvas(document, { x: 2, y: 3, width: 5, height: 5 });
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  expect(results.offered[0]!.offset).toEqual({ x: 3, y: 4 });
});

test('a locked seed never repeats a picture, whether it was made or waits: another one is taken and said', async () => {
  const { host, edits, editSettings, problems } = await startRunning();
  editSettings.isSeedLocked = true;
  await edits.run();
  const seeds = host.ordered.map((order) => (order as { seed: number }).seed);
  expect(seeds[1]).not.toBe(seeds[0]);
  expect([editSettings.isSeedLocked, editSettings.seed]).toEqual([false, seeds[1]]);
  expect(problems.list).toHaveLength(1);
  host.say({ type: 'cancelled' }, 'job-2');
  host.say(finished);
  await expect.poll(() => problems.list.length).toBe(1);
  Object.assign(editSettings, { isSeedLocked: true, seed: seeds[0] });
  editSettings.set({ cfg: 4 });
  await edits.run();
  expect((host.ordered[2] as { seed: number }).seed).toBe(seeds[0]);
  editSettings.resetSampling();
  await edits.run();
  expect((host.ordered[3] as { seed: number }).seed).not.toBe(seeds[0]);
});

test('rows to keep are chosen on a result that is looked at', async () => {
  const { host, edits, results } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  const [first] = results.offered;
  results.discard(first);
  edits.beginBranch({ ...first!, isDiscarded: true });
  expect(results.shown?.id).toBe(first!.id);
});

test('a result that is gone on from, or chosen in the history, keeps its place among the others', async () => {
  const { host, edits, results } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  const [first, second] = results.offered;
  edits.beginBranch(second!);
  expect(results.offered).toEqual([first, second]);
  expect(results.shown).toBe(second);
  results.discard(first);
  results.discard(second);
  results.offer({ ...second!, isDiscarded: true });
  expect(results.offered.map(({ id }) => id)).toEqual([second!.id]);
});

test('what nobody had decided on is offered again when the picture is, and hides nothing', async () => {
  const { host, document, results } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  const [kept, left] = results.offered;
  results.accept(kept);
  results.forget(); // as when the picture is closed
  results.offerLeft();
  expect(results.offered).toEqual([left]);
  expect([results.shown, results.newOnes]).toEqual([undefined, []]);
  results.discard(document.versions.find(({ id }) => id === left!.id));
  results.offerLeft();
  expect(results.offered).toEqual([]);
});

test('a model that always takes the likeliest never repeats a picture: the same words are drawn freely, which is said', async () => {
  const { engine, host, edits, editSettings, problems, results } = await start();
  const [{ ready, ...model }] = host.models as [(typeof host.models)[0]];
  host.models = [{ ...model, ready: { ...ready, sampling: { ...ready.sampling, temperature: 0 } } }];
  await engine.refresh();
  const temperatures = () => host.ordered.map((order) => (order as EditOrder).sampling.temperature);
  await edits.run();
  await edits.run();
  expect(temperatures()).toEqual([0, 1]);
  expect(problems.list).toMatchObject([{ title: 'This one is drawn more freely.' }]);
  editSettings.variants = 3;
  expect(editSettings.sampling.temperature).toBe(1);
  host.say({ ...finished, sampling: { ...finished.sampling, temperature: 0 } });
  await expect.poll(() => results.offered.length).toBe(2);
  await edits.runAgain(results.shown!);
  await edits.runAgain(results.shown!, {});
  expect(temperatures()).toEqual([0, 1, 1, 0]);
});
