// @ts-check
// Times streaming in Chromium: how long a band takes from the engine to a painted frame, and how frames come meanwhile, beside those of the
// same page at rest. The whole way is real but for the model, which paints at a steady pace. Needs a build; prints one JSON object.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { chromiumPath, flags, summary } from './chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
await build({
  root,
  configFile: false,
  logLevel: 'error',
  build: { ssr: 'build/bench/streaming-host.ts', target: 'node20', outDir: 'out/streaming-bench', minify: false },
});

/** Run in the page from now on: when each frame began. */
const noteFrames = `globalThis.frameTimes = [];
  const note = (now) => requestAnimationFrame(note) && globalThis.frameTimes.push(now);
  requestAnimationFrame(note);`;

/** Run in the page: times between the frames of a span, in milliseconds. @param {number} from @param {number} to */
const between = (from, to) => `(() => {
  const times = globalThis.frameTimes.filter((time) => time >= ${from} && time <= ${to});
  return times.slice(1).map((time, i) => time - times[i]);
})()`;

const results = [];
for (const [name, width, height] of /** @type {const} */ ([
  ['1200 × 800', 1200, 800],
  ['6000 × 4000', 6000, 4000],
])) {
  results.push({ name, ...(await measure(width, height)) });
}
console.log(JSON.stringify({ results }));

/** @param {number} width @param {number} height */
async function measure(width, height) {
  const host = spawn(process.execPath, ['out/streaming-bench/streaming-host.js', String(width), String(height)], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  try {
    const { value: line } = await createInterface(host.stdout)[Symbol.asyncIterator]().next();
    const { address, picture } = JSON.parse(String(line));
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(address);
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open a picture…' }).click();
    await (await chooser).setFiles(picture);
    await page.getByRole('img', { name: /The picture/ }).waitFor();
    await page.getByLabel('What to change').fill('swap');
    await page.waitForTimeout(3000); // until all of the picture is drawn
    await page.evaluate(noteFrames);
    await page.waitForTimeout(2000);
    const begun = /** @type {number} */ (await page.evaluate('performance.now()'));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('listbox', { name: 'Results' }).getByRole('option').first().waitFor({ timeout: 120_000 });
    const marks = /** @type {{time: number, ms: number}[]} */ (
      await page.evaluate(
        `performance.getEntriesByName('editar-band').map(({ startTime: time, detail }) => ({ time, ms: detail.ms }))`,
      )
    );
    const bands = marks.map(({ ms }) => ms);
    const rest = await page.evaluate(between(begun - 2000, begun));
    const streaming = await page.evaluate(between(marks[0]?.time ?? 0, marks.at(-1)?.time ?? 0));
    return {
      bands: summary(bands),
      frames: summary(/** @type {number[]} */ (streaming)),
      framesAtRest: summary(/** @type {number[]} */ (rest)),
    };
  } finally {
    await browser.close();
    host.stdin.end();
    await new Promise((resolve) => host.once('exit', resolve));
  }
}
