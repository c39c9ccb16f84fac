import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  crispFrom,
  fitView,
  heldInSight,
  levelFor,
  nextScale,
  showPart,
  toImage,
  toScreen,
  zoomAround,
  zoomLimits,
} from '../../../renderer/canvas/view.ts';

const screens = fc.record({
  width: fc.integer({ min: 200, max: 4000 }),
  height: fc.integer({ min: 200, max: 3000 }),
  density: fc.constantFrom(1, 1.5, 2),
});
const pictures = fc.record({ width: fc.integer({ min: 1, max: 30_000 }), height: fc.integer({ min: 1, max: 30_000 }) });
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));

test('going to the screen and back ends where it began', () => {
  const numbers = fc.double({ min: -1e4, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 64, noNaN: true }),
      numbers,
      numbers,
      numbers,
      numbers,
      (zoom, x, y, px, py) => {
        const back = toImage({ zoom, x, y }, toScreen({ zoom, x, y }, { x: px, y: py }));
        expect(back.x).toBeCloseTo(px, 4);
        expect(back.y).toBeCloseTo(py, 4);
      },
    ),
  );
});

describe('fitting', () => {
  test('shows all of any picture in the middle, as large as there is room, in squares of whole pixels where these are seen', () => {
    fc.assert(
      fc.property(pictures, screens, (picture, screen) => {
        const { zoom, x, y } = fitView(picture, screen);
        const scale = zoom * screen.density;
        expect(scale).toBeLessThanOrEqual(64);
        const room = Math.min((screen.width - 48) / picture.width, (screen.height - 48) / picture.height);
        expect(zoom).toBeLessThanOrEqual(room * (1 + 1e-9));
        if (scale > crispFrom) expect(Math.abs(scale - Math.round(scale))).toBeLessThan(1e-9);
        else expect(zoom).toBeGreaterThan(Math.min(room, crispFrom / screen.density) * (1 - 1e-9));
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(near(2 * x + picture.width * zoom, screen.width)).toBe(true);
        expect(near(2 * y + picture.height * zoom, screen.height)).toBe(true);
      }),
    );
  });

  test('a part fills the screen', () => {
    const view = showPart({ x: 100, y: 50, width: 20, height: 10 }, { width: 448, height: 400, density: 1 });
    expect(view.zoom).toBe(20);
    expect(toScreen(view, { x: 110, y: 55 })).toEqual({ x: 224, y: 200 });
  });
});

describe('zooming', () => {
  test('keeps what is under the pointer there, unless the picture would leave the screen', () => {
    const points = fc.record({
      x: fc.double({ min: 0, max: 1, noNaN: true }),
      y: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        pictures,
        screens,
        points,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (picture, screen, share, factor) => {
          const view = fitView(picture, screen);
          const around = { x: share.x * screen.width, y: share.y * screen.height };
          const zoomed = zoomAround(view, view.zoom * factor, around, picture, screen);
          const { least, most } = zoomLimits(picture, screen);
          expect(zoomed.zoom).toBeGreaterThanOrEqual(least);
          expect(zoomed.zoom).toBeLessThanOrEqual(most);
          const at = toImage(view, around);
          const after = toScreen(zoomed, at);
          const free = { zoom: zoomed.zoom, x: around.x - at.x * zoomed.zoom, y: around.y - at.y * zoomed.zoom };
          const held = heldInSight(free, picture, screen);
          const isInSight = near(held.x, free.x) && near(held.y, free.y);
          if (isInSight) expect([near(after.x, around.x), near(after.y, around.y)]).toEqual([true, true]);
          const isOnPicture = at.x >= 0 && at.y >= 0 && at.x <= picture.width && at.y <= picture.height;
          const isInside = Math.min(share.x, share.y) > 0.3 && Math.max(share.x, share.y) < 0.7;
          if (isOnPicture && isInside) expect(isInSight).toBe(true);
        },
      ),
    );
  });

  test('goes through the usual scales', () => {
    expect(nextScale(1, 'in')).toBe(1.5);
    expect(nextScale(1, 'out')).toBeCloseTo(2 / 3);
    expect(nextScale(0.9999, 'in')).toBe(1.5);
    expect(nextScale(0.37, 'in')).toBe(0.5);
    expect(nextScale(64, 'in')).toBe(64);
    expect(nextScale(0.001, 'out')).toBe(1 / 64);
  });
});

test('some of the picture stays in sight, wherever it is moved', () => {
  const far = fc.double({ min: -1e5, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(pictures, screens, far, far, (picture, screen, x, y) => {
      const view = heldInSight({ ...fitView(picture, screen), x, y }, picture, screen);
      const shown = Math.min(48, picture.width * view.zoom);
      expect(view.x + picture.width * view.zoom).toBeGreaterThanOrEqual(shown - 1e-6);
      expect(view.x).toBeLessThanOrEqual(screen.width - shown + 1e-6);
    }),
  );
});

test('tiles are as fine as the screen, and at most twice as fine', () => {
  fc.assert(
    fc.property(fc.double({ min: 1 / 60, max: 1, noNaN: true }), (scale) => {
      const shrink = 2 ** levelFor(scale, 20);
      expect(shrink * scale).toBeLessThanOrEqual(1.001);
      expect(2 * shrink * scale).toBeGreaterThan(0.999);
    }),
  );
  expect(levelFor(7, 5)).toBe(0);
  expect(levelFor(0.001, 5)).toBe(5);
});
