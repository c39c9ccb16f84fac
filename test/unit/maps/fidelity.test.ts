import { expect, test } from 'vitest';
import { fidelityOf, mapForModel } from '../../../electron/common/maps/fidelity.ts';
import { classMap, edgeMapOf, edgeText, greyMap } from './maps.ts';

test('edges off by one pixel count in the tolerant measure only', () => {
  const wanted = edgeMapOf('..#..', '..#..');
  const found = edgeMapOf('..#..', '...#.');
  expect(fidelityOf(wanted, found)).toEqual({ kind: 'canny', f1: 0.5, tolerantF1: 1 });
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
