// @ts-check
// npm run screenshots: shows every screen of the page in every state, as test/screens lists them, and keeps the pictures in docs/screenshots,
// with a README that lists them. All of them, uncompressed, are in out/screenshots afterwards. Arguments go to Vitest: `-t maps` takes those
// of some screens only, and keeps nothing.
import { spawnSync } from 'node:child_process';
import { readFile, readdir, rm, stat, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import sharp from 'sharp';

const root = fileURLToPath(new URL('../..', import.meta.url));
const from = fileURLToPath(new URL('../../out/screenshots/', import.meta.url));
const to = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const quality = { quality: 30, effort: 6 };
const mostBytes = 5_000_000; // of the whole folder: everybody who clones the repository has it

/** @typedef {{title: string, states: {name: string, shows: string, looks: string[]}[]}} Area as `test/screens/stage.ts` lists it */
const areas = ['welcome', 'editor', 'maps', 'batch', 'dialogs'];
/** Besides both themes. @type {Readonly<Record<string, string>>} */
const specialLooks = {
  large: '1920 × 1080',
  small: '800 × 600',
  contrast: 'High contrast',
  pseudo: 'Pseudo-locale',
  zoomed: '200 %',
};
/** Each screen's state whose special looks are kept; of the others only both themes are. */
const faces = [
  ...['welcome', 'no-model', 'edit-picture', 'edit-result', 'edit-layers', 'variants', 'paint', 'failed'],
  ...['maps-canny', 'maps-classes', 'batch-empty', 'batch-plan', 'batch-running', 'batch-sheet'],
  ...['palette', 'keys', 'settings', 'export', 'menu-layer', 'about', 'unsaved'],
];
const steps = ['edit-picture-dark', 'edit-streaming-dark', 'edit-result-dark']; // of one edit, for the program's README
const stepWidth = 560; // px

const isWhole = process.argv.length === 2;
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'screens', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, EDITAR_SCREENS: '1' } },
);
if (status !== 0) process.exit(status ?? 1);
if (isWhole) await keep();

async function keep() {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const lists = await Promise.all(areas.map(listOf));
  for (const name of lists.flatMap(({ states }) => states.flatMap(keptOf)))
    await sharp(`${from}${name}.png`).webp(quality).toFile(`${to}${name}.webp`);
  await joinSteps();
  await writeFile(`${to}README.md`, await tidied(contentsOf(lists)));

  const names = await readdir(to);
  const sizes = await Promise.all(names.map(async (name) => (await stat(to + name)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  process.stdout.write(`${names.length - 1} pictures, ${Math.round(bytes / 1024)} KiB\n`);
  if (bytes > mostBytes)
    throw new Error(`docs/screenshots may hold ${mostBytes} bytes: lower the quality, or keep fewer`);
}

/** @returns {Promise<Area>} */
async function listOf(/** @type {string} */ area) {
  return JSON.parse(await readFile(`${from}${area}.json`, 'utf8'));
}

/** Names of a state's pictures that are kept. */
function keptOf(/** @type {Area['states'][number]} */ { name, looks }) {
  return looks.filter((look) => !(look in specialLooks) || faces.includes(name)).map((look) => `${name}-${look}`);
}

/** The folder's README: a table of states for each screen, with the pictures there are. */
function contentsOf(/** @type {Area[]} */ lists) {
  const tables = lists.map(({ title, states }) => {
    const rows = states.map((state) => {
      const special = Object.entries(specialLooks).filter(([look]) => keptOf(state).includes(`${state.name}-${look}`));
      const others = special.map(([look, words]) => `[${words}](${state.name}-${look}.webp)`).join(', ');
      return `| ${state.shows} | [dark](${state.name}-dark.webp) | [light](${state.name}-light.webp) | ${others} |`;
    });
    return `## ${title}\n\n| What is seen | | | Other looks |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Every screen in every state

Taken by \`npm run screenshots\` from the page itself, 1280 × 800 where nothing else is said, most with a stand-in for the model so that
they are the same every time. How each comes about stands in \`test/screens\`.

${tables.join('\n')}`;
}

/** As the formatter writes it. */
async function tidied(/** @type {string} */ text) {
  return await format(text, { ...(await resolveConfig(`${to}README.md`)), filepath: `${to}README.md` });
}

/** The steps of an edit beside each other. */
async function joinSteps() {
  const pictures = await Promise.all(
    steps.map((name) => sharp(`${from}${name}.png`).resize(stepWidth).png().toBuffer()),
  );
  const { height = 0 } = await sharp(pictures[0]).metadata();
  const gap = 8;
  const places = pictures.map((input, index) => ({ input, left: index * (stepWidth + gap), top: 0 }));
  const size = { width: steps.length * (stepWidth + gap) - gap, height };
  await sharp({ create: { ...size, channels: 4, background: '#0000' } })
    .composite(places)
    .webp({ quality: 82, effort: 6 })
    .toFile(`${to}streaming-rows.webp`);
}
