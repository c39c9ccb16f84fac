// What is measured in the browser: the real compositor and the real stage on a made-up document. Called by canvas-bench.mjs.
/* global devicePixelRatio, innerHeight, innerWidth, overlay, picture, requestAnimationFrame, window */
import { BandOverlay } from '../../../renderer/canvas/band-overlay.ts';
import { CanvasStage } from '../../../renderer/canvas/canvas-stage.ts';
import { fitView } from '../../../renderer/canvas/view.ts';
import { isPainted } from '../../../renderer/canvas/tile-painter.ts';
import { Compositor } from '../../../renderer/compositor/compositor.ts';
import { LayerCompositor } from '../../../renderer/compositor/layer-compositor.ts';
import { SampleBudget } from '../../../renderer/compositor/sample-budget.ts';
import { TileStore } from '../../../renderer/compositor/tile-store.ts';
import { tileBounds, tilesIn } from '../../../renderer/compositor/tile-grid.ts';

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** A tile of soft noise; only the lowest layer is opaque. */
function madeTile(key, extent, depth) {
  const [layer, column, row] = key.split('/').map(Number);
  const { width, height } = tileBounds(extent, { level: 0, column, row });
  const samples = depth === 8 ? new Uint8Array(width * height * 4) : new Uint16Array(width * height * 4);
  const [most, alpha] = depth === 8 ? [255, 90] : [65535, 23130];
  let state = layer * 7919 + column * 104729 + row * 1299709 + 1;
  for (let i = 0; i < samples.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    samples[i] = i % 4 === 3 ? (layer === 0 ? most : alpha) : state >>> (32 - depth);
  }
  return samples;
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
  const store = new TileStore(async (key) => madeTile(key, extent, depth), new SampleBudget(2 ** 28));
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

window.measure = async ({ width, height, layers, depth, blends }) => {
  const extent = { width, height };
  const screen = { width: innerWidth, height: innerHeight, density: devicePixelRatio };
  const compositor = new Compositor(async (key) => madeTile(key, extent, depth));
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
    const begun = performance.now();
    while (!isPainted(compositor, view, screen)) {
      stage.redraw();
      await frame();
    }
    return performance.now() - begun;
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

  const result = { blendMs: await blendMs(extent, layers, depth, blends) };
  let stack = documentOf(extent, layers, depth, blends);
  compositor.setStack(stack);
  result.firstFitMs = await settled();
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
  result.settle100Ms = await settled();
  result.pan100 = await move(50, (i) => at(1 / devicePixelRatio, 14 * i, 5 * i));
  view = at(1 / devicePixelRatio);
  await settled();

  const strokes = async (count) => {
    const latencies = [];
    for (let i = 0; i < count; i++) {
      const [column, row] = [Math.floor(around.x / 256), Math.floor(around.y / 256)];
      const index = row * Math.ceil(width / 256) + column;
      const key = `${layers - 1}/${column}/${row}/${Math.random()}`;
      const top = stack.images[layers - 1];
      const begun = performance.now();
      compositor.pin(key, madeTile(`${(i % 5) + 1}/${column}/${row}`, extent, depth));
      const tiles = top.tiles.with(index, key);
      stack = { ...stack, images: { ...stack.images, [layers - 1]: { ...top, tiles } } };
      compositor.setStack(stack);
      await settled();
      latencies.push(performance.now() - begun);
      compositor.unpin(key);
    }
    return summary(latencies);
  };
  result.stroke100 = await strokes(20);
  view = fitted;
  await settled();
  result.strokeFitted = await strokes(8);
  result.opacityFittedMs = await (async () => {
    const begun = performance.now();
    stack = { ...stack, layers: stack.layers.map((layer, i) => (i === 3 ? { ...layer, opacity: 0.3 } : layer)) };
    compositor.setStack(stack);
    await settled();
    return performance.now() - begun;
  })();
  return result;
};
window.isReady = true;
