// @ts-check
// npm run screenshots: drives a browser through the page's screens and keeps the pictures worth keeping in docs/screenshots.
import { spawnSync } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('../..', import.meta.url));
const from = fileURLToPath(new URL('../../out/screenshots/', import.meta.url));
const to = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

/** Of all that the tests look at, what shows the program: both themes of the screens people see most, one of the others. */
const kept = [
  ...['samples-dark', 'samples-light', 'picture-dark', 'picture-light', 'streaming-dark', 'streaming-light'],
  ...['result-dark', 'result-light', 'failed-dark', 'no-model-dark', 'lost-dark'],
  ...['menu-dark', 'palette-dark', 'keys-light', 'settings-dark', 'settings-light', 'keys-conflict-dark', 'about-dark'],
  ...['export-dark', 'export-light', 'unsaved-dark', 'recent-dark', 'welcome-recent-light', 'settings-files-dark'],
  ...['batch-plan-light', 'batch-running-dark', 'batch-failed-dark', 'batch-sheet-light'],
  ...['maps-canny-light', 'maps-canny-painted-dark', 'maps-depth-contrast', 'maps-classes-dark'],
  ...['variants-dark', 'compare-light', 'layers-dark', 'history-light', 'layer-painting-light', 'layer-mask-dark'],
  ...['streaming-selection-dark', 'main-path-result-dark'],
  ...['contrast-dark', 'contrast-light', 'settings-pseudo', 'welcome-pseudo', 'picture-large-dark'],
];
const steps = ['picture-dark', 'streaming-dark', 'result-dark']; // of one edit, for the README
const stepWidth = 560; // px

const tests = ['batch', 'browser-host', 'edit-loop', 'files', 'layers', 'main-path', 'maps', 'shell'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...tests, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (status !== 0) process.exit(status ?? 1);

await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
for (const name of kept) await sharp(`${from}${name}.png`).webp({ quality: 82, effort: 6 }).toFile(`${to}${name}.webp`);
await joinSteps();

let bytes = 0;
for (const name of [...kept, 'streaming-rows']) bytes += (await stat(`${to}${name}.webp`)).size;
process.stdout.write(`${kept.length + 1} pictures, ${Math.round(bytes / 1024)} KiB\n`);

/** The steps of an edit beside each other. */
async function joinSteps() {
  const pictures = await Promise.all(
    steps.map((name) => sharp(`${from}${name}.png`).resize(stepWidth).png().toBuffer()),
  );
  const { height = 0 } = await sharp(pictures[0]).metadata();
  const gap = 8;
  const places = pictures.map((input, index) => ({
    input,
    left: index * (stepWidth + gap),
    top: 0,
  }));
  const size = { width: steps.length * (stepWidth + gap) - gap, height };
  await sharp({ create: { ...size, channels: 4, background: '#0000' } })
    .composite(places)
    .webp({ quality: 82, effort: 6 })
    .toFile(`${to}streaming-rows.webp`);
}
