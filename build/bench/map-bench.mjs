// @ts-check
// Times the preview of edges in Chromium: from moved thresholds until the new edges are drawn. Prints one JSON object per size.
// CHROMIUM_PATH names the browser.
import { openBenchPage } from './bench-page.mjs';

const sizes = [
  { width: 1152, height: 864, moves: 40 },
  { width: 4000, height: 3000, moves: 12 },
];
const bench = await openBenchPage('map-page');
for (const size of sizes) {
  const { page, close } = await bench.launch();
  console.log(
    JSON.stringify({ ...size, .../** @type {object} */ (await page.evaluate(`measure(${JSON.stringify(size)})`)) }),
  );
  await close();
}
bench.close();
