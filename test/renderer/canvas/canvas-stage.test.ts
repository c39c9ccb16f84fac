import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CanvasStage } from '../../../renderer/canvas/canvas-stage.ts';
import type { Pane } from '../../../renderer/canvas/canvas-stage.ts';
import { EditBands } from '../../../renderer/canvas/edit-bands.ts';
import { Compositor } from '../../../renderer/compositor/compositor.ts';
import type { WorkerPort } from '../../../renderer/compositor/compositor.ts';
import type { FromWorker } from '../../../renderer/compositor/protocol.ts';
import { layerOf, stackOf } from '../../unit/compositor/stacks.ts';

const extent = { width: 512, height: 256 };
const screen = { ...extent, density: 1 };
const view = { zoom: 1, x: 0, y: 0 };
const whole = { x: 0, y: 0, ...extent };

let frames: (() => void)[] = [];
beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A compositor whose tiles are drawn when the test says so. */
function create(name: string, tiles = ['left', 'right']) {
  const port: WorkerPort = { postMessage: () => undefined, onmessage: null, terminate: () => undefined };
  const compositor = new Compositor({ tile: () => Promise.reject(new Error('no tiles here')) }, port);
  const show = (keys: string[]) =>
    compositor.setStack(stackOf(extent, [layerOf('a')], { a: { extent, channels: 4, depth: 8, tiles: keys } }));
  show(tiles);
  const draw = (column: number, revision = 1): void => {
    const bitmap = { width: 256, height: 256, name, close: () => undefined };
    const message = { type: 'drawn', at: { level: 0, column, row: 0 }, revision, bitmap, isOpaque: true };
    port.onmessage?.({ data: message as unknown as FromWorker } as MessageEvent<FromWorker>);
  };
  return { compositor, draw, show };
}

function stageOf(panes: () => Pane[]) {
  const drawn: string[] = [];
  const ignored = { drawImage: ({ name }: { name: string }) => drawn.push(name), createPattern: () => null };
  const context = new Proxy(ignored, { get: (known, name) => Reflect.get(known, name) ?? (() => undefined) });
  const canvas = (): HTMLCanvasElement =>
    Object.assign(document.createElement('canvas'), { getContext: () => context });
  const scene = () => ({ view, screen, panes: panes(), canvas: whole, watched: 0, overlay: () => undefined });
  const stage = new CanvasStage(canvas(), canvas(), new EditBands(), scene);
  const paint = (): string[] => {
    drawn.length = 0;
    stage.redraw();
    for (const frame of frames.splice(0)) frame();
    return [...drawn];
  };
  return { stage, paint };
}

test('the picture before an edit takes the place of the present one when all of it is there', () => {
  const [after, before] = [create('after'), create('before')];
  for (const column of [0, 1]) after.draw(column);
  const { paint } = stageOf(() => [{ compositor: before.compositor, view, part: whole, meanwhile: after.compositor }]);
  expect(paint()).toEqual(['after', 'after']);
  before.draw(0);
  expect(paint()).toEqual(['after', 'after']);
  before.draw(1);
  expect(paint()).toEqual(['before', 'before']);
  before.show(['left', 'other']);
  expect(paint()).toEqual(['before', 'before']); // out of date, but there
});

test('nothing is drawn when the canvas is gone', () => {
  const { compositor, draw } = create('after');
  for (const column of [0, 1]) draw(column);
  const { stage, paint } = stageOf(() => [{ compositor, view, part: whole }]);
  expect(paint()).toHaveLength(2);
  stage.dispose();
  stage.endBands();
  expect(frames).toEqual([]);
});
