// @ts-check
// Kills `editar batch` at random points (a line it says, and some milliseconds), resumes it, and checks that every picture was made exactly once.
// node build/scripts/kill-and-resume.mjs [--model id|folder] [--points 50] [--pictures 4] [--seed 1]; needs a build.
// Fifty points take some 4 minutes of processor time with the embedded model.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { randomNumbers } from './random-numbers.mjs';

const program = fileURLToPath(new URL('../../out/cli.mjs', import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'mini' },
    points: { type: 'string', default: '50' },
    pictures: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
});
const maxDelayMs = 60; // between a line and the kill: what follows a line takes about so long
const [points, pictures] = [Number(values.points), Number(values.pictures)];

/** @param {string} folder @param {{resume?: boolean, killAt?: {line: number, delayMs: number}}} how
 * @returns {Promise<{code: number | null, lines: number}>} lines it said */
function batch(folder, { resume = false, killAt }) {
  const paths = [join(folder, 'in'), '-o', join(folder, 'out'), '--recipe', join(folder, 'recipe.json')];
  const args = [program, 'batch', ...paths, '--model', values.model, '--json', ...(resume ? ['--resume'] : [])];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let lines = 0;
    let isAimed = false;
    child.stdout.on('data', (/** @type {Buffer} */ text) => {
      lines += text.toString().split('\n').length - 1;
      if (!killAt || isAimed || lines < killAt.line) return;
      isAimed = true;
      setTimeout(() => child.kill('SIGKILL'), killAt.delayMs);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, lines }));
  });
}

/** @param {string} folder */
async function prepare(folder) {
  await mkdir(join(folder, 'in'), { recursive: true });
  await writeFile(join(folder, 'recipe.json'), JSON.stringify({ version: 1, instruction: 'make the ball red' }));
  for (let i = 0; i < pictures; i++) {
    const data = Uint8Array.from({ length: 64 * 48 * 3 }, (_, at) => (at * 7 + i * 31) % 251);
    await sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
      .png()
      .toFile(join(folder, 'in', `p${i}.png`));
  }
}

/** @param {string} folder */
async function journalOf(folder) {
  const text = await readFile(join(folder, 'out', 'editar-batch.jsonl'), 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What the kill interrupted, from the last line of the journal. @param {string} folder */
async function interrupted(folder) {
  const entries = await journalOf(folder);
  const done = entries.filter(({ entry }) => entry === 'done').length;
  const last = entries.at(-1)?.entry;
  const parts = (await readdir(join(folder, 'out'))).filter((name) => name.startsWith('.')).length;
  return { done, last, parts };
}

/** Everything that must hold in the end. @param {string} folder @returns {Promise<string[]>} what does not */
async function problems(folder) {
  const found = [];
  const entries = await journalOf(folder);
  for (let index = 1; index <= pictures; index++) {
    const times = entries.filter((entry) => entry.entry === 'done' && entry.index === index).length;
    if (times !== 1) found.push(`picture ${index} was noted as done ${times} times`);
  }
  const names = (await readdir(join(folder, 'out'))).filter((name) => !/^(report\.|editar-batch\.)/.test(name));
  const expected = Array.from({ length: pictures }, (_, i) => `p${i}.png`).sort();
  if (names.sort().join() !== expected.join()) found.push(`the folder has ${names.join(', ')}`);
  for (const name of expected) {
    const size = await sharp(join(folder, 'out', name))
      .raw()
      .toBuffer({ resolveWithObject: true })
      .catch(() => undefined);
    if (size?.info.width !== 64) found.push(`${name} is not whole`);
  }
  const { counts } = JSON.parse(await readFile(join(folder, 'out', 'report.json'), 'utf8'));
  if (counts.done !== pictures || counts.in !== pictures) found.push(`the report counts ${JSON.stringify(counts)}`);
  return found;
}

const root = await mkdtemp(join(tmpdir(), 'editar-kill-'));
const random = randomNumbers(Number(values.seed));
try {
  const whole = join(root, 'whole');
  await prepare(whole);
  const undisturbed = await batch(whole, {});
  if (undisturbed.code !== 0) throw new Error(`an undisturbed batch ended with ${undisturbed.code}`);
  console.log(`undisturbed: ${pictures} pictures, ${undisturbed.lines} lines of JSON`);
  console.log('| point | killed after | pictures done | last journal entry | temporary files | resumed | problems |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  let bad = 0;
  for (let point = 1; point <= points; point++) {
    const folder = join(root, String(point));
    await prepare(folder);
    const killAt = { line: 1 + Math.floor(random() * undisturbed.lines), delayMs: Math.floor(random() * maxDelayMs) };
    const killed = await batch(folder, { killAt });
    const { done, last, parts } = await interrupted(folder);
    const resumed = await batch(folder, { resume: true });
    const wrong = await problems(folder);
    if (wrong.length > 0 || resumed.code !== 0) bad++;
    const outcome = killed.code === 0 ? 'had ended' : `line ${killAt.line} + ${killAt.delayMs} ms`;
    console.log(
      `| ${[point, outcome, done, last, parts, `exit ${resumed.code}`, wrong.join('; ') || 'none'].join(' | ')} |`,
    );
    await rm(folder, { recursive: true });
  }
  console.log(`${points} points, ${bad} with problems`);
  process.exitCode = bad === 0 ? 0 : 1;
} finally {
  await rm(root, { recursive: true, force: true });
}
