// @ts-check
/**
 * Measures the miniature model for docs/miniature.md and prints its tables as Markdown: every guidance scale, every type of
 * question. Build the program first.
 *
 *   node build/scripts/miniature.mjs --model <id|dir> [--without-distillation <id|dir>] [--split test-iid] [--limit 40]
 *        [--guidance 1,2,3,5,7.5] [--seeds 0] [--out tables.md] [--keep rows.jsonl]
 *
 * `--without-distillation` names the same model trained without it, for the second comparison. With several seeds every run is
 * made once per seed; tables then show the mean of the seeds and their range.
 */
import { spawn } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @typedef {{ mean: number, low: number, high: number }} Estimate */
/** @typedef {{ type: 'row', question: string, answerer: string, n: number, strict: Estimate, applied: Estimate,
 *   kind: Estimate | null, unchanged: Estimate | null, editPsnr: Estimate | null, psnr: Estimate | null }} Row */
/** @typedef {{ model: string, guidance: string | undefined, seed: string }} Run */

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'mini' },
    'without-distillation': { type: 'string' },
    split: { type: 'string', default: 'test-iid' },
    limit: { type: 'string', default: '40' },
    guidance: { type: 'string', default: '1,2,3,5,7.5' },
    seeds: { type: 'string', default: '0' },
    out: { type: 'string' },
    keep: { type: 'string' },
  },
});
const seeds = values.seeds.split(',');
const program = fileURLToPath(new URL('../../out/cli.mjs', import.meta.url));

/** Rows of one evaluation. @param {Run} run @returns {Promise<Row[]>} */
async function evaluate({ model, guidance, seed }) {
  const { split, limit, keep } = values;
  const sampling = guidance === undefined ? [] : ['--cfg', guidance];
  const options = ['--model', model, '--split', split, '--limit', limit, '--seed', seed, ...sampling, '--json'];
  const lines = await linesOf(['eval', 'scenes', ...options]);
  const found = lines.map((line) => JSON.parse(line));
  if (keep) await appendFile(keep, found.map((one) => `${JSON.stringify({ ...one, guidance, seed })}\n`).join(''));
  return found.filter(({ type }) => type === 'row');
}

/** Lines the program writes; its progress goes to our own stderr. @param {string[]} options @returns {Promise<string[]>} */
function linesOf(options) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(text.trim().split('\n'));
      else reject(new Error(`editar ${options.join(' ')} ended with code ${code}`));
    });
  });
}

/** One evaluation per seed. @param {string} model @param {string} [guidance] */
const everySeed = async (model, guidance) => {
  const runs = [];
  for (const seed of seeds) runs.push(await evaluate({ model, guidance, seed }));
  return runs;
};

/** @param {Row[][]} runs @param {string} question @param {string} answerer */
const pick = (runs, question, answerer) =>
  runs.flatMap((rows) => rows.filter((row) => row.question === question && row.answerer === answerer));

/** Mean and interval of one seed; mean and range over several.
 * @param {Row[]} rows @param {'strict' | 'applied' | 'kind' | 'unchanged' | 'editPsnr' | 'psnr'} key @param {number} digits */
function cell(rows, key, digits = 2) {
  const known = rows.map((row) => row[key]).filter((value) => value !== null);
  if (known.length === 0) return '–';
  const means = known.map(({ mean }) => mean);
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const single = /** @type {Estimate} */ (known[0]);
  const [low, high] = known.length === 1 ? [single.low, single.high] : [Math.min(...means), Math.max(...means)];
  return `${mean.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** @param {string[]} head @param {string[][]} rows */
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** @param {string[]} names @param {Row[][][]} runs */
function comparison(names, runs, heading = 'guidance') {
  const head = [heading, 'n', 'strict, edits', 'applied, edits', 'kind', 'unchanged cells', 'edit dB', 'strict, maps'];
  const rows = names.map((name, i) => {
    const edits = pick(runs[i] ?? [], 'all edits', 'model');
    const maps = pick(runs[i] ?? [], 'all maps', 'model');
    const n = [...edits.slice(0, 1), ...maps.slice(0, 1)].map((row) => row.n).join(' + ');
    const shares = [cell(edits, 'strict'), cell(edits, 'applied'), cell(edits, 'kind')];
    return [name, n, ...shares, cell(edits, 'unchanged', 3), cell(edits, 'editPsnr', 1), cell(maps, 'strict')];
  });
  return table(head, rows);
}

/** @param {Row[][]} runs */
function perQuestion(runs) {
  const head = ['question', 'answer by', 'n', 'strict', 'applied', 'kind', 'unchanged cells', 'edit dB', 'whole dB'];
  const questions = [...new Set(runs.flat().map(({ question }) => question))];
  const rows = questions.flatMap((question) =>
    ['copy-source', 'oracle', 'model'].map((answerer) => {
      const found = pick(runs, question, answerer);
      const shares = [cell(found, 'strict'), cell(found, 'applied'), cell(found, 'kind')];
      const levels = [cell(found, 'editPsnr', 1), cell(found, 'psnr', 1)];
      return [question, answerer, String(found[0]?.n ?? 0), ...shares, cell(found, 'unchanged', 3), ...levels];
    }),
  );
  return table(head, rows);
}

const spread =
  seeds.length === 1
    ? 'Brackets: 95 % bootstrap interval over items; where all items agree it has no width, and the true share may still be 3 / n away.'
    : `Brackets: range of the means over seeds ${seeds.join(', ')}.`;
const sections = [
  `Split ${values.split}, ${values.limit} items of each type, one answer per item, sampling seed ${seeds.join(', ')}. ${spread} ` +
    'Rendered scenes only; nothing here says anything about photographs.',
];
const usual = await everySeed(values.model);
sections.push('## Each type of question, at the default sampling', perQuestion(usual));

const scales = values.guidance.split(',');
const sweep = [];
for (const scale of scales) sweep.push(await everySeed(values.model, scale));
sections.push('## Guidance', comparison(scales, sweep));

const without = values['without-distillation'];
if (without) {
  const names = ['with distillation', 'without'];
  sections.push('## Distillation', comparison(names, [usual, await everySeed(without)], 'training'));
}

const text = `${sections.join('\n\n')}\n`;
if (values.out) await writeFile(values.out, text);
else process.stdout.write(text);
