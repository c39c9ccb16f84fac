import fc from 'fast-check';
import { expect, test } from 'vitest';
import { snapTo } from '../../../renderer/tools/snapping.ts';

const canvas = { x: 0, y: 0, width: 400, height: 300 };
const layer = { x: 50, y: 60, width: 100, height: 41 };

test('edges and middles meet, each axis for itself, and the closest line is taken', () => {
  const step = (x: number, y: number) => snapTo(layer, { x, y }, [canvas], 6).by;
  expect(step(-46, 100)).toEqual({ x: -50, y: 100 }); // left edges
  expect(step(103, 68)).toEqual({ x: 100, y: 70 }); // middles; that of an odd height lies half a pixel beside
  expect(step(249.4, 197)).toEqual({ x: 250, y: 199 }); // right and lower edges
  expect(step(20.4, 20.6)).toEqual({ x: 20.4, y: 20.6 }); // nothing is near
  expect(snapTo(layer, { x: 0, y: 197 }, [canvas], 6, ['y'])).toMatchObject({ by: { x: 0, y: 199 }, axes: ['y'] });
});

test('a guide reaches over all that lie on its line', () => {
  const other = { x: 200, y: 0, width: 60, height: 20 };
  const { guides } = snapTo(layer, { x: 149, y: 30 }, [canvas, other], 6);
  expect(guides).toEqual([{ axis: 'x', at: 200, from: 0, to: 300 }]); // also the middle of the canvas
});

test('nothing goes further than it would reach, and only to lines it then lies on', () => {
  const bounds = fc.record({
    ...{ x: fc.integer({ min: -300, max: 300 }), y: fc.integer({ min: -300, max: 300 }) },
    ...{ width: fc.integer({ min: 1, max: 300 }), height: fc.integer({ min: 1, max: 300 }) },
  });
  const by = fc.record({ x: fc.integer({ min: -200, max: 200 }), y: fc.integer({ min: -200, max: 200 }) });
  fc.assert(
    fc.property(bounds, by, fc.array(bounds, { maxLength: 4 }), (moved, wanted, others) => {
      const snap = snapTo(moved, wanted, others, 6);
      for (const axis of ['x', 'y'] as const) {
        expect(Math.abs(snap.by[axis] - wanted[axis])).toBeLessThanOrEqual(6);
        expect(Number.isInteger(snap.by[axis])).toBe(true);
        const isGuided = snap.guides.some((guide) => guide.axis === axis);
        expect(isGuided).toBe(snap.axes.includes(axis));
      }
    }),
  );
});
