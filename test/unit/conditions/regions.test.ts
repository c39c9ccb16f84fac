import { expect, test } from 'vitest';
import { findRegions } from '../../../native-models/conditions/regions.ts';
import { colourImage } from './pictures.ts';

const options = { scale: 300, smallest: 60, sigma: 0.8 };

/** Three fields: left, right above, right below. */
const fields = colourImage(30, 20, (x, y) => (x < 12 ? [200, 30, 30] : y < 10 ? [30, 200, 30] : [30, 30, 200]));

test('regions follow colours and are numbered by their first pixel', () => {
  const regions = findRegions(fields, options);
  expect([regions[5 * 30 + 2], regions[5 * 30 + 25], regions[15 * 30 + 25]]).toEqual([0, 1, 2]);
  expect(Math.max(...regions)).toBe(2);
});

test('brightening changes nothing', () => {
  const brighter = { ...fields, data: fields.data.map((value) => value + 40) };
  expect(findRegions(brighter, options)).toEqual(findRegions(fields, options));
});

test('nothing is smaller than the smallest', () => {
  const noisy = colourImage(40, 40, (x, y) => [(x * 37 + y * 91) % 256, (x * y) % 256, (x * 13) % 256]);
  const counts = new Map<number, number>();
  for (const region of findRegions(noisy, { ...options, smallest: 25 }))
    counts.set(region, (counts.get(region) ?? 0) + 1);
  expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(25);
});

test('a larger scale gives fewer regions', () => {
  const waves = colourImage(48, 48, (x, y) => [128 + 100 * Math.sin(x / 5), 128 + 100 * Math.cos(y / 4), 90]);
  const count = (scale: number): number => new Set(findRegions(waves, { ...options, scale })).size;
  expect(count(2000)).toBeLessThan(count(50));
});
