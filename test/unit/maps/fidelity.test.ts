import { expect, test } from 'vitest';
import { fidelityOf, mapForModel } from '../../../electron/common/maps/fidelity.ts';
import type { Fidelity } from '../../../electron/common/maps/fidelity.ts';
import { classMap, edgeMapOf, edgeText, greyMap } from './maps.ts';

test('edges off by one pixel count in the tolerant measure only', () => {
  const wanted = edgeMapOf('..#..', '..#..');
  const found = edgeMapOf('..#..', '...#.');
  expect(fidelityOf(wanted, found)).toEqual({ kind: 'canny', f1: 0.5, tolerantF1: 1, similarity: undefined });
});

test.each([
  [11, 'ssim'],
  [175, 'ssim'],
  [176, 'ms-ssim'],
] as const)('maps of %i pixels are compared as pictures by %s', (side, metric) => {
  const map = greyMap(
    'canny',
    Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => ((x + y) % 5 ? 0 : 255))),
  );
  const { similarity } = fidelityOf(map, map) as Extract<Fidelity, { kind: 'canny' }>;
  expect(similarity?.metric).toBe(metric);
  expect(similarity?.value).toBeCloseTo(1, 6);
  const inverted = { ...map, data: map.data.map((value) => 255 - value) };
  const worse = fidelityOf(map, inverted) as Extract<Fidelity, { kind: 'canny' }>;
  expect(worse.similarity!.value).toBeLessThan(0.5);
});

test('the order of near and far counts apart from the levels', () => {
  const wanted = greyMap('depth', [[0, 10, 200, 255]]);
  const of = (...levels: number[]) => {
    const fidelity = fidelityOf(wanted, greyMap('depth', [levels]));
    return 'rankCorrelation' in fidelity ? fidelity.rankCorrelation : undefined;
  };
  expect(of(1, 2, 3, 4)).toBeCloseTo(1, 12);
  expect(of(4, 3, 2, 1)).toBeCloseTo(-1, 12);
  expect(of(1, 1, 2, 2)).toBeCloseTo(0.894427, 6); // ranks 1, 2, 3, 4 against 1.5, 1.5, 3.5, 3.5
  expect(of(7, 7, 7, 7)).toBeNaN();
});

test('depth is told beside what a blind ramp would reach', () => {
  const wanted = greyMap('depth', [[0], [255]]);
  const found = greyMap('depth', [[0], [245]]);
  const fidelity = fidelityOf(wanted, found);
  expect(fidelity).toMatchObject({ kind: 'depth', rmse: Math.sqrt(50) });
  expect('rampRmse' in fidelity && fidelity.rampRmse).toBeCloseTo(64, 0); // 64 and 191 instead of 0 and 255
});

test('classes: unlabelled pixels do not count', () => {
  const wanted = classMap([[1, 1, 2, 255]]);
  const found = classMap([[1, 2, 2, 7]]);
  expect(fidelityOf(wanted, found)).toMatchObject({ accuracy: 2 / 3, meanIou: 0.5 });
});

test('a map goes to the model no larger than its square, by the rule of its kind', () => {
  const map = edgeMapOf('........', '########', '........', '........');
  const small = mapForModel(map, 4);
  expect([small.width, small.height]).toEqual([4, 2]);
  expect(edgeText(small)).toEqual(['####', '....']);
  expect(mapForModel(map, 64)).toBe(map);
});
