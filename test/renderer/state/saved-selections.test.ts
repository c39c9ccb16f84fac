import { expect, test } from 'vitest';
import { maskOfBounds } from '#common/raster/masks.ts';
import { cropCanvas } from '../../../renderer/state/crop.ts';
import { createSelectionActions } from '../../../renderer/state/selection-actions.ts';
import { start } from './editing.ts';

const picture = { width: 600, height: 400 };

/** A picture on which a rectangle is selected. */
async function startSelected() {
  const app = await start();
  app.host.stored = new Map();
  const { canvas, document } = app;
  const show = () => {
    const { width, height, x, y } = document.project!.canvas;
    canvas.selection.setPicture({ width, height }, { x, y });
  };
  document.act('Size', (store) => store.update(document.project!.id, { canvas: { x: 0, y: 0, ...picture } }));
  show();
  canvas.selection.set(maskOfBounds({ x: 100, y: 50, width: 300, height: 100 }, picture));
  return { ...app, show, ...createSelectionActions(app.app) };
}

test('a selection is kept under a free name and selected again, or laid over what is selected', async () => {
  const { canvas, document, keep, load, rename, remove } = await startSelected();
  const { selection } = canvas;
  const { mask } = selection;
  await keep();
  await keep();
  expect(document.selections.map(({ name }) => name)).toEqual(['Selection 1', 'Selection 2']);
  const [first, second] = document.selections as [(typeof document.selections)[0], (typeof document.selections)[0]];
  selection.none();
  await load(first, 'replace');
  expect(selection.mask).toEqual(mask);
  selection.set(maskOfBounds({ x: 350, y: 50, width: 100, height: 100 }, picture));
  await load(first, 'subtract');
  expect(selection.bounds).toEqual({ x: 400, y: 50, width: 50, height: 100 });
  await load(first, 'add');
  expect(selection.bounds).toEqual({ x: 100, y: 50, width: 350, height: 100 });
  selection.set(maskOfBounds({ x: 0, y: 60, width: 120, height: 10 }, picture));
  await load(first, 'intersect');
  expect(selection.bounds).toEqual({ x: 100, y: 60, width: 20, height: 10 });
  rename(second, 'Sky');
  rename(second, '');
  remove(first);
  expect(document.selections.map(({ name }) => name)).toEqual(['Sky']);
  for (let step = 0; step < 4; step++) document.undo();
  expect(document.selections).toEqual([]);
});

test('after a crop it lies on the same pixels, also where they were cut away; wholly outside it says so', async () => {
  const { canvas, document, keep, load, problems, show } = await startSelected();
  const { selection } = canvas;
  await keep();
  const [saved] = document.selections;
  cropCanvas(document, { x: 200, y: 0, width: 400, height: 300 });
  show();
  selection.none();
  await load(saved!, 'replace');
  expect(selection.bounds).toEqual({ x: 0, y: 50, width: 200, height: 100 });
  expect(selection.inDocument!.bounds).toEqual({ x: 100, y: 50, width: 300, height: 100 });
  document.undo();
  show();
  expect(selection.bounds).toEqual({ x: 100, y: 50, width: 300, height: 100 });
  cropCanvas(document, { x: 0, y: 0, width: 80, height: 80 });
  show();
  selection.none();
  await load(saved!, 'replace');
  expect(selection.mask).toBeNull();
  expect(JSON.stringify(problems.list)).toContain('lies outside of the picture');
});
