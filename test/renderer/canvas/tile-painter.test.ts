import { expect, test } from 'vitest';
import { hasSomething, paintTiles, wantTiles } from '../../../renderer/canvas/tile-painter.ts';
import { Compositor } from '../../../renderer/compositor/compositor.ts';
import type { WorkerPort } from '../../../renderer/compositor/compositor.ts';
import type { FromWorker, ToWorker } from '../../../renderer/compositor/protocol.ts';
import type { TileAt } from '../../../renderer/compositor/tile-grid.ts';
import { layerOf, stackOf } from '../../unit/compositor/stacks.ts';

const extent = { width: 1024, height: 512 }; // eight tiles at full size, two at half of it
const screen = { ...extent, density: 1 };
const view = { zoom: 1, x: 0, y: 0 };
const stack = (opacity: number) =>
  stackOf(extent, [layerOf('a', { opacity })], {
    a: { extent, channels: 4, depth: 8, tiles: ['0', '1', '2', '3', '4', '5', '6', '7'] },
  });

function create() {
  const sent: ToWorker[] = [];
  const port: WorkerPort = { postMessage: (message) => void sent.push(message), onmessage: null, terminate: () => {} };
  const compositor = new Compositor({ tile: () => Promise.reject(new Error('no tiles here')) }, port);
  const drawn: string[] = [];
  const draw = (at: TileAt, revision: number, isOpaque = true): void => {
    const bitmap = {
      width: 256,
      height: 256,
      name: `${revision}: ${at.level}/${at.column}/${at.row}`,
      close: () => {},
    };
    const message = { type: 'drawn', at, revision, bitmap, isOpaque } as unknown as FromWorker;
    port.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  };
  let filled = 0;
  const context = { drawImage: ({ name }: { name: string }) => drawn.push(name), fillRect: () => filled++ };
  const paint = (): string[] => {
    drawn.length = 0;
    wantTiles(compositor, view, screen);
    paintTiles(context as unknown as CanvasRenderingContext2D, compositor, view, screen, null);
    return drawn;
  };
  /** How many places are filled with checkers. */
  const checkers = (): number => {
    filled = 0;
    const pattern = {} as CanvasPattern;
    paintTiles(context as unknown as CanvasRenderingContext2D, compositor, view, screen, pattern);
    return filled;
  };
  const asked = (): string[] =>
    sent.flatMap((message) =>
      message.type === 'request' ? [message.tiles.map(({ level, column }) => `${level}/${column}`).join(' ')] : [],
    );
  return { compositor, draw, paint, asked, checkers };
}

test('where everything changed, fewer and coarser tiles show it first, and give way to the fine ones', () => {
  const { compositor, draw, paint, asked } = create();
  compositor.setStack(stack(1));
  paint();
  for (let i = 0; i < 8; i++) draw({ level: 0, column: i % 4, row: i >> 2 }, 1);
  compositor.setStack(stack(0.5));
  paint();
  expect(asked().at(-1)).toMatch(/^1\/0 1\/1 0\//);
  draw({ level: 1, column: 0, row: 0 }, 2);
  expect(paint().toSorted()).toEqual([
    ...['1: 0/2/0', '1: 0/2/1', '1: 0/3/0', '1: 0/3/1'],
    ...['2: 1/0/0', '2: 1/0/0', '2: 1/0/0', '2: 1/0/0'],
  ]);
  draw({ level: 0, column: 0, row: 0 }, 2);
  expect(paint()).toContain('2: 0/0/0');
});

test('where little changed, what was drawn stays until its successor comes', () => {
  const { compositor, draw, paint, asked } = create();
  compositor.setStack(stack(1));
  paint();
  for (let i = 0; i < 8; i++) draw({ level: 0, column: i % 4, row: i >> 2 }, 1);
  paint();
  const before = stack(1);
  const image = before.images['a']!;
  compositor.setStack({ ...before, images: { a: { ...image, tiles: image.tiles.with(0, 'painted') } } });
  paint();
  expect(asked().at(-1)).toMatch(/^0\/0/);
  draw({ level: 1, column: 0, row: 0 }, 2); // somebody else wanted it
  draw({ level: 0, column: 0, row: 0 }, 1);
  expect(paint()).not.toContain('1: 1/0/0');
});

test('no checkers are drawn where nothing is known, nor below what is opaque', () => {
  const { compositor, draw, checkers } = create();
  compositor.setStack(stack(1));
  expect(checkers()).toBe(0);
  draw({ level: 2, column: 0, row: 0 }, 1);
  expect(checkers()).toBe(0);
  draw({ level: 0, column: 0, row: 0 }, 1, false);
  expect(checkers()).toBe(1);
});

test('a coarse tile is something to draw, an empty place is not', () => {
  const { compositor, draw } = create();
  expect(hasSomething(compositor, view, screen)).toBe(false);
  compositor.setStack(stack(1));
  for (let i = 0; i < 4; i++) draw({ level: 0, column: i, row: 0 }, 1);
  expect(hasSomething(compositor, view, screen)).toBe(false);
  draw({ level: 2, column: 0, row: 0 }, 1);
  expect(hasSomething(compositor, view, screen)).toBe(true);
});
