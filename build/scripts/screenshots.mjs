// @ts-check
// npm run screenshots: shows every screen of the page in every state, as test/screens lists them, and keeps the pictures worth keeping in
// docs/screenshots. All of them are in out/screenshots afterwards. Arguments go to Vitest: `-t maps` takes those of some screens only, and
// keeps nothing.
import { spawnSync } from 'node:child_process';
import { mkdir, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('../..', import.meta.url));
const from = fileURLToPath(new URL('../../out/screenshots/', import.meta.url));
const to = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const quality = { quality: 74, effort: 6 };

/** What people see most, in both themes. */
const main = [
  ...['welcome', 'edit-picture', 'edit-streaming', 'edit-result', 'edit-layers', 'edit-history', 'variants', 'paint'],
  ...['maps-canny', 'maps-depth', 'maps-classes', 'maps-painted', 'batch-plan', 'batch-running', 'batch-sheet'],
  ...['export', 'settings', 'palette'],
].flatMap((name) => [`${name}-dark`, `${name}-light`]);

/** Of other states one look each, and the special looks where they show most. */
const others = [
  ...[
    'welcome-recent-light',
    'no-model-dark',
    'engine-lost-dark',
    'failed-dark',
    'photo-unfamiliar-dark',
    'unknown-words-light',
  ],
  ...['edit-queue-dark', 'compare-light', 'branch-dark', 'selection-light', 'layer-mask-dark', 'long-name-light'],
  ...[
    'maps-class-list-light',
    'maps-off-palette-dark',
    'batch-failed-dark',
    'menu-layer-dark',
    'keys-light',
    'about-dark',
  ],
  ...['settings-files-dark', 'settings-keys-conflict-dark', 'unsaved-dark', 'recent-dark'],
  ...['edit-result-large', 'batch-plan-large', 'edit-result-contrast', 'settings-contrast'],
  ...['edit-result-pseudo', 'settings-pseudo', 'edit-result-zoomed', 'welcome-zoomed'],
];
const kept = [...main, ...others];
const steps = ['edit-picture-dark', 'edit-streaming-dark', 'edit-result-dark']; // of one edit, for the README
const stepWidth = 560; // px

const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'screens', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, EDITAR_SCREENS: '1' } },
);
if (status !== 0) process.exit(status ?? 1);
if (process.argv.length > 2) process.exit(0);

await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
for (const name of kept) await sharp(`${from}${name}.png`).webp(quality).toFile(`${to}${name}.webp`);
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
