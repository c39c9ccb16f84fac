import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newMap } from '../../../../electron/common/maps/condition-map.ts';
import { brushClass, classAt, fillRegion, replaceClass } from '../../../../electron/common/maps/paint/classes.ts';
import {
  applyLevels,
  beginShade,
  linearGradient,
  radialGradient,
  relief,
  shade,
} from '../../../../electron/common/maps/paint/depth.ts';
import { drawCurve, drawLine, eraseEdges } from '../../../../electron/common/maps/paint/edges.ts';
import { safeColours } from '../../../../electron/common/maps/safe-colours.ts';
import { countClasses } from '../../../../electron/common/maps/statistics.ts';
import { offPalette, unlabelled } from '../../../../native-models/maps.ts';
import { classMap, edgeMapOf, edgeText, greyMap } from '../maps.ts';

const point = (x: number, y: number) => ({ x, y });

describe('edges', () => {
  test('a line is one pixel wide, two-valued, and the same from either end but for ties', () => {
    const map = newMap('canny', { width: 6, height: 4 });
    drawLine(map, point(0.2, 0.9), point(5.9, 3.1));
    expect(edgeText(map)).toEqual(['#.....', '.##...', '...##.', '.....#']);
  });

  test('every line hangs together and stays inside', () => {
    const at = fc.record({ x: fc.integer({ min: -5, max: 25 }), y: fc.integer({ min: -5, max: 25 }) });
    fc.assert(
      fc.property(at, at, (from, to) => {
        const map = newMap('canny', { width: 20, height: 20 });
        drawLine(map, from, to);
        const count = map.data.filter((value) => value === 255).length;
        expect(map.data.every((value) => value === 0 || value === 255)).toBe(true);
        expect(count).toBeLessThanOrEqual(Math.max(Math.abs(from.x - to.x), Math.abs(from.y - to.y)) + 1);
      }),
    );
  });

  test('a curve goes through its ends and bends between', () => {
    const map = newMap('canny', { width: 9, height: 6 });
    drawCurve(map, point(0.5, 5.5), point(4.5, -4.5), point(8.5, 5.5));
    const rows = edgeText(map);
    expect([rows[5]![0], rows[5]![8], rows[0]!.slice(3, 6)]).toEqual(['#', '#', expect.stringContaining('#')]);
    expect(rows.every((row) => row.includes('#'))).toBe(true);
    expect(rows.slice(2).every((row) => !row.slice(3, 6).includes('#'))).toBe(true);
  });

  test('the eraser takes a round piece away', () => {
    const map = edgeMapOf('#####', '#####', '#####');
    eraseEdges(map, point(2.5, 1.5), point(2.5, 1.5), 1.2);
    expect(edgeText(map)).toEqual(['##.##', '#...#', '##.##']);
  });
});

describe('depth', () => {
  test('lighten and darken fade towards the rim of the brush', () => {
    const map = greyMap('depth', [[100, 100, 100, 100, 100]]);
    shade(map, beginShade(map), point(2.5, 0.5), point(2.5, 0.5), { mode: 'lighten', radius: 2, strength: 1 });
    expect([...map.data]).toEqual([100, 216, 255, 216, 100]);
    shade(map, beginShade(map), point(2.5, 0.5), point(2.5, 0.5), { mode: 'darken', radius: 1, strength: 0.5 });
    expect([...map.data]).toEqual([100, 216, 128, 216, 100]);
  });

  test('pieces of one stroke that overlap do not add up', () => {
    const map = greyMap('depth', [[100, 100, 100, 100]]);
    const stroke = beginShade(map);
    const brush = { mode: 'lighten', radius: 1, strength: 0.5 } as const;
    for (const x of [1.5, 1.6, 1.5]) shade(map, stroke, point(x, 0.5), point(x, 0.5), brush);
    expect(map.data[1]).toBe(178);
  });

  test('smooth draws towards the mean of what is around', () => {
    const map = greyMap('depth', [[0, 0, 250, 0, 0]]);
    shade(map, beginShade(map), point(2.5, 0.5), point(2.5, 0.5), { mode: 'smooth', radius: 1, strength: 1 });
    expect([...map.data]).toEqual([0, 0, 50, 0, 0]);
  });

  test('gradients run along a line and around a point, constant beyond', () => {
    const map = newMap('depth', { width: 6, height: 1 });
    linearGradient(map, point(1.5, 0), point(4.5, 0), { start: 0, end: 255 });
    expect([...map.data]).toEqual([0, 0, 85, 170, 255, 255]);
    radialGradient(map, point(2.5, 0.5), point(4.5, 0.5), { start: 200, end: 0 });
    expect([...map.data]).toEqual([0, 100, 200, 100, 0, 0]);
  });

  test('levels spread what is between them', () => {
    const map = greyMap('depth', [[0, 50, 100, 150, 255]]);
    expect([...applyLevels(map, { low: 50, high: 150, gamma: 1 }).data]).toEqual([0, 0, 128, 255, 255]);
    expect(applyLevels(map, { low: 0, high: 255, gamma: 2 }).data[2]).toBe(160);
    expect(applyLevels(map, { low: 0, high: 255, gamma: 1 }).data).toEqual(map.data);
  });

  test('the relief is grey where it is level, dark on slopes that face away', () => {
    expect(new Set(relief(greyMap('depth', [[9, 9], [9, 9]])))).toEqual(new Set([128])); // prettier-ignore
    const [left, , right] = relief(greyMap('depth', [[0, 100, 200]]));
    expect(left).toBeGreaterThan(128);
    expect(right).toBeGreaterThan(128);
  });
});

describe('classes', () => {
  test('the brush paints whole colours only', () => {
    const map = newMap('segmentation', { width: 5, height: 3 });
    brushClass(map, point(0.5, 1.5), point(4.5, 1.5), 0.5, 57);
    expect(countClasses(map)).toEqual([
      { index: unlabelled, pixels: 10 },
      { index: 57, pixels: 5 },
    ]);
    expect([classAt(map, point(2, 1)), classAt(map, point(2, 0)), classAt(map, point(9, 0))]).toEqual([57, unlabelled, undefined]); // prettier-ignore
  });

  test('filling stops at other colours and does not pass corners', () => {
    const map = classMap([
      [1, 1, 2],
      [2, 2, 1],
      [1, 1, 1],
    ]);
    expect(fillRegion(map, point(0, 0), 9)).toBe(2);
    expect(fillRegion(map, point(0, 0), 9)).toBe(0);
    expect(fillRegion(map, point(2.9, 2.9), 7)).toBe(4);
    expect(countClasses(map).map(({ index, pixels }) => [index, pixels])).toEqual([[7, 4], [2, 3], [9, 2]]); // prettier-ignore
  });

  test('a class is replaced everywhere, and a stray colour is told', () => {
    const map = classMap([[1, 2, 1]]);
    expect(replaceClass(map, 1, 3)).toBe(2);
    map.data.set([1, 2, 3], 0);
    expect(classAt(map, point(0, 0))).toBe(offPalette);
  });

  test('the first eight classes get colours of their own for every eye', () => {
    const colours = safeColours(Array.from({ length: 30 }, (_, i) => i));
    expect(new Set([...colours.values()].slice(0, 24).map(String)).size).toBe(24);
  });
});
