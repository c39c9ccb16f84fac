import { expect, test } from 'vitest';
import type { ImageId } from '#common/document/records.ts';
import { projectId } from '#common/document/records.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { documentStack } from '../../../renderer/canvas/document-stack.ts';
import { strokeKey } from '../../../renderer/compositor/strokes.ts';
import { blob, FakeHost } from '../fake-host.ts';

const brush = { hardness: 1, opacity: 1, paint: { kind: 'erase' } } as const;
const dot = [{ x: 4, y: 4, radius: 2 }];

/** A compositor that finishes strokes when the test says so. */
class FakeCompositor {
  readonly said: unknown[] = [];
  readonly finish: (() => void)[] = [];
  #strokes = 0;
  beginStroke = (plan: unknown): number => {
    this.said.push(['begin', plan]);
    return this.#strokes++;
  };
  extendStroke = (id: number, points: unknown): void => void this.said.push(['extend', id, points]);
  endStroke = (id: number): void => void this.said.push(['end', id]);
  copy = (from: string, to: string): void => void this.said.push(['copy', from, to]);
  ask = (): Promise<never> =>
    new Promise((resolve) =>
      this.finish.push(() => resolve({ tiles: [[0, new Uint8Array(3)]], beyond: [] } as unknown as never)),
    );
}

async function start() {
  const host = new FakeHost();
  const app = createAppState(host);
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  await app.document.open({ blob, name: 'photo.jpg' });
  const compositor = new FakeCompositor();
  const begin = () => {
    const target = { ...app.layers.painted!, selection: null, name: 'Brush stroke', grows: false };
    return app.strokes.begin(compositor, target, brush);
  };
  const { store } = app.document;
  const image = store.require(store.require(projectId).layerOrder[0]!).image;
  const seen = (): string | null => app.strokes.laidOver(documentStack(store)).images[image]!.tiles[0]!;
  return { ...app, host, compositor, begin, seen, tile: (id: ImageId = image) => store.require(id).tiles[0] };
}

test('a stroke is seen while it is drawn, and one gesture to undo when it has ended', async () => {
  const { strokes, document, compositor, begin, seen, tile } = await start();
  const before = tile();
  const stroke = begin();
  stroke.line(dot);
  stroke.line([{ x: 6, y: 4, radius: 2 }]);
  expect(seen()).toBe(strokeKey(0, 0, 1));
  expect(compositor.said.at(-1)).toEqual(['extend', 0, [dot[0], { x: 6, y: 4, radius: 2 }]]);
  expect(tile()).toBe(before);
  stroke.end();
  expect(seen()).toBe(strokeKey(0, 0, 1));
  await expect.poll(() => compositor.finish.length).toBe(1);
  compositor.finish[0]!();
  await strokes.settled();
  expect([tile(), seen(), document.undoName]).toEqual([blob, blob, 'Brush stroke']);
  expect(compositor.said.slice(-2)).toEqual([
    ['copy', strokeKey(0, 0, 1), blob],
    ['end', 0],
  ]);
  document.undo();
  expect(tile()).toBe(before);
});

test('the next stroke lies on the one before, although that is not in the document yet', async () => {
  const { strokes, compositor, begin, tile } = await start();
  const first = begin();
  first.line(dot);
  first.end();
  const second = begin();
  expect(compositor.said.at(-1)).toMatchObject(['begin', { image: { tiles: [strokeKey(0, 0, 0)] } }]);
  second.line(dot);
  await expect.poll(() => compositor.finish.length).toBe(1);
  compositor.finish[0]!();
  await strokes.settled();
  expect(compositor.said).not.toContainEqual(['end', 0]);
  second.end();
  await expect.poll(() => compositor.finish.length).toBe(2);
  compositor.finish[1]!();
  await strokes.settled();
  expect(compositor.said.slice(-2)).toEqual([
    ['end', 0],
    ['end', 1],
  ]);
  expect(tile()).toBe(blob);
});

test('a stroke that is given up leaves nothing, and one of a picture that was closed is dropped', async () => {
  const { strokes, document, compositor, begin, seen, tile } = await start();
  const before = tile();
  const stroke = begin();
  stroke.line(dot);
  stroke.cancel();
  expect([seen(), document.undoName]).toEqual([before, undefined]);
  const other = begin();
  other.line(dot);
  other.end();
  await document.close();
  await expect.poll(() => compositor.finish.length).toBe(1);
  compositor.finish[0]!();
  await strokes.settled();
  expect([strokes.isBusy, document.isOpen]).toEqual([false, false]);
});

test('a disk that is full is told, and the stroke goes', async () => {
  const { strokes, problems, host, compositor, begin, seen, tile } = await start();
  host.isDiskFull = true;
  const before = tile();
  const stroke = begin();
  stroke.line(dot);
  stroke.end();
  await expect.poll(() => compositor.finish.length).toBe(1);
  compositor.finish[0]!();
  await strokes.settled();
  expect([tile(), seen(), problems.list.length]).toEqual([before, before, 1]);
});
