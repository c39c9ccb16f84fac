// @ts-check
// How many pictures a batch makes in a second, and how much of the time the model is busy. Run it on a quiet machine.
// node build/scripts/batch-throughput.mjs [--model id|folder] [--pictures 100] [--width 1600] [--height 1200]; needs a build.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'mini' },
    pictures: { type: 'string', default: '100' },
    width: { type: 'string', default: '1600' },
    height: { type: 'string', default: '1200' },
    instruction: { type: 'string', default: 'make the house blue' },
  },
});
const [pictures, width, height] = [values.pictures, values.width, values.height].map(Number);

/** Photographs as JPEG: a rendered scene at their size with grain, so that they cost what photographs cost. @param {string} folder */
async function makePhotos(folder) {
  await mkdir(folder);
  const scene = join(root, 'native-models', 'packs', 'mini', 'samples', 'winter.png');
  const noise = { type: /** @type {const} */ ('gaussian'), mean: 128, sigma: 12 };
  const grain = await sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .png()
    .toBuffer();
  for (let index = 0; index < pictures; index++) {
    await sharp(scene)
      .resize(width, height, { fit: 'cover' })
      .composite([{ input: grain, blend: 'soft-light' }])
      .modulate({ brightness: 0.9 + 0.2 * (index / pictures) })
      .jpeg({ quality: 90 })
      .toFile(join(folder, `photo-${String(index + 1).padStart(4, '0')}.jpg`));
  }
}

/** @param {string} folder @returns {Promise<{processorMs: number, finished: Record<string, number>}>} */
async function runBatch(folder) {
  const recipe = { version: 1, instruction: values.instruction, model: { id: values.model } };
  await writeFile(join(folder, 'recipe.json'), JSON.stringify(recipe));
  const paths = [join(folder, 'in'), '-o', join(folder, 'out'), '--recipe', join(folder, 'recipe.json')];
  const program = join(root, 'out', 'cli.mjs');
  const child = spawn(process.execPath, [program, 'batch', ...paths, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let processorMs = 0;
  child.stdout.on('data', (data) => (text += data));
  const timer = setInterval(async () => (processorMs = (await processorTime(child.pid)) ?? processorMs), 500);
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearInterval(timer);
  const finished = text
    .split('\n')
    .filter((line) => line.includes('"type":"finished"'))
    .map((line) => JSON.parse(line))[0];
  if (code !== 0 || !finished) throw new Error(`the batch ended with ${code}`);
  return { processorMs, finished };
}

/** Milliseconds of processor time so far, where the system tells (Linux, 100 ticks a second). @param {number | undefined} pid */
async function processorTime(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return text === '' ? undefined : (Number(fields[11]) + Number(fields[12])) * 10;
}

const folder = await mkdtemp(join(tmpdir(), 'editar-throughput-'));
try {
  await makePhotos(join(folder, 'in'));
  const before = loadavg()[0].toFixed(1);
  const { processorMs, finished } = await runBatch(folder);
  const seconds = finished.totalMs / 1000;
  const rows = [
    ['pictures', `${finished.done} of ${finished.in}, ${width} × ${height} JPEG`],
    ['model', values.model],
    ['time', `${seconds.toFixed(1)} s`],
    ['pictures per second', (finished.done / seconds).toFixed(2)],
    ['tokens per second, while the model works', finished.tokensPerSecond.toFixed(0)],
    ['share of the time in which the model works', finished.busyShare.toFixed(3)],
    [
      'processor time per picture',
      processorMs > 0 ? `${(processorMs / finished.done).toFixed(0)} ms` : 'not known here',
    ],
    ['machine', `${cpus().length} processors, load ${before} at the beginning`],
  ];
  console.log(['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n'));
} finally {
  await rm(folder, { recursive: true, force: true });
}
