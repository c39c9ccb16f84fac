import { beforeAll, describe, expect, test } from 'vitest';
import { Compositor } from '../../../renderer/compositor/compositor.ts';
import type { WorkerPort } from '../../../renderer/compositor/compositor.ts';
import type { LayerStack } from '../../../renderer/compositor/layer-stack.ts';
import type { FromWorker, LoadedTile, ToWorker } from '../../../renderer/compositor/protocol.ts';
import type { TileAt } from '../../../renderer/compositor/tile-grid.ts';
import { layerOf, stackOf } from '../../unit/compositor/stacks.ts';

class FakeBitmap {
  readonly width = 256;
  readonly height = 256;
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}

beforeAll(() => {
  globalThis.ImageBitmap ??= FakeBitmap as unknown as typeof ImageBitmap;
});

const stack = (second: string, width = 512): LayerStack =>
  stackOf({ width, height: 256 }, [layerOf('a')], {
    a: { extent: { width, height: 256 }, channels: 4, depth: 8, tiles: ['left', second] },
  });
const [left, right]: TileAt[] = [
  { level: 0, column: 0, row: 0 },
  { level: 0, column: 1, row: 0 },
];

function create(load: (key: string) => Promise<LoadedTile> = () => Promise.reject(new Error('no tiles here'))) {
  const sent: ToWorker[] = [];
  const port: WorkerPort = {
    postMessage: (message) => void sent.push(message),
    onmessage: null,
    terminate: () => undefined,
  };
  const compositor = new Compositor({ tile: load }, port);
  const hear = (message: FromWorker): void => port.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  const draw = (at: TileAt, revision: number): FakeBitmap => {
    const bitmap = new FakeBitmap();
    hear({ type: 'drawn', at, revision, bitmap: bitmap as unknown as ImageBitmap, isOpaque: true });
    return bitmap;
  };
  const requests = (): TileAt[][] =>
    sent.flatMap((message) =>
      message.type === 'request' ? [message.tiles.map(({ level, column, row }) => ({ level, column, row }))] : [],
    );
  return { compositor, sent, hear, draw, requests };
}

describe('the page’s side of the compositor', () => {
  test('asks for what is wanted and not there, once', () => {
    const { compositor, draw, requests } = create();
    compositor.setStack(stack('x'));
    compositor.want([left, right]);
    compositor.want([left, right]);
    expect(requests()).toEqual([[left, right]]);
    draw(left, 1);
    draw(right, 1);
    compositor.want([left, right]);
    expect(requests()).toHaveLength(1);
    expect(compositor.isUpToDate([left, right])).toBe(true);
  });

  test('keeps showing a tile that is out of date until the next one comes', () => {
    const { compositor, draw, requests } = create();
    compositor.setStack(stack('x'));
    draw(left, 1);
    const old = draw(right, 1);
    compositor.setStack(stack('y'));
    expect(compositor.tile(right)?.bitmap).toBe(old);
    compositor.want([left, right]);
    expect(requests()).toEqual([[right]]);
    draw(right, 1); // begun before the change
    expect(compositor.isUpToDate([right])).toBe(false);
    draw(right, 2);
    expect(compositor.isUpToDate([right])).toBe(true);
    expect(old.isClosed).toBe(true);
  });

  test('a tile that was begun earlier and comes later does not take the place of a newer one', () => {
    const { compositor, draw, hear } = create();
    compositor.setStack(stack('x'));
    compositor.setStack(stack('y'));
    const newer = draw(right, 2);
    const late = draw(right, 1);
    expect([compositor.tile(right)?.bitmap, late.isClosed, newer.isClosed]).toEqual([newer, true, false]);
    hear({ type: 'notDrawn', at: left, revision: 2, reason: 'lost' });
    hear({ type: 'notDrawn', at: left, revision: 1, reason: 'lost' });
    expect(compositor.isUpToDate([left, right])).toBe(true);
  });

  test('tells the worker only what changed', () => {
    const { compositor, sent } = create();
    compositor.setStack(stack('x'));
    compositor.setStack(stack('y'));
    expect(sent.at(-1)).toMatchObject({ type: 'stack', revision: 2, change: { images: { a: { patch: [[1, 'y']] } } } });
  });

  test('says what could not be drawn, and does not ask for it again until something changes', () => {
    const { compositor, hear, requests } = create();
    const problems: string[] = [];
    compositor.onProblem = (reason) => void problems.push(reason);
    compositor.setStack(stack('x'));
    compositor.want([right]);
    hear({ type: 'notDrawn', at: right, revision: 1, reason: 'lost' });
    compositor.want([right]);
    expect(problems).toEqual(['lost']);
    expect(requests()).toHaveLength(1);
    compositor.setStack(stack('y'));
    compositor.want([right]);
    expect(requests()).toHaveLength(2);
  });

  test('forgets the tiles of a canvas of another size, late ones included', () => {
    const { compositor, draw } = create();
    compositor.setStack(stack('x'));
    const old = draw(left, 1);
    compositor.setStack(stack('x', 500));
    const late = draw(left, 1);
    expect([old.isClosed, late.isClosed]).toEqual([true, true]);
    expect(compositor.tile(left)).toBeUndefined();
  });

  test('loads tiles for the worker, and says when that fails', async () => {
    const load = (key: string) =>
      key === 'left' ? Promise.resolve(new Uint8Array(4)) : Promise.reject(new Error('gone'));
    const { sent, hear } = create(load);
    hear({ type: 'load', key: 'left' });
    hear({ type: 'load', key: 'other' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(sent.map(({ type }) => type)).toEqual(['loaded', 'notLoaded']);
  });

  test('answers questions, and gives them up when it is closed', async () => {
    const { compositor, hear } = create();
    const colour = compositor.ask('colour', { x: 1, y: 2 });
    hear({ type: 'answer', id: 0, answer: [1, 2, 3, 255] });
    expect(await colour).toEqual([1, 2, 3, 255]);
    const second = compositor.ask('colour', { x: 1, y: 2 });
    compositor.dispose();
    await expect(second).rejects.toThrow('closed');
  });

  test('hears how far an answer is, and gives up waiting', async () => {
    const { compositor, sent, hear } = create();
    const end = new AbortController();
    const shares: number[] = [];
    const options = { signal: end.signal, onShare: (share: number) => void shares.push(share) };
    const answer = compositor.ask('colour', { x: 0, y: 0 }, options);
    hear({ type: 'progress', id: 0, share: 0.25 });
    end.abort();
    await expect(answer).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(sent.at(-1)).toEqual({ type: 'giveUp', id: 0 });
    hear({ type: 'progress', id: 0, share: 0.5 });
    expect(shares).toEqual([0.25]);
  });
});
