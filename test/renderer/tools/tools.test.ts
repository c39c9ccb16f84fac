import { describe, expect, test } from 'vitest';
import type { Compositor } from '../../../renderer/compositor/compositor.ts';
import { compareTool } from '../../../renderer/tools/compare.ts';
import { cropTool } from '../../../renderer/tools/crop.ts';
import { eyedropperTool } from '../../../renderer/tools/eyedropper.ts';
import { handTool } from '../../../renderer/tools/hand.ts';
import { canvasKey } from '../../../renderer/tools/keys.ts';
import { lassoTool } from '../../../renderer/tools/lasso.ts';
import { moveTool } from '../../../renderer/tools/move.ts';
import { eraseTool, paintTool } from '../../../renderer/tools/paint.ts';
import { rectangleTool } from '../../../renderer/tools/rectangle.ts';
import { selectionBrushTool } from '../../../renderer/tools/selection-brush.ts';
import { segmentTool } from '../../../renderer/tools/segment.ts';
import { similarTool } from '../../../renderer/tools/similar.ts';
import { zoomTool } from '../../../renderer/tools/zoom.ts';
import { createToolContext, drag, none, point } from './tool-context.ts';

describe('moving layers', () => {
  test('a drag carries them along, with Shift in a straight line, and Escape puts them back', () => {
    const { context, moves, settings } = createToolContext();
    settings.snaps = false;
    const tool = moveTool(context);
    drag(tool, [point(10, 10), point(14, 11), point(30, 5)]);
    expect(moves).toEqual([{ what: 'layers', by: [{ x: 20, y: -5 }], ended: 'end' }]);
    drag(tool, [point(10, 10), point(13, 30)], { ...none, shift: true });
    expect(moves[1]!.by).toEqual([{ x: 0, y: 20 }]);
    tool.press!(point(0, 0), none);
    expect(tool.cancel!()).toBe(true);
    expect(moves[2]).toEqual({ what: 'layers', by: [], ended: 'cancel' });
    expect(tool.cancel!()).toBe(false);
    drag(tool, [point(0, 0), point(9, 0)], { ...none, alt: true });
    expect(moves[3]!.what).toBe('copies');
    expect([tool.cursor(undefined), tool.cursor(undefined, { alt: true })]).toEqual(['move', 'copy']);
  });

  test('arrow keys nudge them; what may not move says so itself and is not dragged', () => {
    const { context, nudges } = createToolContext();
    const tool = moveTool(context);
    expect(tool.key!('ArrowLeft', none)).toBe(true);
    expect(tool.key!('ArrowDown', { ...none, shift: true })).toBe(true);
    expect(tool.key!('x', none)).toBe(false);
    expect(nudges).toEqual([
      { x: -1, y: 0 },
      { x: 0, y: 10 },
    ]);
    const still = moveTool({ ...context, moving: { ...context.moving, bounds: [], begin: () => undefined } });
    expect(still.cursor(undefined)).toBe('not-allowed');
    drag(still, [point(0, 0), point(5, 5)]);
    expect(still.cancel!()).toBe(false);
  });

  test('they snap to the canvas and to other layers close by, unless Ctrl is held or snapping is off', () => {
    const { context, moves, settings } = createToolContext();
    const layer = { x: 40, y: 90, width: 100, height: 50 };
    const other = { x: 250, y: 0, width: 30, height: 30 };
    const tool = moveTool({ ...context, moving: { ...context.moving, bounds: [layer], others: [other] } });
    const end = () => moves.at(-1)!.by.at(-1);
    drag(tool, [point(0, 0), point(-37, 20)]);
    expect(end()).toEqual({ x: -40, y: 20 }); // to the left edge of the canvas
    drag(tool, [point(0, 0), point(106, 3)]);
    expect(end()).toEqual({ x: 110, y: 3 }); // right edge to the left edge of the other one
    drag(tool, [point(0, 0), point(106, 3)], { ...none, mod: false, shift: true });
    expect(end()).toEqual({ x: 110, y: 0 });
    tool.press!(point(0, 0), none);
    tool.drag!([point(106, 3)], { ...none, mod: true });
    expect(end()).toEqual({ x: 106, y: 3 });
    tool.cancel!();
    settings.snaps = false;
    drag(tool, [point(0, 0), point(106, 3)]);
    expect(end()).toEqual({ x: 106, y: 3 });
  });

  test('with Ctrl the layer under the pointer is chosen first, and dragged at once if the pointer is still down', async () => {
    const { context, moves, chosen, done } = createToolContext();
    const tool = moveTool(context);
    const held = { ...none, mod: true };
    tool.press!(point(5, 6), held);
    await done();
    tool.drag!([point(15, 6)], held);
    tool.release!(point(15, 6), held);
    expect(chosen).toEqual([[{ x: 5, y: 6 }, 'alone']]);
    expect(moves).toEqual([{ what: 'layers', by: [{ x: 10, y: 0 }], ended: 'end' }]);
    drag(tool, [point(5, 6), point(9, 9)], { ...held, shift: true }); // let go before it is found
    await done();
    drag(tool, [point(-5, 6), point(9, 9)], held); // nothing is there
    await done();
    expect(chosen.slice(1).map(([, how]) => how)).toEqual(['toggle', 'alone']);
    expect(moves).toHaveLength(1);
  });
});

describe('selecting a rectangle', () => {
  test('takes whole pixels inside the picture', () => {
    const { context, selection } = createToolContext();
    drag(rectangleTool(context), [point(10.4, 20.6), point(-30, 60.2)]);
    expect(selection.bounds).toEqual({ x: 0, y: 21, width: 10, height: 39 });
  });

  test('Shift makes a square when it is held after the drag began, and adds when before', () => {
    const { context, selection } = createToolContext();
    const tool = rectangleTool(context);
    tool.press!(point(10, 10), none);
    tool.drag!([point(20, 12)], none);
    tool.drag!([point(50, 30)], { ...none, shift: true });
    tool.release!(point(50, 30), none);
    expect(selection.bounds).toEqual({ x: 10, y: 10, width: 40, height: 40 });
    drag(tool, [point(100, 100), point(120, 110)], { ...none, shift: true });
    expect(selection.bounds).toEqual({ x: 10, y: 10, width: 110, height: 100 });
  });

  test('what is drawn can be carried elsewhere and goes on from there', () => {
    const { context, selection } = createToolContext();
    const tool = rectangleTool(context);
    tool.press!(point(10, 10), none);
    expect(tool.carry!(point(10, 10), point(12, 10))).toBe(true);
    tool.drag!([point(22, 30)], none);
    for (const x of [22.4, 22.8, 23.2]) tool.carry!(point(x, 30), point(x + 0.4, 35 - 0.5)); // no pixel is lost to rounding
    tool.drag!([point(33.6, 40)], none);
    tool.release!(point(33.6, 40), none);
    expect(selection.bounds).toMatchObject({ x: 14, width: 20 });
    expect(tool.carry!(point(0, 0), point(1, 1))).toBe(false); // nothing is drawn
  });

  test('a drag from inside moves the selection, and giving up puts it back', () => {
    const { context, selection } = createToolContext();
    const tool = rectangleTool(context);
    drag(tool, [point(10, 10), point(50, 40)]);
    expect(tool.cursor(point(20, 20))).toBe('move');
    drag(tool, [point(20, 20), point(25, 19)]);
    expect(selection.bounds).toEqual({ x: 15, y: 9, width: 40, height: 30 });
    tool.press!(point(20, 20), none);
    tool.drag!([point(90, 90)], none);
    expect(tool.cancel!()).toBe(true);
    expect(selection.bounds).toEqual({ x: 15, y: 9, width: 40, height: 30 });
  });

  test('a click beside it selects nothing', () => {
    const { context, selection } = createToolContext();
    const tool = rectangleTool(context);
    drag(tool, [point(10, 10), point(50, 40)]);
    drag(tool, [point(200, 200), point(201, 200)]);
    expect(selection.mask).toBeNull();
  });

  test('from the keyboard Enter takes the middle, arrow keys move it, and with Alt its right and lower edges', () => {
    const { context, selection } = createToolContext(); // of 400 × 300 pixels
    const tool = rectangleTool(context);
    expect(tool.key!('Enter', none)).toBe(true);
    expect(selection.bounds).toEqual({ x: 100, y: 75, width: 200, height: 150 });
    expect(tool.key!('Enter', none)).toBe(false); // what is selected stays
    tool.key!('ArrowLeft', { ...none, shift: true });
    tool.key!('ArrowUp', { ...none, alt: true });
    tool.key!('ArrowRight', { ...none, alt: true, shift: true });
    expect(selection.bounds).toEqual({ x: 90, y: 75, width: 210, height: 149 });
    for (let times = 0; times < 50; times++) tool.key!('ArrowRight', { ...none, alt: true, shift: true });
    for (let times = 0; times < 50; times++) tool.key!('ArrowUp', { ...none, alt: true, shift: true });
    expect(selection.bounds).toEqual({ x: 90, y: 75, width: 310, height: 1 });
  });

  test('Escape first gives up what was begun and then the selection', () => {
    const { context, selection } = createToolContext();
    const tool = rectangleTool(context);
    const escape = { key: 'Escape', shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };
    drag(tool, [point(10, 10), point(50, 40)]);
    tool.press!(point(200, 200), none);
    expect(canvasKey(escape, tool, selection)).toBe(true);
    expect(selection.mask).not.toBeNull();
    expect(canvasKey(escape, tool, selection)).toBe(true);
    expect(selection.mask).toBeNull();
    expect(canvasKey(escape, tool, selection)).toBe(false);
  });
});

describe('the lasso', () => {
  test('drawn by hand selects what it goes around', () => {
    const { context, selection } = createToolContext();
    drag(lassoTool(context), [point(10, 10), point(30, 10), point(30, 20), point(10, 20)]);
    expect(selection.bounds).toEqual({ x: 10, y: 10, width: 20, height: 10 });
  });

  test('a line that comes back to where it began is no click', () => {
    const { context, selection } = createToolContext();
    drag(lassoTool(context), [point(10, 10), point(30, 10), point(30, 20), point(10, 10)]);
    expect(selection.bounds).toMatchObject({ x: 10, y: 10, width: 20 });
    drag(lassoTool(context), [point(100, 100), point(101, 101)]);
    expect(selection.mask).toBeNull();
  });

  test('by corners is closed at the first one; Backspace takes one back', () => {
    const { context, selection, settings } = createToolContext();
    settings.lasso = 'polygon';
    const tool = lassoTool(context);
    for (const [x, y] of [
      [10, 10],
      [60, 10],
      [200, 200],
    ])
      tool.press!(point(x, y), none);
    expect(tool.key!('Backspace', none)).toBe(true);
    tool.press!(point(60, 50), none);
    tool.press!(point(12, 11), none);
    expect(selection.bounds).toEqual({ x: 10, y: 10, width: 50, height: 40 });
  });

  test('by corners is given up with Escape', () => {
    const { context, selection, settings } = createToolContext();
    settings.lasso = 'polygon';
    const tool = lassoTool(context);
    tool.press!(point(10, 10), none);
    expect(tool.cancel!()).toBe(true);
    expect(tool.key!('Enter', none)).toBe(false);
    expect(selection.mask).toBeNull();
  });
});

describe('the selection brush', () => {
  test('adds stroke after stroke; Alt takes away', () => {
    const { context, selection, settings } = createToolContext();
    [settings.brushSize, settings.brushHardness] = [20, 1];
    const tool = selectionBrushTool(context);
    drag(tool, [point(50, 50), point(80, 50)]);
    drag(tool, [point(50, 100), point(80, 100)]);
    expect(selection.bounds).toEqual({ x: 40, y: 40, width: 50, height: 70 });
    drag(tool, [point(30, 100), point(110, 100)], { ...none, alt: true });
    expect(selection.bounds).toEqual({ x: 40, y: 40, width: 50, height: 20 });
  });

  test('a pen that presses harder paints wider', () => {
    const { context, selection, settings } = createToolContext();
    settings.brushSize = 40;
    const tool = selectionBrushTool(context);
    drag(tool, [point(100, 100, 0.1), point(100, 100, 0.1)]);
    const light = selection.bounds!.width;
    selection.none();
    drag(tool, [point(100, 100, 1), point(100, 100, 1)]);
    expect(selection.bounds!.width).toBeGreaterThan(light * 1.5);
  });

  test('a stroke that is given up leaves nothing', () => {
    const { context, selection, settings } = createToolContext();
    const tool = selectionBrushTool(context);
    tool.press!(point(50, 50), none);
    expect(tool.cancel!()).toBe(true);
    tool.release!(point(50, 50), none);
    expect(selection.mask).toBeNull();
    tool.key!(']', none);
    expect(settings.brushSize).toBe(96);
  });
});

describe('painting', () => {
  test('digits set how strong paint is: 1 is a tenth, 0 all of it', () => {
    const { context, settings } = createToolContext();
    const tool = paintTool(context);
    const strengths = ['1', '5', '0'].map((key) => (tool.key!(key, none), settings.paintOpacity));
    expect(strengths).toEqual([0.1, 0.5, 1]);
    expect(tool.key!('F5', none)).toBe(false);
  });

  test('draws from press to release, in steps that can be seen, as wide as a pen presses', () => {
    const { context, strokes, settings } = createToolContext();
    settings.paintSize = 40;
    const tool = paintTool(context);
    tool.press!(point(50, 50), none);
    tool.drag!([point(50.3, 50), point(60, 50), point(70, 50, 1)], none);
    tool.release!(point(70, 50), none);
    expect(strokes).toEqual([
      {
        ...{ does: 'paint', ended: 'end' },
        points: [
          { x: 50, y: 50, radius: 20 },
          { x: 60, y: 50, radius: 20 },
          { x: 70, y: 50, radius: 20 },
        ],
      },
    ]);
    tool.press!(point(10, 10, 0.1), none);
    expect(strokes[1]!.points[0]!.radius).toBeCloseTo(8);
  });

  test('with Shift goes on in a straight line from the end of the stroke before', () => {
    const { context, strokes } = createToolContext();
    const tool = paintTool(context);
    drag(tool, [point(50, 50), point(80, 50)]);
    drag(tool, [point(80, 150), point(90, 150)], { ...none, shift: true });
    expect(strokes[1]!.points.map(({ x, y }) => [x, y])).toEqual([
      [80, 50],
      [80, 150],
      [90, 150],
    ]);
    drag(paintTool(context), [point(10, 10)], { ...none, shift: true }); // there was none
    expect(strokes[2]!.points.map(({ x, y }) => [x, y])).toEqual([[10, 10]]);
  });

  test('erases with the other end of a pen', () => {
    const { context, strokes } = createToolContext();
    drag(paintTool(context), [{ ...point(50, 50), isEraser: true }, point(60, 50)]);
    expect(strokes).toMatchObject([{ does: 'erase', ended: 'end' }]);
  });

  test('with Alt takes up the colour under the brush', async () => {
    const ask = () => Promise.resolve([1, 200, 16, 255] as const);
    const { context, strokes, colours, done } = createToolContext({ ask } as unknown as Partial<Compositor>);
    drag(paintTool(context), [point(50, 50), point(60, 50)], { ...none, alt: true });
    await done();
    expect([colours, strokes]).toEqual([['#01c810'], []]);
  });

  test('{ } change the hardness of brushes, within its limits', () => {
    const { context, settings } = createToolContext();
    const tool = paintTool(context);
    for (const key of ['{', '}', '}', '}', '}']) tool.key!(key, { ...none, shift: true });
    expect(settings.paintHardness).toBe(1);
    selectionBrushTool(context).key!('{', { ...none, shift: true });
    expect(settings.brushHardness).toBe(0.7);
  });

  test('is given up with Escape; [ ] change the size, digits the opacity', () => {
    const { context, strokes, settings } = createToolContext();
    const tool = eraseTool(context);
    expect(tool.cancel!()).toBe(false);
    tool.press!(point(50, 50), none);
    expect(tool.cancel!()).toBe(true);
    expect(strokes).toMatchObject([{ does: 'erase', ended: 'cancel' }]);
    tool.key!(']', none);
    expect(settings.paintSize).toBe(72);
    tool.key!('4', none);
    expect(settings.paintOpacity).toBe(0.4);
    expect(tool.key!('x', none)).toBe(false);
  });
});

test('the thing under the pointer is selected, or added', async () => {
  const { context, selection, done } = createToolContext();
  const tool = segmentTool(context);
  tool.press!(point(11, 20), none);
  await done();
  expect(selection.bounds).toEqual({ x: 10, y: 20, width: 2, height: 1 });
});

test('similar colours come from the compositor, and are combined as asked', async () => {
  const shape = { bounds: { x: 5, y: 6, width: 2, height: 1 }, data: new Uint8Array([255, 255]) };
  const asked: unknown[] = [];
  const ask = (kind: string, question: unknown) => Promise.resolve(asked.push([kind, question])).then(() => shape);
  const { context, selection, settings, done } = createToolContext({ ask } as unknown as Partial<Compositor>);
  settings.tolerance = 7;
  const tool = similarTool(context);
  tool.press!(point(5, 6), none);
  tool.press!(point(-5, 6), none); // beside the picture
  await done();
  expect(asked).toEqual([['similar', { at: { x: 5, y: 6 }, tolerance: 7, isConnected: true }]]);
  expect(selection.bounds).toEqual(shape.bounds);
});

test('the eyedropper tells the colour that is seen', async () => {
  const compositor = { ask: () => Promise.resolve([0xff, 0x0a, 0x80, 0xff]) };
  const { context, colours, done } = createToolContext(compositor as unknown as Partial<Compositor>);
  eyedropperTool(context).press!(point(1, 1), none);
  await done();
  expect(colours).toEqual(['#ff0a80']);
});

describe('the view', () => {
  test('moves with the hand', () => {
    const { context, viewport } = createToolContext();
    drag(handTool(context), [point(100, 100), point(110, 95), point(130, 90)]);
    expect(viewport.view).toEqual({ zoom: 1, x: 80, y: 10 });
  });

  test('a click zooms to it, Alt away from it, a drag to what it goes around', () => {
    const { context, viewport } = createToolContext();
    const tool = zoomTool(context);
    expect([tool.cursor(undefined), tool.cursor(undefined, { alt: true })]).toEqual(['zoom-in', 'zoom-out']);
    drag(tool, [point(200, 150), point(200, 150)]);
    expect(viewport.scale).toBe(1.5);
    drag(tool, [point(200, 150), point(200, 150)], { ...none, alt: true });
    expect(viewport.scale).toBe(1);
    drag(tool, [point(100, 100), point(120, 110)]);
    const { x, y } = viewport.toImage(viewport.middle);
    expect([x, y]).toEqual([110, 105]);
    expect(viewport.scale).toBeGreaterThan(20);
  });
});

describe('cropping', () => {
  test('begins at the selection once: what is left of it after a crop is not offered again', () => {
    const { context, crops, selection } = createToolContext();
    selection.set({ bounds: { x: 10, y: 20, width: 30, height: 40 }, data: new Uint8Array(1200).fill(255) });
    const tool = cropTool(context);
    tool.key!('Enter', none);
    expect(crops).toEqual([{ x: 10, y: 20, width: 30, height: 40 }]);
    const next = cropTool(context);
    next.key!('Enter', none);
    expect(crops).toHaveLength(1); // of all of it there is nothing to cut
    selection.set({ bounds: { x: 1, y: 2, width: 3, height: 4 }, data: new Uint8Array(12).fill(255) });
    next.activate!();
    next.key!('Enter', none);
    expect(crops[1]).toEqual({ x: 1, y: 2, width: 3, height: 4 });
  });

  test('a new frame is carried while it is drawn, stops at the edges of the picture and goes on from there', () => {
    const { context, crops } = createToolContext();
    const tool = cropTool(context);
    tool.press!(point(30, 30), none);
    expect(tool.carry!(point(30, 30), point(40, 35))).toBe(true); // nothing to be seen yet
    tool.drag!([point(80, 65)], none); // 40, 35 to 80, 65
    for (const x of [80.4, 80.8, 81.2]) tool.carry!(point(x, 65), point(x + 0.4, 65));
    tool.drag!([point(91, 75)], none);
    tool.release!(point(91, 75), none);
    tool.key!('Enter', none);
    tool.press!(point(300, 200), none);
    tool.drag!([point(350, 250)], none);
    tool.carry!(point(350, 250), point(500, 250));
    tool.release!(point(500, 250), none);
    tool.key!('Enter', none);
    expect(crops).toEqual([
      { x: 42, y: 35, width: 49, height: 40 },
      { x: 350, y: 200, width: 50, height: 50 },
    ]);
    tool.press!(point(375, 225), none); // on the frame: it is moved as ever
    expect(tool.carry!(point(375, 225), point(376, 225))).toBe(false);
  });

  test('to the frame that was drawn, with Enter', () => {
    const { context, crops } = createToolContext();
    const tool = cropTool(context);
    drag(tool, [point(100, 100), point(180, 150)]);
    expect(tool.key!('ArrowRight', none)).toBe(true);
    tool.key!('Enter', none);
    expect(crops).toEqual([{ x: 101, y: 100, width: 80, height: 50 }]);
  });

  test('begins with what is selected, and Escape goes back to all of it', () => {
    const { context, crops, selection } = createToolContext();
    drag(rectangleTool(context), [point(10, 20), point(60, 80)]);
    const tool = cropTool(context);
    tool.activate!();
    expect(selection.bounds).toEqual({ x: 10, y: 20, width: 50, height: 60 });
    drag(tool, [point(60, 80), point(70, 90)]); // its corner
    expect(tool.cancel!()).toBe(true);
    tool.key!('Enter', none);
    expect(crops).toEqual([]); // of all of it there is nothing to cut
    expect(tool.cancel!()).toBe(false);
  });

  test('keeps its shape while Shift is held, and draws squares', () => {
    const { context, crops } = createToolContext();
    const tool = cropTool(context);
    const shift = { ...none, shift: true };
    drag(tool, [point(100, 100), point(180, 150)], shift);
    tool.key!('Enter', none);
    drag(tool, [point(180, 180), point(140, 160)], shift); // its corner
    tool.key!('Enter', none);
    expect(crops).toEqual([
      { x: 100, y: 100, width: 80, height: 80 },
      { x: 100, y: 100, width: 60, height: 60 },
    ]);
  });

  test('keeps the shape that is wanted', () => {
    const { context, crops, settings } = createToolContext();
    settings.cropRatio = '1:1';
    const tool = cropTool(context);
    expect(tool.cursor(point(50, 0))).toBe('nwse-resize'); // the square in the middle of the picture
    drag(tool, [point(350, 300), point(300, 120)]);
    tool.key!('Enter', none);
    expect(crops).toEqual([{ x: 50, y: 0, width: 250, height: 250 }]);
  });
});

describe('comparing', () => {
  test('moves the line with the pointer and the arrow keys, within the picture', () => {
    const { context, settings } = createToolContext();
    const tool = compareTool(context);
    drag(tool, [point(100, 10), point(300, 10)]);
    expect(settings.comparePosition).toBe(0.75);
    tool.key!('ArrowLeft', { ...none, shift: true });
    expect(settings.comparePosition).toBeCloseTo(0.65);
    drag(tool, [point(100, 10), point(900, 10)]);
    expect(settings.comparePosition).toBe(1);
  });

  test('shows the picture before while it is pressed, and not after the tool was put away', () => {
    const { context, settings } = createToolContext();
    settings.compareMode = 'hold';
    const tool = compareTool(context);
    tool.press!(point(1, 1), none);
    expect(settings.isBeforeHeld).toBe(true);
    tool.deactivate!();
    expect(settings.isBeforeHeld).toBe(false);
  });
});
