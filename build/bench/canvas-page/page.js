// What is measured in the browser: the real compositor and the real stage on a made-up document. Called by canvas-bench.mjs.
/* global devicePixelRatio, innerHeight, innerWidth, overlay, picture, processorMs, requestAnimationFrame, window */
import { encodeTile } from '../../../electron/common/document/tile-codec.ts';
import { smallTile } from '../../../electron/common/document/small-tile.ts';
import { BandOverlay } from '../../../renderer/canvas/band-overlay.ts';
import { CanvasStage } from '../../../renderer/canvas/canvas-stage.ts';
import { fitView, levelFor, visiblePart } from '../../../renderer/canvas/view.ts';
import { isPainted } from '../../../renderer/canvas/tile-painter.ts';
import { Compositor } from '../../../renderer/compositor/compositor.ts';
import { LayerCompositor } from '../../../renderer/compositor/layer-compositor.ts';
import { SampleBudget } from '../../../renderer/compositor/sample-budget.ts';
import { strokeKey } from '../../../renderer/compositor/strokes.ts';
import { TileStore } from '../../../renderer/compositor/tile-store.ts';
import { tileBounds, tilesIn, topLevel } from '../../../renderer/compositor/tile-grid.ts';

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const looks = 4; // different tiles of each kind

/** A tile like a photo: slopes and a little noise. */
function madeTile(look, { width, height }, depth, isOpaque) {
  const data = depth === 8 ? new Uint8Array(width * height * 4) : new Uint16Array(width * height * 4);
  const unit = depth === 8 ? 1 : 257;
  let state = look * 7919 + 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
    const slope = 120 + 60 * Math.sin(x / 30 + look) + 40 * Math.cos(y / 25 + (i & 3));
    data[i] = i % 4 === 3 ? (isOpaque ? 255 : 90) * unit : (slope + (state >>> 29)) * unit;
  }
  return { width, height, channels: 4, depth, data };
}

/** Tiles as the engine keeps them, made beforehand: how long making takes is not measured. */
function tileSource(extent, depth, hasSmall) {
  const made = new Map();
  const packed = (key) => {
    const [layer, column, row] = key.split('/').map(Number);
    const { width, height } = tileBounds(extent, { level: 0, column, row });
    const [look, isOpaque] = [(layer + column + row) % looks, layer === 0];
    const name = `${look} ${width} ${height} ${isOpaque}`;
    if (!made.has(name)) {
      const tile = madeTile(look, { width, height }, depth, isOpaque);
      made.set(name, { encoded: encodeTile(tile), small: encodeTile(smallTile(tile)) });
    }
    return made.get(name);
  };
  const source = { tile: (key) => Promise.resolve({ encoded: packed(key).encoded }) };
  const small = (keys) => Promise.resolve(keys.map((key) => packed(key).small));
  return { source: hasSmall ? { ...source, small } : source, packed };
}

function documentOf(extent, layers, depth, blends) {
  const images = {};
  for (let i = 0; i < layers; i++) {
    const tiles = tilesIn(extent, { x: 0, y: 0, ...extent }).map(({ column, row }) => `${i}/${column}/${row}`);
    images[i] = { extent, channels: 4, depth, tiles };
  }
  const stacked = Array.from({ length: layers }, (_, i) => ({
    ...{ id: `${i}`, image: `${i}`, mask: null, offset: { x: 0, y: 0 }, opacity: i === 0 ? 1 : 0.8 },
    blend: blends[i % blends.length],
  }));
  return { extent, depth, layers: stacked, images };
}

const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const quantile = (numbers, share) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const summary = (numbers) => ({
  best: Math.min(...numbers),
  median: quantile(numbers, 0.5),
  p95: quantile(numbers, 0.95),
  worst: Math.max(...numbers),
});

/** Milliseconds that all layers of one tile take; the fastest of many, which other work on the machine disturbs least. */
async function blendMs(extent, layers, depth, blends) {
  const tile = (key) => madeTile(Number(key[0]), { width: 256, height: 256 }, depth, key.startsWith('0/')).data;
  const store = new TileStore((key) => Promise.resolve(tile(key)), new SampleBudget(2 ** 28));
  const compositor = new LayerCompositor(store, new SampleBudget(2 ** 28));
  compositor.setStack(documentOf(extent, layers, depth, blends));
  let best = Infinity;
  for (let i = 0; i < 60; i++) {
    const begun = performance.now();
    await compositor.compose({ level: 0, column: 0, row: 0 });
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}

window.measure = async ({ width, height, layers, depth, blends, hasSmall = true }) => {
  const extent = { width, height };
  const screen = { width: innerWidth, height: innerHeight, density: devicePixelRatio };
  const { source, packed } = tileSource(extent, depth, hasSmall);
  let stack = documentOf(extent, layers, depth, blends);
  for (const { tiles } of Object.values(stack.images)) for (const key of tiles) packed(key);
  const compositor = new Compositor(source);
  let view = fitView(extent, screen);
  let paintMs = 0;
  const scene = () => {
    const begun = performance.now();
    queueMicrotask(() => (paintMs = performance.now() - begun)); // runs when painting of this frame is done
    return { view, screen, panes: [{ compositor, view, part: { x: 0, y: 0, ...screen } }], overlay: () => undefined };
  };
  const stage = new CanvasStage(picture, overlay, new BandOverlay(), scene);
  compositor.onTile = () => stage.redraw();
  compositor.onProblem = (reason) => {
    throw new Error(reason);
  };
  const settled = async () => {
    const [begun, worked] = [performance.now(), await processorMs()];
    stage.redraw(); // asks for what is seen of this view, and in advance for what is beside it
    await frame();
    while (!isPainted(compositor, view, screen)) {
      stage.redraw();
      await frame();
    }
    return { ms: performance.now() - begun, processorMs: (await processorMs()) - worked };
  };
  const move = async (frames, step) => {
    const [times, paints] = [[], []];
    let last = await frame();
    for (let i = 0; i < frames; i++) {
      view = step(i);
      stage.redraw();
      const now = await frame();
      times.push(now - last);
      last = now;
      await new Promise((resolve) => setTimeout(resolve));
      paints.push(paintMs);
    }
    return { frames: summary(times), paint: summary(paints) };
  };

  /** Until everything on the screen shows what was changed, even if coarser than it will be. */
  const seen = async (revision) => {
    const begun = performance.now();
    const level = levelFor(view.zoom * screen.density, topLevel(extent));
    const visible = tilesIn(extent, visiblePart(view, screen), level);
    const shows = (at) => compositor.isUpToDate([at]) || (compositor.tile(at)?.revision ?? -1) >= revision;
    const coarser = ({ level, column, row }) => ({ level: level + 1, column: column >> 1, row: row >> 1 });
    while (!visible.every((at) => shows(at) || shows(coarser(at)))) {
      stage.redraw();
      await frame();
    }
    return performance.now() - begun;
  };

  const result = { blendMs: await blendMs(extent, layers, depth, blends) };
  compositor.setStack(stack);
  result.firstFit = await settled();
  const fitted = view;
  const around = { x: width / 2, y: height / 2 };
  const at = (zoom, x = 0, y = 0) => ({
    zoom,
    x: screen.width / 2 - (around.x + x) * zoom,
    y: screen.height / 2 - (around.y + y) * zoom,
  });
  result.panFitted = await move(40, (i) => ({ ...fitted, x: fitted.x + 3 * i, y: fitted.y }));
  result.zoom = await move(50, (i) => at(fitted.zoom * 1.09 ** i));
  view = at(1 / devicePixelRatio);
  result.settle100 = await settled();
  result.pan100 = await move(50, (i) => at(1 / devicePixelRatio, 14 * i, 5 * i));
  view = at(1 / devicePixelRatio);
  await settled();

  /** From a movement of the pen to the frame that shows it, for a brush of 60 pixels on the topmost layer. The brush was taken half a second
   * before. */
  const strokes = async (count) => {
    compositor.workOn(`${layers - 1}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const top = stack.images[layers - 1];
    const paint = { kind: 'colour', colour: [200, 30, 30] };
    const stroke = compositor.beginStroke({ image: top, within: null, hardness: 0.8, opacity: 1, paint });
    const [column, row] = [Math.floor(around.x / 256), Math.floor(around.y / 256)];
    const index = row * Math.ceil(width / 256) + column;
    const place = (i) => ({ x: column * 256 + 60 + 6 * i, y: row * 256 + 128, radius: 30 });
    const latencies = [];
    for (let i = 0; i < count; i++) {
      const begun = performance.now();
      compositor.extendStroke(stroke, [place(i), place(i + 1)]);
      const tiles = top.tiles.with(index, strokeKey(stroke, index, i));
      stack = { ...stack, images: { ...stack.images, [layers - 1]: { ...top, tiles } } };
      compositor.setStack(stack);
      while (!isPainted(compositor, view, screen)) await frame();
      latencies.push(performance.now() - begun);
    }
    stack = { ...stack, images: { ...stack.images, [layers - 1]: top } };
    compositor.setStack(stack);
    compositor.endStroke(stroke);
    compositor.workOn(undefined);
    await settled();
    return summary(latencies);
  };
  result.stroke100 = await strokes(20);
  view = fitted;
  await settled();
  result.strokeFitted = await strokes(20);
  stack = { ...stack, layers: stack.layers.map((layer, i) => (i === 3 ? { ...layer, opacity: 0.3 } : layer)) };
  compositor.setStack(stack);
  const opacitySeen = seen(compositor.revision);
  result.opacityFitted = await settled();
  result.opacitySeen = await opacitySeen;
  compositor.dispose();
  return result;
};
window.isReady = true;
