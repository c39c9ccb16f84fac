import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../../native-models/api.ts';
import { canny, type CannyDetector } from '../../../native-models/conditions/canny/canny.ts';
import { colourImage, greyImage, rowsOf } from './pictures.ts';

const usual = { low: 0.1, high: 0.2 };
const edgesOf = (image: RgbImage, detector: CannyDetector): Uint8Array => canny(image, detector, usual);
const count = (map: Uint8Array): number => map.reduce((sum, value) => sum + value / 255, 0);
const sha = (map: Uint8Array): string =>
  createHash('sha256')
    .update(map.map((value) => value / 255))
    .digest('hex');

describe('maps of kornia by their hash, which both forms equal', () => {
  const squares = greyImage(64, 64, (x, y) => Math.floor((x * x + 3 * y * y + x * y) / 7) % 256);
  const colours = colourImage(64, 64, (x, y) => [
    (5 * x + 3 * y) % 256,
    (x * y) % 256,
    Math.floor(((x - 32) ** 2 + (y - 32) ** 2) / 8) % 256,
  ]);
  test.each([
    [squares, 1189, 'ae41f46e5b4a26dc6b61374c37ae061394df283047dc5733d0cbec15635c2344'],
    [colours, 1314, 'e0d0cd4ba2805e1a820f17ffe316f3567a3f6af606a3ffc77544b5076249d2d1'],
  ])('picture %#', (image, edges, hash) => {
    for (const detector of ['editar', 'editar-flat'] as const) {
      const map = edgesOf(image, detector);
      expect([count(map), sha(map)]).toEqual([edges, hash]);
    }
  });
});

test.each([
  [9, 0],
  [20, 1],
])('a step of %i levels marks %i lines: far finer than OpenCV, which wants 51', (step, lines) => {
  const image = greyImage(32, 16, (x) => (x < 16 ? 0 : x === 16 ? step * 0.5 : step)); // slightly soft, so that nothing is tied
  expect(count(edgesOf(image, 'editar'))).toBe(lines * 16);
});

test('a perfectly flat step has one line in the form for flat artwork; the plain form leaves it to rounding', () => {
  const steps = Array.from({ length: 60 }, (_, i) => greyImage(24, 12, (x) => (x < 12 ? 0 : 40 + i)));
  const lost = steps.filter((image) => count(edgesOf(image, 'editar')) === 0);
  expect(lost.length).toBeGreaterThan(0);
  for (const image of steps) {
    const rows = rowsOf(edgesOf(image, 'editar-flat'), 24);
    expect(new Set(rows).size).toBe(1);
    expect(rows[0]!.replaceAll('.', '')).toBe('#');
  }
});

test('brightening does not move edges', () => {
  const image = greyImage(40, 40, (x, y) => (x * x + y * y * 3) % 151);
  const brighter = { ...image, data: image.data.map((value) => value + 100) };
  expect(edgesOf(brighter, 'editar')).toEqual(edgesOf(image, 'editar'));
});

test('pictures smaller than the blur have no edges and no mishap', () => {
  for (const [width, height] of [
    [1, 1],
    [2, 1],
    [1, 3],
    [2, 2],
  ] as const)
    expect(
      edgesOf(
        greyImage(width, height, () => 90),
        'editar',
      ),
    ).toEqual(new Uint8Array(width * height));
});
