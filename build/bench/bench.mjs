// @ts-check
// Runs every benchmark one after another, each in a process of its own, and prints the tables of docs/benchmarks.md.
//   npm run bench -- [--quick] [--only xl|mini|pytorch|documents|canvas|streaming] [--python path]
// --quick leaves out whole pictures. PyTorch is timed when the named Python (default: python3) has it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    python: { type: 'string', default: 'python3' },
  },
});

/** @param {string} command @param {string[]} args @returns {Promise<any>} the JSON object that the last line of output is */
function runJson(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.on('error', reject);
    child.on('exit', (code) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve(JSON.parse(last));
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** @param {string[]} args */
const editarBench = (args) => runJson(process.execPath, ['out/cli.mjs', 'bench', '--json', ...args]);

/** @param {string} part */
const wanted = (part) => options.only === undefined || options.only === part;

/** @param {number} value @param {number} digits */
const fixed = (value, digits = 0) => value.toFixed(digits);

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n'));
}

/** @param {{precision: string, cache: string}} transformer */
const formOf = ({ precision, cache }) => `${precision} / ${cache}`;

async function benchXl() {
  const results = [];
  const forms = [
    ['fp32', 'fp32'],
    ['int8', 'int8'],
    ['int4', 'fp32'],
    ['int4', 'int8'],
  ];
  for (const [precision, cache] of forms) {
    const pictures = precision === 'int4' && !options.quick ? ['--pictures'] : [];
    results.push(await editarBench(['--random-xl', '--precision', precision, '--cache', cache, ...pictures]));
  }
  console.log(`Machine: ${results[0].machine}\n`);
  const transformers = results.map(({ transformer }) => transformer);
  table(
    [
      'weights / cache',
      'ms/token',
      'MB/token',
      'GB/s measured',
      'share of the limit',
      'open s',
      'MiB open',
      'MiB peak',
      'of it not file pages',
      'longest block ms',
    ],
    transformers.map((t) => [
      formOf(t),
      fixed(t.msPerToken, 1),
      fixed(t.bytesPerToken / 1e6),
      fixed(t.bandwidth / 1e9, 1),
      fixed(t.ratioToLimit, 2),
      fixed(t.openMs / 1000, 2),
      fixed(t.openMiB),
      fixed(t.peakMiB),
      t.ownMiB === undefined ? '' : fixed(t.ownMiB),
      fixed(t.longestBlockMs),
    ]),
  );
  table(
    [
      'weights / cache',
      'prefill s',
      'naive prefill s',
      'naive / shared',
      'second instruction s',
      'second / first',
      'build s',
    ],
    transformers.map((t) => [
      formOf(t),
      fixed(t.prefillMs / 1000, 2),
      fixed(t.naivePrefillMs / 1000, 2),
      fixed(t.naivePrefillMs / t.prefillMs, 2),
      fixed(t.secondPrefillMs / 1000, 2),
      fixed(t.secondPrefillMs / t.prefillMs, 2),
      fixed(t.buildMs / 1000),
    ]),
  );
  table(
    ['weights / cache', '1 picture', '2 variants, ms per token and picture', '4 variants'],
    transformers.map((t) => [
      formOf(t),
      fixed(t.msPerToken, 1),
      fixed(t.variantsMsPerToken[2], 1),
      fixed(t.variantsMsPerToken[4], 1),
    ]),
  );
  for (const whole of transformers.filter((t) => t.pictureMs !== undefined)) {
    const share = fixed(whole.lockedPictureMs / whole.pictureMs, 2);
    console.log(
      `Whole picture, ${formOf(whole)}: ${fixed(whole.pictureMs / 1000, 1)} s; with 80 % of the cells locked ` +
        `${fixed(whole.lockedPictureMs / 1000, 1)} s (${share}).\n`,
    );
  }
  const { vq } = results.at(-1);
  table(
    ['image tokenizer, 512 × 512', 'ms'],
    [
      ['encode', fixed(vq.encodeMs)],
      ['decode', fixed(vq.decodeMs)],
      .../** @type {[string, number][]} */ (Object.entries(vq.bandMs)).map(([rows, ms]) => [
        `band of ${rows} rows`,
        fixed(ms),
      ]),
    ],
  );
  return transformers;
}

/** @param {any[]} transformers */
async function benchPytorch(transformers) {
  let torch;
  try {
    torch = await runJson(options.python, ['build/bench/pytorch_decode.py', '--prefill']);
  } catch (error) {
    console.log(`PyTorch was not timed: ${/** @type {Error} */ (error).message}\n`);
    return;
  }
  table(
    ['', 'ms/token', 'PyTorch / ours'],
    [
      [`PyTorch ${torch.torch}, fp32, ${torch.threads} threads`, fixed(torch.msPerToken, 1), '1'],
      ...transformers.map((t) => [
        `ours, ${formOf(t)}`,
        fixed(t.msPerToken, 1),
        fixed(torch.msPerToken / t.msPerToken, 2),
      ]),
    ],
  );
  console.log(`PyTorch prefill (batch 2): ${fixed(torch.prefillMs / 1000, 2)} s\n`);
}

async function benchMini() {
  const { model } = await editarBench(['--model', 'mini']);
  const { timings } = model;
  table(
    ['embedded model', ''],
    [
      ['open', `${fixed(model.openMs)} ms`],
      ['whole edit', `${fixed(model.totalMs)} ms`],
      ['first row after', `${fixed(timings.firstRowMs)} ms`],
      ['per token', `${fixed(timings.msPerToken, 2)} ms`],
      ['previews, share of decoding', fixed(model.previewShare, 2)],
      ['previewed rows against the final picture', `${fixed(model.previewPsnr, 1)} dB`],
      ['worst band', `${fixed(model.previewPsnrWorstBand, 1)} dB`],
      ['peak memory', `${model.peakMiB} MiB`],
    ],
  );
}

/** @param {{median: number, p95: number}} times */
const medianAnd95 = ({ median, p95 }) => `${fixed(median, 1)} / ${fixed(p95, 1)}`;

/** Frames come in steps of the display's rate, so a median of 16.7 ms is as fast as it gets. */
async function benchCanvas() {
  const { results } = await runJson(process.execPath, ['build/bench/canvas-bench.mjs']);
  table(
    [
      ...['6000 × 4000, median / 95 % in ms', 'first seen, s', 'of it processor, s', 'pan, fitted', 'zoom'],
      ...[
        'pan, 100 %',
        'drawing script',
        'stroke, 100 %',
        'stroke, fitted',
        'opacity seen / sharp, fitted',
        'one tile',
        'MiB',
      ],
    ],
    results.map((/** @type {any} */ r) => [
      ...[r.name, fixed(r.firstFit.ms / 1000, 1), fixed(r.firstFit.processorMs / 1000, 1)],
      ...[medianAnd95(r.panFitted.frames), medianAnd95(r.zoom.frames), medianAnd95(r.pan100.frames)],
      ...[medianAnd95(r.pan100.paint), medianAnd95(r.stroke100), medianAnd95(r.strokeFitted)],
      ...[`${fixed(r.opacitySeen)} / ${fixed(r.opacityFitted.ms)}`, fixed(r.blendMs, 1), String(r.memoryMiB)],
    ]),
  );
}

/** Processor time tells more than the clock on a machine with other work. */
async function benchDocuments() {
  const { costs, peakMiB } = await runJson(process.execPath, ['out/documents-bench.mjs']);
  table(
    ['6000 × 4000, ten layers', 'processor', 'clock', 'longest pause of the main thread'],
    costs.map((/** @type {any} */ cost) => [
      ...[cost.name, `${fixed(cost.processorMs)} ms`, `${fixed(cost.ms)} ms`, `${fixed(cost.pauseMs)} ms`],
    ]),
  );
  console.log(`Peak memory of the process: ${fixed(peakMiB)} MiB.\n`);
}

async function benchStreaming() {
  const { results } = await runJson(process.execPath, ['build/bench/streaming-bench.mjs']);
  table(
    ['streaming, median / 95 % in ms', 'bands', 'engine to screen', 'frames', 'frames at rest'],
    results.map((/** @type {any} */ r) => [
      ...[r.name, String(r.bands.count), medianAnd95(r.bands), medianAnd95(r.frames), medianAnd95(r.framesAtRest)],
    ]),
  );
}

await runBuild();
const transformers = wanted('xl') ? await benchXl() : [];
if (wanted('pytorch')) await benchPytorch(transformers);
if (wanted('mini') && existsSync(new URL('../../native-models/packs/mini/pack.json', import.meta.url)))
  await benchMini();
if (wanted('documents')) await benchDocuments();
if (wanted('canvas')) await benchCanvas();
if (wanted('streaming') || wanted('canvas')) await benchStreaming();

function runBuild() {
  return new Promise((resolve, reject) => {
    spawn(process.execPath, ['build/build.mjs'], { cwd: root, stdio: 'inherit' }).on('exit', (code) =>
      code === 0 ? resolve(undefined) : reject(new Error('the build failed')),
    );
  });
}
