// @ts-check
// node build/bench/cold-start.mjs [--runs N]: time from starting the browser host to a page one can use, no model loaded.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
const root = fileURLToPath(new URL('../..', import.meta.url));
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

/** @returns {Promise<{server: number, page: number}>} ms until the server answers, and from there until the page can be used */
async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
  const context = await browser.newContext();
  const page = await context.newPage();
  const start = performance.now();
  const child = spawn(process.execPath, ['out/server.mjs'], {
    cwd: root,
    env: { ...process.env, EDITAR_DATA: folder },
  });
  try {
    const address = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.stdout.once('data', (/** @type {Buffer} */ data) => resolve(String(data).trim()));
    });
    const server = performance.now() - start;
    await page.goto(address);
    await page.getByRole('button', { name: 'Open a picture…' }).click({ trial: true });
    await page.getByRole('status').getByText('Starting the engine…').waitFor({ state: 'detached' });
    return { server, page: performance.now() - start - server };
  } finally {
    child.kill();
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const runs = [];
for (let run = 0; run < Number(values.runs); run++) runs.push(await measure());
await browser.close();
const median = (/** @type {number[]} */ list) =>
  Math.round(list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0);
const [server, page] = [median(runs.map((run) => run.server)), median(runs.map((run) => run.page))];
process.stdout.write(
  `server ${server} ms, page ${page} ms, together ${server + page} ms (medians of ${runs.length})\n`,
);
