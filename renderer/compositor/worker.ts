// The compositor in a thread of its own: takes descriptions of layers and tiles, gives back tiles as bitmaps.

import { decodeTile } from '#common/document/tile-codec.ts';
import type { Samples } from '#common/raster/raster.ts';
import { Chores } from './chores.ts';
import { displayPixels } from './display.ts';
import { grownTile, isGrownKey } from './grown-tiles.ts';
import { isOpaque, LayerCompositor } from './layer-compositor.ts';
import type { TileKey } from './layer-stack.ts';
import { keptBytes } from './protocol.ts';
import type { FromWorker, LoadedTile, ToWorker } from './protocol.ts';
import { answer } from './questions.ts';
import type { Desk } from './questions.ts';
import { SampleBudget } from './sample-budget.ts';
import { SmallLoads } from './small-loads.ts';
import { changedStack } from './stack-changes.ts';
import { isStrokeKey, Strokes } from './strokes.ts';
import { tileBounds } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';
import { TileQueue } from './tile-queue.ts';
import { TileStore } from './tile-store.ts';

interface WorkerScope {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}
const scope = self as unknown as WorkerScope;

interface Waiting {
  resolve(samples: Samples): void;
  reject(error: Error): void;
}
const loading = new Map<TileKey, Waiting>();
const chores = new Chores(pause);
const small = new SmallLoads((keys) => scope.postMessage({ type: 'loadSmall', keys }), chores);
const smaller = new SampleBudget(keptBytes.smaller);
const store: TileStore = new TileStore(loadTile, new SampleBudget(keptBytes.tiles), {
  budget: smaller,
  load: (key) => (isStrokeKey(key) || isGrownKey(key) ? Promise.resolve(undefined) : small.load(key)),
});
const strokes: Strokes = new Strokes(store);
const compositor = new LayerCompositor(store, smaller, new SampleBudget(keptBytes.ground));
const restMs = 120; // between two movements of a hand that paints there is less
const queue = new TileQueue({
  draw,
  prepare,
  pause,
  rest: () => new Promise((resolve) => setTimeout(resolve, restMs)),
});
const desk: Desk = {
  ...{ shown: compositor, store, strokes, pause, named: new Map(), colours: undefined },
  smaller: new SampleBudget(keptBytes.asked),
};
const answering = new Set<number>(); // questions that somebody waits for
let revision = 0;
let workedOn: string | undefined; // a layer

scope.onmessage = ({ data: message }) => {
  switch (message.type) {
    case 'stack':
      compositor.setStack(changedStack(compositor.stack, message.change));
      revision = message.revision;
      return;
    case 'colours':
      desk.colours = message.colours;
      revision = message.revision;
      return;
    case 'request':
      queue.request(message.tiles, revision);
      return;
    case 'workOn':
      workedOn = message.layer;
      if (workedOn !== undefined) compositor.workOn(workedOn);
      queue.keepReady(message.tiles);
      return;
    case 'loaded':
      settle(message.key, (waiting) => chores.add(() => arrive(waiting, message.tile)));
      return;
    case 'notLoaded':
      settle(message.key, ({ reject }) => reject(new Error(message.reason)));
      return;
    case 'smallLoaded':
      small.arrive(message.keys, message.tiles);
      return;
    case 'copy':
      store.copy(message.from, message.to);
      return;
    case 'beginStroke':
      strokes.begin(message.stroke, message.plan);
      return;
    case 'extendStroke':
      strokes.extend(message.stroke, message.points);
      return;
    case 'endStroke':
      strokes.end(message.stroke);
      return;
    case 'ask':
      void reply(message);
      return;
    case 'giveUp':
      answering.delete(message.id);
  }
};

function loadTile(key: TileKey): Promise<Samples> {
  if (isStrokeKey(key)) return strokes.tile(key);
  if (isGrownKey(key)) return grownTile(key, (inner) => store.get(inner));
  scope.postMessage({ type: 'load', key });
  return new Promise((resolve, reject) => loading.set(key, { resolve, reject }));
}

function settle(key: TileKey, how: (waiting: Waiting) => void): void {
  const waiting = loading.get(key);
  loading.delete(key);
  if (waiting) how(waiting);
}

function arrive({ resolve, reject }: Waiting, tile: LoadedTile): void {
  try {
    resolve(samplesOf(tile));
  } catch (error) {
    reject(error as Error);
  }
}

function samplesOf(tile: LoadedTile): Samples {
  if ('encoded' in tile) return decodeTile(tile.encoded).data;
  if (!(tile instanceof ImageBitmap)) return tile;
  const { width, height } = tile;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(tile, 0, 0);
  tile.close();
  return new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
}

async function draw(at: TileAt): Promise<void> {
  const drawnWith = revision;
  try {
    const { width, height } = tileBounds(compositor.stack!.extent, at);
    const samples = await compositor.compose(at);
    const bitmap = await createImageBitmap(new ImageData(displayPixels(samples, desk.colours), width, height));
    scope.postMessage({ type: 'drawn', at, revision: drawnWith, bitmap, isOpaque: isOpaque(samples) }, [bitmap]);
  } catch (error) {
    scope.postMessage({ type: 'notDrawn', at, revision: drawnWith, reason: String(error) });
  }
}

async function prepare(at: TileAt): Promise<void> {
  if (workedOn === undefined) return;
  compositor.workOn(workedOn); // another layer may have changed meanwhile
  await compositor.prepare(at).catch(() => undefined); // what cannot be read is told when the tile is drawn
}

async function reply({ id, kind, question }: Extract<ToWorker, { type: 'ask' }>): Promise<void> {
  const step = async (done: number, of: number): Promise<void> => {
    scope.postMessage({ type: 'progress', id, share: done / of });
    await pause();
    if (!answering.has(id)) throw new Error('nobody waits for it');
  };
  answering.add(id);
  try {
    scope.postMessage({ type: 'answer', id, answer: await answer(desk, kind, question, step) });
  } catch (error) {
    scope.postMessage({ type: 'noAnswer', id, reason: String(error) });
  }
  answering.delete(id);
}

/** A timer would wait four milliseconds; a message does not. */
function pause(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.onmessage = () => {
      port1.close();
      resolve();
    };
    port1.postMessage(undefined);
  });
}
