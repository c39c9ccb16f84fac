import { expect, test } from 'vitest';
import { smallTile } from '#common/document/small-tile.ts';

const shape = { channels: 4, depth: 8 } as const;

test('a small tile has the mean of its pixels, and transparent ones have no say', () => {
  const data = new Uint8Array(5 * 4 * 4).fill(0);
  for (let i = 0; i < 20; i++) if (i % 5 < 4) data.set([100, 50, 10, 255], i * 4);
  const { width, height, data: small } = smallTile({ ...shape, width: 5, height: 4, data });
  expect([width, height, ...small]).toEqual([2, 1, 100, 50, 10, 255, 0, 0, 0, 0]);
});

test('strengths of a mask get smaller the same way', () => {
  const data = Uint8Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 255 : 0));
  expect([...smallTile({ channels: 1, depth: 8, width: 4, height: 4, data }).data]).toEqual([128]);
});
