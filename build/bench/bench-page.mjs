// @ts-check
// Pages that measure something in a browser: built, served, opened.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { chromiumPath, flags } from './chromium.mjs';

/** @type {Record<string, string>} */
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Builds a page of this folder and serves it. `launch` opens it in a browser of its own once it says that it is ready.
 * @param {string} name of the page's folder */
export async function openBenchPage(name) {
  const outDir = fileURLToPath(new URL(`../../out/${name}`, import.meta.url));
  await build({
    root: fileURLToPath(new URL(`./${name}`, import.meta.url)),
    configFile: false,
    logLevel: 'error',
    base: './',
    build: { outDir, emptyOutDir: true, modulePreload: false, assetsInlineLimit: 0, target: 'es2023' },
  });
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    readFile(join(outDir, path)).then(
      (bytes) => response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  async function launch() {
    const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => process.stderr.write(`${error}\n`));
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction('window.isReady');
    return { browser, page, close: () => browser.close() };
  }
  return { launch, close: () => server.close() };
}
