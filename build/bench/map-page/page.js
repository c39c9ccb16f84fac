// What is measured in the browser: the real map worker and the real stage on a made-up picture. Called by map-bench.mjs.
/* global devicePixelRatio, document, innerHeight, innerWidth, requestAnimationFrame, window */
import { fitView } from '../../../renderer/canvas/view.ts';
import { MapStage } from '../../../renderer/maps/map-stage.ts';
import { MapWorker } from '../../../renderer/maps/map-worker.ts';

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** A picture whose details are weaker the finer they are, as in photographs: octaves of random grids. */
function madePicture(width, height) {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const values = new Float32Array(width * height).fill(128);
  for (let cell = 256, weight = 160; cell >= 2; cell /= 2, weight *= 0.8) {
    const columns = Math.ceil(width / cell) + 2;
    const grid = Float32Array.from({ length: columns * (Math.ceil(height / cell) + 2) }, random);
    for (let y = 0, i = 0; y < height; y++) {
      const row = Math.floor(y / cell);
      const down = y / cell - row;
      for (let x = 0; x < width; x++, i++) {
        const column = Math.floor(x / cell);
        const at = row * columns + column;
        const across = x / cell - column;
        const top = grid[at] + (grid[at + 1] - grid[at]) * across;
        const bottom = grid[at + columns] + (grid[at + columns + 1] - grid[at + columns]) * across;
        values[i] += weight * (top + (bottom - top) * down);
      }
    }
  }
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    Math.max(0, Math.min(255, values[Math.floor(i / 3)] + (i % 3) * 4)),
  );
  return { width, height, data };
}

const quantile = (numbers, share) =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const summary = (numbers) => ({
  best: Math.min(...numbers),
  median: quantile(numbers, 0.5),
  p95: quantile(numbers, 0.95),
});

/** Moves the thresholds and waits each time until the new edges are on the screen. Milliseconds. */
window.measure = async ({ width, height, moves }) => {
  const canvas = document.querySelector('canvas');
  const screen = { width: innerWidth, height: innerHeight, density: devicePixelRatio };
  let map;
  const stage = new MapStage(canvas, () => ({
    ...{ view: fitView({ width, height }, screen), screen, isBeside: false, map, opacity: 1 },
    place: { x: 0, y: 0, width, height },
    options: { look: 'plain', hidden: new Set(), isOver: true, regions: undefined },
    overlay: () => undefined,
  }));
  const worker = new MapWorker();
  worker.setPicture(madePicture(width, height));
  const [found, seen] = [[], []];
  for (let i = -3; i < moves; i++) {
    await frame();
    const begun = performance.now();
    const data = await worker.edges('opencv', { low: 60 + (i % 10) * 4, high: 150 + (i % 7) * 10 });
    const known = performance.now();
    map = { kind: 'canny', width, height, data };
    stage.redrawMap();
    await frame();
    canvas.getContext('2d').getImageData(0, 0, 1, 1); // waits until it is drawn
    if (i < 0) continue; // the first finds the gradients, which are then kept
    found.push(known - begun);
    seen.push(performance.now() - begun);
  }
  worker.dispose();
  const edges = map.data.reduce((sum, value) => sum + value / 255, 0) / map.data.length;
  return { edges, found: summary(found), seen: summary(seen) };
};
window.isReady = true;
