// @ts-check
// Times the canvas in Chromium: how long frames take while a large document moves, how soon a stroke is seen, how much memory it takes.
// Prints one JSON object. CHROMIUM_PATH names the browser.
import { cpus } from 'node:os';
import { openBenchPage } from './bench-page.mjs';
import { memoryMiB, processorMs, rendererIds } from './chromium.mjs';

const size = { width: 6000, height: 4000 };
const cases = [
  { name: 'ten layers, 8 bit', ...size, layers: 10, depth: 8, blends: ['normal'] },
  {
    name: 'ten layers, 8 bit, all modes mixed',
    ...size,
    layers: 10,
    depth: 8,
    blends: ['normal', 'multiply', 'soft-light', 'color'],
  },
  { name: 'ten layers, 16 bit', ...size, layers: 10, depth: 16, blends: ['normal'] },
  {
    name: 'ten layers, 8 bit, without small tiles',
    ...size,
    layers: 10,
    depth: 8,
    blends: ['normal'],
    hasSmall: false,
  },
  { name: 'one layer, 8 bit', ...size, layers: 1, depth: 8, blends: ['normal'] },
];

const results = [];
const bench = await openBenchPage('canvas-page');
const wanted = process.argv[2]; // the name of the only case to run
for (const settings of cases.filter(({ name }) => wanted === undefined || name === wanted)) {
  const { browser, page, close } = await bench.launch();
  try {
    const ids = await rendererIds(browser);
    await page.exposeFunction('processorMs', () => processorMs(ids));
    const before = memoryMiB(ids);
    const result = /** @type {object} */ (await page.evaluate(`measure(${JSON.stringify(settings)})`));
    results.push({ name: settings.name, ...result, memoryMiB: memoryMiB(ids) - before });
  } finally {
    await close();
  }
}
bench.close();
console.log(JSON.stringify({ machine: `${cpus().length} × ${cpus()[0].model.trim()}`, results }));
