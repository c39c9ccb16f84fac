import { expect, test } from 'vitest';
import { blob } from '../fake-host.ts';
import { finished, painting, start, startRunning } from './editing.ts';

const seedOf = (order: unknown): number => (order as { seed: number }).seed;
const layersOf = (order: unknown): number => (order as { picture: { layers: unknown[] } }).picture.layers.length;

/** Two edits are layers, one above the other. The engine tells the seeds that were asked for. */
async function startWithLayers() {
  const app = await start();
  const { document, edits, host, results, editSettings } = app;
  for (const [index, words] of ['make it night', 'add a moon'].entries()) {
    editSettings.instruction = words;
    await edits.run();
    const seed = seedOf(host.ordered[index]);
    host.say({ ...finished, seed, pictures: [painting.pictures[0]!] }, `job-${index + 1}`);
    await expect.poll(() => results.offered.length).toBe(1);
    results.accept();
  }
  const version = (place: number) => document.versions.find(({ id }) => id === document.layers[place]!.version)!;
  return { ...app, version };
}

test('the recipe of a layer is run on the picture the layer was made from, in its place', async () => {
  const { document, edits, editSettings, host, recipeBase, version } = await startWithLayers();
  await edits.takeRecipe(version(1));
  expect(recipeBase.isOther).toBe(true);
  editSettings.instruction = 'make it dawn';
  await edits.run();
  const order = host.ordered.at(-1);
  expect(order).toMatchObject({ instruction: 'make it dawn', seed: version(1).seed, variants: 1 });
  expect(layersOf(order)).toBe(1);
  host.say({ ...finished, pictures: [painting.pictures[0]!] }, 'job-3');
  await expect.poll(() => document.versions.length).toBe(3);
  expect(document.versions.at(-1)!.parent).toBe(version(1).parent);
});

test('a person goes back to the present picture', async () => {
  const { edits, host, recipeBase, version } = await startWithLayers();
  await edits.takeRecipe(version(1));
  recipeBase.end();
  await edits.run();
  expect(layersOf(host.ordered.at(-1))).toBe(3);
});

test('what is kept of the recipe is gone on from', async () => {
  const { edits, editSettings, host, recipeBase, results, version } = await startWithLayers();
  await edits.takeRecipe(version(1));
  editSettings.instruction = 'make it dawn';
  await edits.run();
  host.say({ ...finished, pictures: [painting.pictures[0]!] }, 'job-3');
  await expect.poll(() => results.offered.length).toBe(1);
  expect(recipeBase.version).toBeDefined();
  results.accept();
  expect(recipeBase.version).toBeUndefined();
});

test('the recipe of a result of the present picture needs no word about pictures, until it became a layer', async () => {
  const { document, edits, host, recipeBase, results } = await startRunning();
  host.say(finished);
  await expect.poll(() => results.offered.length).toBe(2);
  await edits.takeRecipe(results.offered[1]!);
  expect([recipeBase.version?.id, recipeBase.isOther]).toEqual([document.versions[1]!.id, false]);
  results.accept(results.offered[1]);
  expect(recipeBase.version).toBeUndefined();
});

test('a recipe that nothing was changed of is known as such, and runs with another seed', async () => {
  const { canvas, edits, editSettings, host, recipeBase, results } = await startRunning();
  const { seed } = host.ordered[0] as { seed: number };
  host.say({ ...finished, seed });
  await expect.poll(() => results.offered.length).toBe(2);
  await edits.takeRecipe(results.offered[1]!);
  const isUnchanged = () => recipeBase.isUnchanged(canvas.selection);
  expect(isUnchanged()).toBe(true);
  for (const change of [{ cfg: 5 }, { temperature: 0.5 }]) {
    editSettings.set(change);
    expect(isUnchanged()).toBe(false);
    editSettings.resetSampling();
    expect(isUnchanged()).toBe(true);
  }
  canvas.selection.set({ bounds: { x: 1, y: 2, width: 1, height: 1 }, data: new Uint8Array([255]) });
  expect(isUnchanged()).toBe(false);
  canvas.selection.none();
  await edits.run();
  expect(seedOf(host.ordered[1])).not.toBe(seed);
  expect([isUnchanged(), editSettings.isSeedLocked]).toEqual([false, false]);
});

test('the seed that a recipe locked is free again when the present picture is gone back to', async () => {
  const { edits, editSettings, recipeBase, version } = await startWithLayers();
  await edits.takeRecipe(version(1));
  expect(editSettings.isSeedLocked).toBe(true);
  recipeBase.end();
  expect(editSettings.isSeedLocked).toBe(false);
});

test('the second variant of a seed is made again as the second, and with another seed as the first', async () => {
  const { edits, editSettings, host, results } = await startRunning();
  host.say({ ...finished, seed: seedOf(host.ordered[0]) });
  await expect.poll(() => results.offered.length).toBe(2);
  await edits.takeRecipe(results.offered[1]!);
  editSettings.instruction = 'make it dawn';
  await edits.run();
  expect(host.ordered[1]).toMatchObject({ firstVariant: 1, variants: 1, seed: seedOf(host.ordered[0]) });
  editSettings.freeSeed();
  await edits.run();
  expect(host.ordered[2]).toMatchObject({ firstVariant: 0 });
});

test('what the recipe had selected is selected again', async () => {
  const { canvas, edits, host, results } = await start();
  canvas.selection.setPicture({ width: 9, height: 9 });
  canvas.selection.set({ bounds: { x: 1, y: 2, width: 3, height: 1 }, data: new Uint8Array([255, 9, 255]) });
  host.stored = new Map();
  await edits.run();
  host.say({ ...finished, pictures: [painting.pictures[0]!] });
  await expect.poll(() => results.offered.length).toBe(1);
  canvas.selection.none();
  await edits.takeRecipe(results.offered[0]!);
  expect(canvas.selection.mask).toEqual({
    bounds: { x: 1, y: 2, width: 3, height: 1 },
    data: new Uint8Array([255, 9, 255]),
  });
  await edits.run();
  expect(host.ordered[1]).toMatchObject({ selection: { bounds: { x: 1, y: 2, width: 3, height: 1 } } });
});

test('an edit that was never kept is run again without the layers that were kept after it', async () => {
  const { document, edits, host, results, version } = await startWithLayers();
  const [night] = [version(1)];
  document.undo();
  document.undo();
  const moon = document.versions.find(({ title }) => title === 'add a moon')!;
  results.accept(moon);
  await edits.runAgain(night, {});
  expect(layersOf(host.ordered.at(-1))).toBe(1);
});

test('going on from a row never repeats the picture: a locked seed is freed and that is said', async () => {
  const { edits, editSettings, host, problems, results } = await startRunning();
  const seed = seedOf(host.ordered[0]);
  host.say({ ...finished, seed });
  await expect.poll(() => results.offered.length).toBe(2);
  editSettings.isSeedLocked = true;
  editSettings.instruction = 'make it dawn';
  edits.beginBranch(results.offered[0]!);
  await edits.runBranch();
  expect([seedOf(host.ordered[1]), problems.list]).toEqual([seed, []]);
  editSettings.instruction = 'make it night';
  edits.beginBranch(results.offered[0]!);
  await edits.runBranch();
  expect(seedOf(host.ordered[2])).not.toBe(seed);
  expect(seedOf(host.ordered[2])).toBe(editSettings.seed);
  expect(editSettings.isSeedLocked).toBe(false);
  expect(problems.list).toMatchObject([{ title: 'Another seed was taken, and the seed is unlocked.' }]);
});

test('a recipe ends with its picture', async () => {
  const { document, edits, recipeBase, version } = await startWithLayers();
  await edits.takeRecipe(version(1));
  await document.open({ blob, name: 'other.jpg' });
  expect(recipeBase.version).toBeUndefined();
});
