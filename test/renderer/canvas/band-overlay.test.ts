import { expect, test } from 'vitest';
import { BandOverlay } from '../../../renderer/canvas/band-overlay.ts';

const canvas = { x: 0, y: 0, width: 400, height: 300 };
const placement = {
  ...{ image: canvas, source: { x: 0, y: -50, width: 400, height: 400 }, visible: canvas, modelSize: 100 },
};

/** The first half of the rows of an edit of that canvas, drawn on whatever the canvas is now. */
function drawnOn(present: typeof canvas, zoom = 2) {
  const calls: Record<string, number[][]> = {};
  const context = new Proxy({} as CanvasRenderingContext2D, {
    get:
      (_, name) =>
      (...values: unknown[]) =>
        void (calls[String(name)] ??= []).push(values.filter((value) => typeof value === 'number')),
    set: () => true,
  });
  const rows = new BandOverlay();
  const bitmap = { width: 100, height: 50 } as ImageBitmap;
  rows.add({ bitmap, top: 0, placement, corner: canvas });
  rows.paint(context, { zoom, x: 10, y: 20 }, 1, 'red', present);
  return calls;
}

test('rows under way lie on the picture, without what the model only sees of its reflection', () => {
  const { rect, drawImage } = drawnOn(canvas);
  expect(rect).toEqual([[10, 20, 800, 300]]);
  expect(drawImage).toEqual([[0, 0, 100, 50, 10, -80, 800, 400]]);
});

test('rows stay on their pixels when the canvas is cropped under them, and are cut where it ends', () => {
  const { rect, drawImage, fillRect } = drawnOn({ x: 100, y: 60, width: 50, height: 200 });
  expect(rect).toEqual([[10, 20, 100, 180]]); // 90 rows of pixels are left of the 150
  expect(drawImage).toEqual([[0, 0, 100, 50, 10 - 200, -80 - 120, 800, 400]]);
  expect(fillRect).toEqual([[10, 199, 100, 2]]);
});

test('nothing is drawn where all of the rows were cropped away', () => {
  expect(drawnOn({ x: 0, y: 200, width: 400, height: 100 })).not.toHaveProperty('drawImage');
});
