import { expect, test } from 'vitest';
import type { EditOrder } from '#common/contract/edit-order.ts';
import type { LayeredPicture } from '#common/contract/pictures.ts';
import type { Version } from '#common/document/records.ts';
import { cropCanvas } from '../../../renderer/state/crop.ts';
import { recipeForElsewhere } from '../../../renderer/state/results.svelte.ts';
import type { Band } from '../../../renderer/state/job.svelte.ts';
import { band, finished, painting, start, startRunning } from './editing.ts';

// The picture is 9 × 9 pixels; what is cropped away stays in its layers.

const alone = { ...finished, pictures: [painting.pictures[0]!] };
const whole = { x: 0, y: 0, width: 9, height: 9 };
const part = { x: 2, y: 3, width: 4, height: 5 };
const selected = { bounds: { x: 1, y: 4, width: 3, height: 1 }, data: new Uint8Array([255, 9, 255]) };

type App = Awaited<ReturnType<typeof start>>;

const orderOf = ({ host }: App, index = -1) => host.ordered.at(index) as EditOrder & { picture: LayeredPicture };

/** The canvas is another one, and the page's parts know. */
function crop({ canvas, document }: App, bounds: typeof whole | 'undo'): void {
  if (bounds === 'undo') document.undo();
  else cropCanvas(document, bounds);
  canvas.selection.setPicture(document.project!.canvas, document.project!.canvas);
}

/** An edit with a selection was made and kept on the whole picture; then the canvas is cropped. */
async function startCropped(settings: Partial<App['editSettings']> = {}) {
  const app = await start();
  const { canvas, document, edits, editSettings, host, results } = app;
  Object.assign(editSettings, settings);
  canvas.selection.setPicture(document.project!.canvas, document.project!.canvas);
  canvas.selection.set(selected);
  host.stored = new Map();
  await edits.run();
  host.say({ ...alone, seed: orderOf(app).seed });
  await expect.poll(() => results.offered.length).toBe(1);
  results.accept();
  canvas.selection.none();
  crop(app, part);
  const version = (): Version => document.versions[0]!;
  return { ...app, version };
}

/** All but the number that says which of a seed it is, and where it runs. */
const what = ({ picture, selection, square, fit, seed, kept }: EditOrder) => ({
  picture,
  selection,
  square,
  fit,
  seed,
  kept,
});

test('rows say which picture they are of, whatever the canvas is meanwhile', async () => {
  const app = await startRunning();
  const bands: Band[] = [];
  app.jobs.onBand((one) => bands.push(one));
  crop(app, part);
  app.host.say({ ...band, variant: 0 });
  crop(app, 'undo');
  app.host.say({ ...band, variant: 0 });
  await expect.poll(() => bands.length).toBe(2);
  expect(bands.map(({ corner }) => corner)).toEqual([whole, whole]);
});

test('a result and its layer know the picture they were made from, also when the crop is undone after it came', async () => {
  const app = await startRunning();
  crop(app, part);
  app.host.say(alone);
  await expect.poll(() => app.results.offered.length).toBe(1);
  crop(app, 'undo');
  expect(app.document.versions[0]).toMatchObject({ canvas: whole, offset: { x: 3, y: 4 } });
  app.results.accept();
  expect(app.document.layers[1]).toMatchObject({ offset: { x: 3, y: 4 } });
});

test('a canvas that is cropped while the selection is on its way to the engine does not move the result', async () => {
  const app = await start();
  const { canvas, document, edits, host, results } = app;
  canvas.selection.setPicture(document.project!.canvas, document.project!.canvas);
  canvas.selection.set(selected);
  const running = edits.run();
  crop(app, part);
  await running;
  expect(orderOf(app)).toMatchObject({
    picture: { extent: { width: 9, height: 9 } },
    selection: { bounds: selected.bounds },
  });
  host.say(alone);
  await expect.poll(() => results.offered.length).toBe(1);
  expect(results.offered[0]).toMatchObject({ canvas: whole, offset: { x: 3, y: 4 } });
});

test('run exactly again after a crop is the same order, and its result lies at the same place', async () => {
  const app = await startCropped();
  await app.edits.runAgain(app.version(), {});
  expect(what(orderOf(app))).toEqual(what(orderOf(app, 0)));
  app.host.say(alone, 'job-2');
  await expect.poll(() => app.results.offered.length).toBe(1);
  expect(app.results.offered[0]).toMatchObject({ canvas: whole, offset: { x: 3, y: 4 } });
});

test('a recipe that is edited after a crop has the selection of its own picture, although less of it is seen', async () => {
  const app = await startCropped();
  const { canvas, edits, editSettings, recipeBase, version } = app;
  await edits.takeRecipe(version());
  expect(canvas.selection.mask).toEqual({
    bounds: { x: 0, y: 1, width: 2, height: 1 },
    data: new Uint8Array([9, 255]),
  });
  expect([recipeBase.isOther, recipeBase.canvas]).toEqual([true, whole]);
  expect(recipeBase.selectedPart(canvas.selection)).toEqual(selected.bounds);
  expect(recipeBase.isUnchanged(canvas.selection)).toBe(true);
  editSettings.instruction = 'make it dawn';
  await edits.run();
  expect(what(orderOf(app))).toEqual(what(orderOf(app, 0)));
  crop(app, 'undo');
  expect(canvas.selection.mask).toEqual(selected);
  expect(recipeBase.selectedPart(canvas.selection)).toEqual(selected.bounds);
});

test('a selection that was changed after a crop is of the same pixels for the recipe’s picture', async () => {
  const app = await startCropped();
  await app.edits.takeRecipe(app.version());
  app.canvas.selection.set({ bounds: { x: 0, y: 0, width: 2, height: 1 }, data: new Uint8Array([255, 255]) });
  await app.edits.run();
  expect(orderOf(app)).toMatchObject({ selection: { bounds: { x: 2, y: 3, width: 2, height: 1 } } });
});

test('a selection beyond the recipe’s picture is refused rather than left out', async () => {
  const app = await start();
  crop(app, part);
  await app.edits.run();
  app.host.say(alone);
  await expect.poll(() => app.results.offered.length).toBe(1);
  await app.edits.takeRecipe(app.results.offered[0]!);
  crop(app, 'undo');
  app.canvas.selection.set({ bounds: { x: 0, y: 0, width: 1, height: 1 }, data: new Uint8Array([255]) });
  await expect(app.edits.run()).rejects.toThrow(expect.objectContaining({ code: 'selection-empty' }));
  expect(app.host.ordered).toHaveLength(1);
});

test('a square that was placed stays on its pixels, in the fields and in recipes', async () => {
  const app = await startCropped({ fit: 'square', square: { x: 1, y: 2, size: 5 } });
  const { edits, editSettings, recipeBase, version } = app;
  await edits.run();
  expect(orderOf(app)).toMatchObject({
    square: { x: -1, y: -1, size: 5 },
    picture: { extent: { width: 4, height: 5 } },
  });
  editSettings.square = undefined;
  await edits.takeRecipe(version());
  expect(editSettings.square).toEqual({ x: 1, y: 2, size: 5 });
  await edits.run();
  expect(orderOf(app).square).toEqual({ x: 1, y: 2, size: 5 });
  recipeBase.end();
  await edits.run();
  expect(orderOf(app).square).toEqual({ x: -1, y: -1, size: 5 });
});

test('an edit made on a cropped canvas counts from that canvas, when it runs again on the whole one', async () => {
  const app = await start();
  const { canvas, edits, host, results } = app;
  canvas.selection.setPicture(whole);
  crop(app, part);
  canvas.selection.set({ bounds: { x: 1, y: 1, width: 2, height: 1 }, data: new Uint8Array([255, 255]) });
  await edits.run();
  host.say(alone);
  await expect.poll(() => results.offered.length).toBe(1);
  const [made] = results.offered;
  expect(made).toMatchObject({ canvas: part, offset: { x: 5, y: 7 } });
  crop(app, 'undo');
  await edits.runAgain(made!, {});
  expect(what(orderOf(app))).toMatchObject({
    picture: { extent: { width: 4, height: 5 } },
    selection: orderOf(app, 0).selection,
  });
});

test('a recipe that leaves the project says which part of the opened picture it is of', async () => {
  const app = await startCropped();
  expect(recipeForElsewhere(app.document.store, app.version())).not.toHaveProperty('crop');
  await app.edits.run();
  app.host.say(alone, 'job-2');
  await expect.poll(() => app.results.offered.length).toBe(1);
  expect(recipeForElsewhere(app.document.store, app.results.offered[0]!)).toMatchObject({ crop: part });
});

test('the rows of a branch are chosen where the result lies', async () => {
  const app = await startCropped();
  app.edits.beginBranch(app.version());
  expect(app.branch).toMatchObject({ canvas: whole, placement: { image: { width: 9, height: 9 } } });
});
