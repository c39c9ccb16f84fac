import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../../native-models/api.ts';
import { canny, cannyStrength, edgesAt, opencvCanny } from '../../../native-models/conditions/canny/canny.ts';
import { edgeF1 } from '../../../native-models/evaluation/edges.ts';
import { colourImage, greyImage, rowsOf } from './pictures.ts';

const usual = { low: 100, high: 200 };
const edgesOf = (image: RgbImage): string[] => rowsOf(opencvCanny(image, usual), image.width);
const count = (rows: readonly string[]): number => rows.join('').replaceAll('.', '').length;
const times = (n: number, row: string): string[] => Array.from({ length: n }, () => row);

describe('vectors of cv::Canny with thresholds 100 and 200', () => {
  test('the darker pixel of a step is the edge, on border rows too, whichever side it lies', () => {
    expect(edgesOf(greyImage(8, 6, (x) => (x < 4 ? 0 : 255)))).toEqual(times(6, '...#....'));
    expect(edgesOf(greyImage(8, 6, (x) => (x < 4 ? 255 : 0)))).toEqual(times(6, '...#....'));
  });

  test('a horizontal step marks one row', () => {
    const rows = edgesOf(greyImage(6, 8, (_, y) => (y < 4 ? 0 : 255)));
    expect(rows).toEqual([...times(3, '......'), '######', ...times(4, '......')]);
  });

  test.each([
    [25, 0],
    [26, 0],
    [50, 0],
    [51, 4],
  ])('a step of %i levels marks %i pixels', (step, edges) => {
    expect(count(edgesOf(greyImage(8, 4, (x) => (x < 4 ? 0 : step))))).toBe(edges);
  });

  test('a weak edge stays where it touches a strong one', () => {
    const rows = edgesOf(greyImage(8, 8, (x, y) => (x < 4 ? 0 : y < 4 ? 51 : 26)));
    expect(rows).toEqual([...times(3, '...#....'), ...times(2, '....#...'), ...times(3, '...#....')]);
  });

  test('a weak edge of its own is dropped', () => {
    const rows = edgesOf(greyImage(8, 10, (x, y) => (x < 4 || (y > 2 && y < 7) ? 0 : y < 3 ? 51 : 26)));
    expect(rows).toEqual([...times(2, '...#....'), '....####', ...times(7, '........')]);
  });

  test('a single bright pixel gets a ring', () => {
    const rows = edgesOf(greyImage(7, 7, (x, y) => (x === 3 && y === 3 ? 255 : 0)));
    expect(rows).toEqual([...times(2, '.......'), '..###..', '..#.#..', '..###..', ...times(2, '.......')]);
  });

  test('a diagonal', () => {
    expect(edgesOf(greyImage(9, 9, (x, y) => (x > y ? 255 : 0)))).toEqual([
      '.#.......',
      '.##......',
      '..##.....',
      '...##....',
      '....##...',
      '.....##..',
      '......##.',
      '.......##',
      '.........',
    ]);
  });

  test('a square is marked unevenly, as OpenCV does', () => {
    const rows = edgesOf(greyImage(10, 10, (x, y) => (x > 2 && x < 7 && y > 2 && y < 7 ? 200 : 0)));
    const middle = ['....##....', '...#..#...', '..#...#...', '..#...#...', '...####...'];
    expect(rows).toEqual([...times(2, '..........'), ...middle, ...times(3, '..........')]);
  });

  test('the channel with the largest gradient counts', () => {
    const two = colourImage(10, 6, (x) => [x < 3 ? 0 : 255, 0, x < 7 ? 0 : 120]);
    expect(edgesOf(two)).toEqual(times(6, '..#...#...'));
    const opposite = colourImage(10, 6, (x) => [x < 5 ? 0 : 255, 0, x < 5 ? 255 : 0]);
    expect(edgesOf(opposite)).toEqual(times(6, '....#.....'));
    const grey = greyImage(10, 6, (x) => (x < 5 ? 29 : 76));
    expect(count(edgesOf(grey))).toBe(0);
  });

  test('a ramp is marked once', () => {
    const ramp = [0, 0, 0, 0, 80, 160, 240, 255, 255, 255];
    expect(edgesOf(greyImage(10, 5, (x) => ramp[x]!))).toEqual(times(5, '....#.....'));
  });

  test('pictures of a pixel, a row, a column', () => {
    expect(edgesOf(greyImage(1, 1, () => 255))).toEqual(['.']);
    expect(edgesOf(greyImage(8, 1, (x) => (x < 4 ? 0 : 255)))).toEqual(['...#....']);
    expect(edgesOf(greyImage(1, 8, (_, y) => (y < 4 ? 0 : 255)))).toEqual([...'...#....']);
    expect(edgesOf(greyImage(2, 2, (x, y) => (x + y === 2 ? 255 : 0)))).toEqual(['..', '.#']);
  });
});

const squares = (x: number, y: number): number => Math.floor((x * x + 3 * y * y + x * y) / 7) % 256;
const colours = (x: number, y: number) =>
  [(5 * x + 3 * y) % 256, (x * y) % 256, Math.floor(((x - 32) ** 2 + (y - 32) ** 2) / 8) % 256] as const;
const waves = (x: number, y: number) => Math.max(0, Math.min(255, 128 + ((x % 16) - 8) * ((y % 12) - 6) * 4));

describe('maps of OpenCV 4.14 by their hash', () => {
  test.each([
    [greyImage(64, 64, squares), 801, 'd92a8d49219fcf40c50bf82a4ad15b908022a904ce1c0d802021fc1d508a9543'],
    [colourImage(64, 64, colours), 984, '2f87c8879a5bc41695f7bfb630c8dd145060ec1226b71e4792bc7f8034e4094c'],
    [
      greyImage(64, 64, (x, y) => ((x - 32) ** 2 + (y - 32) ** 2 < 400 ? 220 : 40)),
      128,
      'e58c682cc4fd3990d9bebe0650d7cf9f78fd1abdb5d5a9099047723af700613d',
    ],
    [greyImage(80, 48, waves), 621, '90028a41ab1998b61dd8131911b6fc262c456aeb1c80bd16d2f38cf23a4f1323'],
  ])('picture %#', (image, edges, hash) => {
    const map = opencvCanny(image, usual).map((value) => value / 255);
    expect([map.reduce((a, b) => a + b), createHash('sha256').update(map).digest('hex')]).toEqual([edges, hash]);
  });
});

/** Noise, smoothed to a degree, so that there are edges of every strength. */
const picture = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 24 }),
    levels: fc.integer({ min: 2, max: 128 }),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ width, height, levels, seed }) => {
    let state = seed;
    const next = () => (state = (state * 48271) % 2147483647) % levels;
    return colourImage(width, height, () => [next(), next(), next()]);
  });
const threshold = fc.integer({ min: 0, max: 600 });
const pair = fc.record({ low: threshold, high: threshold });

const mapped = (image: RgbImage, to: (value: number) => number): RgbImage => ({ ...image, data: image.data.map(to) });
const isSubset = (inner: Uint8Array, outer: Uint8Array): boolean => inner.every((v, i) => v === 0 || outer[i] === 255);
const transposed = ({ width, height, data }: RgbImage): RgbImage =>
  colourImage(height, width, (x, y) => {
    const i = (x * width + y) * 3;
    return [data[i]!, data[i + 1]!, data[i + 2]!];
  });
const transposedMap = (map: Uint8Array, width: number): Uint8Array => {
  const height = map.length / width;
  return Uint8Array.from(map, (_, i) => map[(i % height) * width + Math.floor(i / height)]!);
};

/** A picture of blobs, some pixels wide, with a little noise: mirrored edges of white noise would be found anywhere. */
const blobs = fc
  .record({ seed: fc.integer({ min: 1, max: 1_000_000 }), blobs: fc.integer({ min: 3, max: 20 }) })
  .map(({ seed, blobs: count }) => {
    let state = seed;
    const next = (below: number) => (state = (state * 48271) % 2147483647) % below;
    const discs = Array.from({ length: count }, () => [next(96), next(80), 4 + next(20), 30 + next(226)] as const);
    return greyImage(96, 80, (x, y) => {
      const disc = discs.find(([cx, cy, radius]) => (x - cx) ** 2 + (y - cy) ** 2 < radius ** 2);
      const edge = disc ? Math.min(1, (disc[2] - Math.hypot(x - disc[0], y - disc[1])) / 2) : 0;
      return Math.round((disc?.[3] ?? 0) * edge) + next(4);
    });
  });
/** Pixel (x, y) of the turned picture is pixel `from` of this one. */
const turned = (
  image: RgbImage,
  width: number,
  height: number,
  from: (x: number, y: number) => readonly [x: number, y: number],
): RgbImage =>
  colourImage(width, height, (x, y) => {
    const [fromX, fromY] = from(x, y);
    const i = (fromY * image.width + fromX) * 3;
    return [image.data[i]!, image.data[i + 1]!, image.data[i + 2]!];
  });

describe('what cv::Canny keeps', () => {
  test('mirrored and rotated pictures have mirrored and rotated edges, but for a pixel here and there', () => {
    fc.assert(
      fc.property(blobs, (image) => {
        const { width, height } = image;
        const edges = opencvCanny(image, usual);
        fc.pre(edges.filter((value) => value === 255).length > 100);
        const edgePicture = greyImage(width, height, (x, y) => edges[y * width + x]!);
        const moves = [
          [width, height, (x: number, y: number) => [width - 1 - x, y] as const],
          [width, height, (x: number, y: number) => [x, height - 1 - y] as const],
          [width, height, (x: number, y: number) => [width - 1 - x, height - 1 - y] as const],
          [height, width, (x: number, y: number) => [width - 1 - y, x] as const],
        ] as const;
        for (const [w, h, from] of moves) {
          const found = { width: w, height: h, data: opencvCanny(turned(image, w, h, from), usual) };
          const expected = turned(edgePicture, w, h, from).data.filter((_, i) => i % 3 === 0);
          expect(edgeF1(found, { width: w, height: h, data: expected }, 1)).toBeGreaterThanOrEqual(0.98);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('transposing, inverting, brightening, scaling with its thresholds, swapping thresholds', () => {
    fc.assert(
      fc.property(picture, pair, (image, t) => {
        const edges = opencvCanny(image, t);
        expect(opencvCanny(transposed(image), t)).toEqual(transposedMap(edges, image.width));
        expect(
          opencvCanny(
            mapped(image, (v) => 255 - v),
            t,
          ),
        ).toEqual(edges);
        expect(
          opencvCanny(
            mapped(image, (v) => v + 100),
            t,
          ),
        ).toEqual(edges);
        expect(
          opencvCanny(
            mapped(image, (v) => 2 * v),
            { low: 2 * t.low, high: 2 * t.high },
          ),
        ).toEqual(edges);
        expect(opencvCanny(image, { low: t.high, high: t.low })).toEqual(edges);
      }),
    );
  });

  test('raising either threshold only takes edges away, and there is nothing but black and white', () => {
    fc.assert(
      fc.property(picture, fc.array(threshold, { minLength: 3, maxLength: 3 }), (image, values) => {
        const [a, b, c] = values.toSorted((x, y) => x - y) as [number, number, number];
        const most = opencvCanny(image, { low: a, high: b });
        expect(isSubset(opencvCanny(image, { low: a, high: c }), most)).toBe(true);
        expect(isSubset(opencvCanny(image, { low: b, high: c }), opencvCanny(image, { low: a, high: c }))).toBe(true);
        expect(most.every((value) => value === 0 || value === 255)).toBe(true);
      }),
    );
  });

  test('strengths kept while thresholds move give the same edges as a fresh run', () => {
    fc.assert(
      fc.property(picture, pair, pair, (image, ...thresholds) => {
        for (const detector of ['opencv', 'editar', 'editar-flat'] as const) {
          const kept = cannyStrength(image, detector);
          for (const { low, high } of thresholds) {
            const scaled = detector === 'opencv' ? { low, high } : { low: low / 600, high: high / 600 };
            expect(edgesAt(kept, detector, scaled)).toEqual(canny(image, detector, scaled));
          }
        }
      }),
    );
  });

  test('a constant picture has no edges', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), (level) => {
        expect(
          opencvCanny(
            greyImage(9, 7, () => level),
            { low: 0, high: 0 },
          ),
        ).toEqual(new Uint8Array(63));
      }),
    );
  });
});
