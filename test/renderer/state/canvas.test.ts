import { expect, test } from 'vitest';
import { setLayerMask } from '#common/document/layer-commands.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { paintCommands } from '../../../renderer/state/paint-commands.ts';
import { CanvasState } from '../../../renderer/state/canvas.svelte.ts';
import { blob, FakeHost } from '../fake-host.ts';

/** A picture as browsers give it: its size is not its own property, so that spreading loses it. */
class Bitmap {
  get width(): number {
    return 400;
  }
  get height(): number {
    return 300;
  }
}

test('sizes of bitmaps are kept as plain numbers', () => {
  const { viewport, selection } = new CanvasState();
  viewport.setPicture(new Bitmap());
  selection.setPicture(new Bitmap());
  expect([{ ...viewport.picture }, { ...selection.picture }]).toEqual(Array(2).fill({ width: 400, height: 300 }));
});

test('of another picture nothing is selected and all is shown, even if it is of the same size', async () => {
  const host = new FakeHost();
  const { canvas, document, engine } = createAppState(host);
  const { viewport, selection } = canvas;
  host.connect();
  await expect.poll(() => engine.status).toBe('ready');
  const show = async (name: string): Promise<void> => {
    await document.open({ blob, name });
    viewport.setPicture(document.project!.canvas);
    selection.setPicture(document.project!.canvas);
  };
  await show('one.jpg');
  viewport.zoomTo(3);
  selection.all();
  selection.none();
  selection.all();
  await show('two.jpg');
  expect([selection.mask, selection.hasEarlier, viewport.isFitted]).toEqual([null, false, true]);
});

test('two colours are swapped and reset; on a mask it is hiding and showing', async () => {
  const host = new FakeHost();
  const app = createAppState(host);
  const { canvas, commands, document, engine, layers } = app;
  host.connect();
  await expect.poll(() => engine.status).toBe('ready');
  await document.open({ blob, name: 'one.jpg' });
  commands.registerAll(paintCommands(app));
  const colours = (): string[] => [canvas.colour, canvas.otherColour];
  canvas.colour = '#ff0000';
  void commands.run('paint.swap');
  expect(colours()).toEqual(['#ffffff', '#ff0000']);
  void commands.run('paint.reset');
  expect(colours()).toEqual(['#000000', '#ffffff']);
  const { image, id } = layers.chosen!;
  const { extent } = document.store.require(image);
  setLayerMask(document.store, id, { extent, channels: 1, depth: 8, tiles: [null] });
  layers.choose(id, 'mask');
  void commands.run('paint.swap');
  expect([canvas.tools.maskPaint, ...colours()]).toEqual(['show', '#000000', '#ffffff']);
  void commands.run('paint.reset');
  expect(canvas.tools.maskPaint).toBe('hide');
});

test('a selection that is lost comes back, until another one is made', () => {
  const { selection } = new CanvasState();
  selection.setPicture({ width: 60, height: 40 });
  expect(selection.hasEarlier).toBe(false);
  selection.all();
  const all = selection.mask;
  selection.none();
  selection.again();
  expect([selection.mask, selection.hasEarlier]).toEqual([all, false]);
});

test('a selection stays on its pixels when the canvas is cropped, and comes back whole when that is undone', () => {
  const { selection } = new CanvasState();
  selection.setPicture({ width: 6, height: 4 });
  selection.set({ bounds: { x: 1, y: 1, width: 3, height: 2 }, data: new Uint8Array([255, 1, 2, 255, 3, 4]) });
  const made = selection.mask;
  selection.setPicture({ width: 4, height: 2 }, { x: 2, y: 2 });
  expect(selection.mask).toEqual({ bounds: { x: 0, y: 0, width: 2, height: 1 }, data: new Uint8Array([3, 4]) });
  selection.none();
  selection.again();
  expect(selection.bounds).toEqual({ x: 0, y: 0, width: 2, height: 1 });
  selection.setPicture({ width: 6, height: 4 });
  expect(selection.mask).toBe(made);
  selection.setPicture({ width: 2, height: 2 }, { x: 4, y: 0 });
  expect([selection.mask, selection.original]).toEqual([null, made]);
});

test('a canvas that is cropped to what is selected has nothing to be told apart', () => {
  const { selection } = new CanvasState();
  selection.setPicture({ width: 6, height: 4 });
  selection.set({ bounds: { x: 1, y: 1, width: 3, height: 2 }, data: new Uint8Array(6).fill(255) });
  selection.setPicture({ width: 3, height: 2 }, { x: 1, y: 1 });
  expect(selection.mask).toBeNull();
});

test('a picture stays fitted while the window changes, until it is zoomed', () => {
  const { viewport } = new CanvasState();
  viewport.setScreen({ width: 248, height: 1000, density: 1 });
  viewport.setPicture({ width: 400, height: 300 });
  expect(viewport.percent).toBe(50);
  viewport.setScreen({ width: 148, height: 1000, density: 1 });
  expect(viewport.percent).toBe(25);
  viewport.zoomTo(1);
  viewport.setScreen({ width: 348, height: 1000, density: 1 });
  expect(viewport.percent).toBe(100);
  viewport.fit();
  expect(viewport.percent).toBe(75);
});

test('100 % is a screen pixel for each pixel, on any screen', () => {
  const { viewport } = new CanvasState();
  viewport.setScreen({ width: 500, height: 500, density: 2 });
  viewport.setPicture({ width: 4000, height: 3000 });
  viewport.zoomTo(1);
  expect(viewport.view.zoom).toBe(0.5);
});

test('changes of the selection follow each other, and a slow one gives way to a later one', async () => {
  const { selection } = new CanvasState();
  selection.setPicture({ width: 60, height: 40 });
  selection.all();
  await selection.shrink(5);
  expect(selection.bounds).toEqual({ x: 0, y: 0, width: 60, height: 40 }); // it has no edge inside of the picture
  selection.move({ x: 20, y: 0 });
  await selection.grow(4);
  expect(selection.bounds).toEqual({ x: 16, y: 0, width: 44, height: 40 });
  const slow = selection.feather(6);
  selection.none();
  await slow;
  expect(selection.mask).toBeNull();
});
