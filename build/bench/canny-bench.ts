// Times edge detection on a raw RGB picture and prints one JSON object:
//   node out/canny-bench.mjs <file of width · height · 3 bytes> <width> <height> [repeats]
import { readFileSync } from 'node:fs';
import { canny, cannyStrength, edgesAt } from '../../native-models/conditions/canny/canny.ts';

const [file = '', width, height, repeats] = process.argv.slice(2);
const image = { width: Number(width), height: Number(height), data: new Uint8Array(readFileSync(file)) };

/** Median milliseconds of processor time of some runs, after five that warm up. */
function time(work: () => void): number {
  for (let i = 0; i < 5; i++) work();
  const times = Array.from({ length: Number(repeats ?? 5) }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

const kept = cannyStrength(image, 'opencv');
let high = 200;
const edges = canny(image, 'opencv', { low: 100, high: 200 });
console.log(
  JSON.stringify({
    edges: edges.reduce((sum, value) => sum + value / 255, 0),
    opencvMs: time(() => canny(image, 'opencv', { low: 100, high: 200 })),
    thresholdsMs: time(() => edgesAt(kept, 'opencv', { low: 100, high: (high = high === 200 ? 210 : 200) })),
    strengthMs: time(() => cannyStrength(image, 'opencv')),
    editarMs: time(() => canny(image, 'editar', { low: 0.1, high: 0.2 })),
  }),
);
