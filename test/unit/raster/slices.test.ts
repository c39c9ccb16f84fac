import { afterEach, expect, test, vi } from 'vitest';
import { inSlices, withoutPause } from '#common/raster/slices.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each([0, 1, 7, 1000])('visits all of %i rows once, in order', async (rows) => {
  const seen: number[] = [];
  await inSlices(rows, 2 ** 17, withoutPause, (first, end) => {
    expect(end - first).toBeLessThanOrEqual(2);
    for (let row = first; row < end; row++) seen.push(row);
  });
  expect(seen).toEqual(Array.from({ length: rows }, (_, row) => row));
});

test('pauses only when there was enough work for one', async () => {
  vi.useFakeTimers();
  const pause = vi.fn(() => Promise.resolve());
  await inSlices(10, 2 ** 20, pause, () => vi.advanceTimersByTime(5));
  expect(pause).toHaveBeenCalledTimes(3); // after 15, 30 and 45 ms
});

test('hands on what goes wrong in a slice', async () => {
  const failing = inSlices(3, 1, withoutPause, () => {
    throw new Error('slice');
  });
  await expect(failing).rejects.toThrow('slice');
});
