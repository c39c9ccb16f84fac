import { expect, test } from 'vitest';
import { CanvasState } from '../../../renderer/state/canvas.svelte.ts';

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
