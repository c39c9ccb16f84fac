// @ts-check
// Times the canvas in Chromium: how long frames take while a large document moves, how soon a stroke is seen, how much memory it takes.
// Prints one JSON object. CHROMIUM_PATH names the browser.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { chromiumPath, flags, memoryMiB, processorMs, rendererIds } from './chromium.mjs';

const outDir = fileURLToPath(new URL('../../out/canvas-bench', import.meta.url));

await build({
  root: fileURLToPath(new URL('./canvas-page', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  base: './',
  build: { outDir, emptyOutDir: true, modulePreload: false, assetsInlineLimit: 0, target: 'es2023' },
});

/** @type {Record<string, string>} */
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const server = createServer((request, response) => {
  const path = request.url === '/' ? '/index.html' : (request.url ?? '');
  readFile(join(outDir, path)).then(
    (bytes) => response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream').end(bytes),
    () => response.writeHead(404).end(),
  );
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const address = /** @type {import('node:net').AddressInfo} */ (server.address());

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
const wanted = process.argv[2]; // the name of the only case to run
for (const settings of cases.filter(({ name }) => wanted === undefined || name === wanted)) {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => process.stderr.write(`${error}\n`));
    await page.goto(`http://127.0.0.1:${address.port}/`);
    await page.waitForFunction('window.isReady');
    const ids = await rendererIds(browser);
    await page.exposeFunction('processorMs', () => processorMs(ids));
    const before = memoryMiB(ids);
    const result = /** @type {object} */ (await page.evaluate(`measure(${JSON.stringify(settings)})`));
    results.push({ name: settings.name, ...result, memoryMiB: memoryMiB(ids) - before });
  } finally {
    await browser.close();
  }
}
server.close();
console.log(JSON.stringify({ machine: `${cpus().length} × ${cpus()[0].model.trim()}`, results }));
