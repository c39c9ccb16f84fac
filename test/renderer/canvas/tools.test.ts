import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparedPanes } from '../../../renderer/canvas/compared-panes.ts';
import { wheelMeaning } from '../../../renderer/canvas/wheel.ts';
import type { Compositor } from '../../../renderer/compositor/compositor.ts';
import { dragHandle, frameOfRatio, handles, moveFrame } from '../../../renderer/tools/crop-frame.ts';
import { nudgeOf } from '../../../renderer/tools/nudge.ts';

describe('the frame to crop to', () => {
  const picture = { width: 400, height: 300 };
  const frame = { x: 100, y: 100, width: 100, height: 60 };
  const [topLeft, , bottomRight, , , right] = handles;

  test('follows the handle that is dragged and keeps the other side', () => {
    expect(dragHandle(frame, bottomRight, { x: 250, y: 180 }, picture, null)).toEqual({
      x: 100,
      y: 100,
      width: 150,
      height: 80,
    });
    expect(dragHandle(frame, topLeft, { x: 90, y: 120 }, picture, null)).toEqual({
      x: 90,
      y: 120,
      width: 110,
      height: 40,
    });
    expect(dragHandle(frame, right, { x: 150, y: 0 }, picture, null)).toEqual({
      x: 100,
      y: 100,
      width: 50,
      height: 60,
    });
  });

  test('keeps its shape where one is wanted', () => {
    expect(dragHandle(frame, bottomRight, { x: 220, y: 110 }, picture, 1)).toEqual({
      x: 100,
      y: 100,
      width: 120,
      height: 120,
    });
    expect(dragHandle(frame, right, { x: 220, y: 0 }, picture, 2)).toEqual({ x: 100, y: 100, width: 120, height: 60 });
    expect(frameOfRatio({ x: 0, y: 0, ...picture }, 1, picture)).toEqual({ x: 50, y: 0, width: 300, height: 300 });
  });

  test('stays inside the picture, on whole pixels, whatever is done to it', () => {
    const pictures = fc.record({ width: fc.integer({ min: 1, max: 3000 }), height: fc.integer({ min: 1, max: 200 }) });
    const places = fc.double({ min: -4000, max: 4000, noNaN: true });
    const ratios = fc.constantFrom(null, 1, 16 / 9, 2 / 3);
    fc.assert(
      fc.property(pictures, fc.constantFrom(...handles), places, places, ratios, (size, handle, x, y, ratio) => {
        const whole = { x: 0, y: 0, ...size };
        for (const result of [
          dragHandle(whole, handle, { x, y }, size, ratio),
          moveFrame(dragHandle(whole, handle, { x, y }, size, ratio), { x: y, y: x }, size),
          frameOfRatio(whole, ratio, size),
        ]) {
          expect(Object.values(result).every(Number.isInteger)).toBe(true);
          expect(Math.min(result.x, result.y, result.width - 1, result.height - 1)).toBeGreaterThanOrEqual(0);
          expect(result.x + result.width).toBeLessThanOrEqual(size.width);
          expect(result.y + result.height).toBeLessThanOrEqual(size.height);
        }
      }),
    );
  });
});

describe('a wheel', () => {
  const wheel = (deltaX: number, deltaY: number, more = {}) =>
    wheelMeaning({ deltaX, deltaY, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false, ...more });

  test('of a mouse zooms, and with Shift moves sideways', () => {
    expect(wheel(0, -100, { wheelDeltaY: 120 })).toMatchObject({ kind: 'zoom' });
    expect((wheel(0, -100, { wheelDeltaY: 120 }) as { factor: number }).factor).toBeGreaterThan(1);
    expect((wheel(0, 3, { deltaMode: 1 }) as { factor: number }).factor).toBeLessThan(1);
    expect(wheel(0, 100, { wheelDeltaY: -120, shiftKey: true })).toEqual({ kind: 'pan', x: -100, y: 0 });
  });

  test('that is a touchpad moves, and zooms by pinching', () => {
    expect(wheel(3, 7, { wheelDeltaY: -21 })).toEqual({ kind: 'pan', x: -3, y: -7 });
    expect(wheel(0, 4, { wheelDeltaY: -12 })).toEqual({ kind: 'pan', x: -0, y: -4 });
    expect(wheel(0, -4, { ctrlKey: true, wheelDeltaY: 12 })).toMatchObject({ kind: 'zoom' });
  });
});

test('arrow keys nudge by a pixel, with Shift by ten', () => {
  expect(nudgeOf('ArrowLeft', { shift: false, alt: false, mod: false })).toEqual({ x: -1, y: 0 });
  expect(nudgeOf('ArrowDown', { shift: true, alt: false, mod: false })).toEqual({ x: 0, y: 10 });
  expect(nudgeOf('a', { shift: false, alt: false, mod: false })).toBeUndefined();
});

describe('comparing', () => {
  const [after, before] = [{ name: 'after' }, { name: 'before' }] as unknown as [Compositor, Compositor];
  const seen = {
    view: { zoom: 2, x: 10, y: 5 },
    screen: { width: 400, height: 300, density: 1 },
    picture: { width: 100, height: 80 },
  };
  const panes = (compareMode: 'slider' | 'split' | 'hold', isBeforeHeld = false) =>
    comparedPanes(after, before, seen, { compareMode, comparePosition: 0.25, isBeforeHeld });

  test('parts the picture at the line', () => {
    expect(panes('slider').map(({ part }) => [part.x, part.width])).toEqual([
      [60, 340],
      [0, 60],
    ]);
  });

  test('shows both side by side at the same place', () => {
    const [right, left] = panes('split');
    expect([left.compositor, right.compositor]).toEqual([before, after]);
    expect(right.view.x - right.part.x).toBe(left.view.x - left.part.x);
  });

  test('shows the one before while it is held', () => {
    const shown = (isHeld: boolean) => panes('hold', isHeld).filter(({ part }) => part.width > 0);
    expect(shown(false).map(({ compositor }) => compositor)).toEqual([after]);
    expect(shown(true).map(({ compositor }) => compositor)).toEqual([before]);
    expect(
      comparedPanes(after, undefined, seen, { compareMode: 'split', comparePosition: 0, isBeforeHeld: false }),
    ).toHaveLength(1);
  });
});
