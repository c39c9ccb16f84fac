import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { zBatchMessage } from '#common/contract/batch.ts';
import { photoBytes } from '../helpers/batch.ts';
import { editar, jsonLines } from '../helpers/cli.ts';
import type { CliSettings } from '../helpers/cli.ts';
import { depthStandIn, writeExtractorPack } from '../helpers/extractor-packs.ts';
import { writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

vi.setConfig({ testTimeout: 240_000 }); // programs start slowly on a busy machine

// A whole program on a model of a few thousand random weights.
let root: string;
let folder: string; // of the running test
let env: Record<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'editar-batch-'));
  env = { EDITAR_DATA: join(root, 'data') };
  const { gpt, vq, t5 } = await writeTinyCheckpoints(root);
  const build = [
    'models',
    'build',
    '--gpt',
    gpt,
    '--vq',
    vq,
    '--t5',
    t5,
    '--precision',
    'fp32',
    '-o',
    join(root, 'tiny'),
  ];
  const { code, stderr } = await editar(build, { env });
  if (code !== 0) throw new Error(stderr);
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'test-'));
  await mkdir(at('in/sub'), { recursive: true });
  for (const [seed, name] of ['in/a.png', 'in/b.png', 'in/sub/c.png'].entries()) {
    await writeFile(at(name), await photoBytes(seed));
  }
  await writeFile(at('recipe.json'), JSON.stringify({ version: 1, instruction: 'make the ball red', seed: 3 }));
});

const at = (name: string): string => join(folder, name);

const batch = (args: readonly string[], settings: CliSettings = {}) =>
  editar(['batch', at('in'), '-o', at('out'), '--recipe', at('recipe.json'), '--model', join(root, 'tiny'), ...args], {
    env,
    ...settings,
  });

test('makes a folder and says so in JSON lines, reports beside the pictures', async () => {
  const result = await batch(['--recursive', '--json']);
  expect(result.code).toBe(0);
  const messages = jsonLines(result).map((line) => zBatchMessage.parse(line));
  expect(messages[0]).toMatchObject({ type: 'planned', items: 3 });
  expect(messages.at(-1)).toMatchObject({ type: 'finished', in: 3, done: 3, report: at('out/report.json') });
  expect(existsSync(at('out/sub/c.png'))).toBe(true);
  for (const name of ['report.json', 'report.csv', 'editar-batch.jsonl'])
    expect(existsSync(at(`out/${name}`))).toBe(true);
});

test('some failed: exit 6, and the others are made', async () => {
  await writeFile(at('in/bad.png'), 'text');
  const { code, stdout, stderr } = await batch([]);
  expect(code).toBe(6);
  expect(stdout).toBe('a.png → a.png\nb.png → b.png\n');
  expect(stderr).toContain('failed: bad.png: ');
  expect(stderr).toContain('3 in = 2 done + 0 skipped + 1 failed');
});

test('a dry run writes nothing', async () => {
  const { code, stdout, stderr } = await batch(['--dry-run', '--name', '{stem}-{seed}']);
  expect([code, stdout]).toEqual([0, 'a.png → a-3.png\nb.png → b-3.png\n']);
  expect(stderr).toContain('2 pictures: 2 to make');
  expect(existsSync(at('out'))).toBe(false);
});

test('killed in the middle and resumed, every file is made once', async () => {
  const killed = await batch(['--json'], {
    onOutput: (stdout, child) => void (stdout.includes('"state":"done"') && child.kill('SIGKILL')),
  });
  expect(killed.code).toBeNull();
  const result = await batch(['--json', '--resume']);
  expect(result.code).toBe(0);
  expect(jsonLines(result).at(-1)).toMatchObject({ in: 2, done: 2, skipped: 0, failed: 0 });
  const entries = (await readFile(at('out/editar-batch.jsonl'), 'utf8')).trim().split('\n');
  expect(entries.filter((line) => line.includes('"entry":"done"'))).toHaveLength(2);
});

test('interrupted, it says how to go on: exit 130', async () => {
  let isAsked = false; // asked twice, it leaves without a word
  const result = await batch([], {
    onOutput: (_, child) => void (isAsked || ((isAsked = true), child.kill('SIGINT'))),
  });
  expect(result.code).toBe(130);
  expect(result.stderr).toContain('--resume');
});

test('watching, it makes files when they are whole, those that come later too', async () => {
  await rm(at('in/b.png'));
  const whole = await photoBytes(9);
  let done = 0;
  const result = await batch(['--watch', '--settle', '0.5', '--json'], {
    onOutput: (stdout, child) => {
      const now = stdout.split('"state":"done"').length - 1;
      if (now === done) return;
      done = now;
      if (done === 1) void writeFile(at('in/late.png'), whole);
      if (done === 2) child.kill('SIGINT');
    },
  });
  expect(result.code).toBe(130);
  expect(existsSync(at('out/a.png'))).toBe(true);
  expect(existsSync(at('out/late.png'))).toBe(true);
});

const pixelsOf = async (name: string): Promise<Buffer> => await sharp(at(name)).raw().toBuffer();
const writeRecipe = (recipe: object): Promise<void> =>
  writeFile(at('recipe.json'), JSON.stringify({ version: 1, ...recipe }));

test('maps of a folder are those of single pictures; painting from them is the same as from photos in one go', async () => {
  await writeRecipe({ extract: { kind: 'canny', low: 30, high: 60 } });
  const maps = await batch([]);
  expect([maps.code, maps.stdout]).toEqual([0, 'a.png → a.canny.png\nb.png → b.canny.png\n']);
  const one = ['conditions', at('in/a.png'), '--kind', 'canny', '--low', '30', '--high', '60', '-o', at('one.png')];
  expect((await editar(one, { env })).code).toBe(0);
  expect(await pixelsOf('out/a.canny.png')).toEqual(await pixelsOf('one.png'));

  const painting = { task: 'canny', instruction: 'a red ball', seed: 4 };
  await writeRecipe(painting);
  for (const name of ['a', 'b']) await cp(at(`out/${name}.canny.png`), at(`in/${name}.canny.png`));
  const fromMaps = await batch(['-o', at('painted')]);
  expect([fromMaps.code, fromMaps.stdout]).toEqual([0, 'a.png → a.png\nb.png → b.png\n']);

  await writeRecipe({ ...painting, condition: { kind: 'canny', low: 30, high: 60 } });
  const inOneGo = await batch(['-o', at('at once')]);
  expect([inOneGo.code, inOneGo.stdout]).toEqual([0, 'a.png → a.png\nb.png → b.png\n']);
  for (const name of ['a.png', 'b.png']) {
    expect(await pixelsOf(`at once/${name}`)).toEqual(await pixelsOf(`painted/${name}`));
  }
  expect(await pixelsOf('painted/a.png')).not.toEqual(await pixelsOf('in/a.png'));
});

test('an installed network makes maps of a folder; where it is missing nothing is begun', async () => {
  await writeRecipe({ extract: { kind: 'depth', model: 'nowhere' } });
  const without = await batch([]);
  expect([without.code, without.stderr]).toEqual([4, expect.stringContaining('not installed')]);
  expect(existsSync(at('out'))).toBe(false);
  await writeRecipe({ extract: { kind: 'depth' } }); // whichever knows the pictures best

  const config = { side: 28, sizing: 'closest', multiple: 14, filter: 'bicubic', normalization: 'imagenet' };
  await writeExtractorPack(at('depth'), 'depth', depthStandIn(), config);
  const own = { ...env, EDITAR_DATA: at('data') };
  expect((await editar(['models', 'add', at('depth')], { env: own })).code).toBe(0);
  const { code, stdout } = await batch(['--recursive'], { env: own });
  expect([code, stdout]).toEqual([...[0, 'a.png → a.depth.png\nb.png → b.depth.png\nsub/c.png → sub/c.depth.png\n']]);
  expect((await sharp(at('out/sub/c.depth.png')).metadata()).width).toBe(40);
});

test.each([
  [['--recipe', 'nowhere.json'], 2, 'there is no such file'],
  [['--name', '../{stem}'], 2, 'leads out'],
  [['--model', 'nowhere'], 4, 'not installed'],
])('%j: exit %i', async (args, code, words) => {
  const result = await batch(args);
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(words);
});

test('results into a file: exit 2, and the file stays', async () => {
  const before = await readFile(at('in/a.png'));
  for (const flags of [[], ['--dry-run']]) {
    const { code, stderr } = await batch(['-o', at('in/a.png'), ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('a.png cannot be written because it is a file.')]);
  }
  expect(await readFile(at('in/a.png'))).toEqual(before);
});

test('a recipe may begin with the mark of some editors; what is far too long is none', async () => {
  const recipe = await readFile(at('recipe.json'), 'utf8');
  await writeFile(at('recipe.json'), `\ufeff${recipe}`);
  expect((await batch(['--dry-run'])).code).toBe(0);
  await writeFile(at('recipe.json'), ' '.repeat(2 ** 21));
  const { code, stderr } = await batch(['--dry-run']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('far too long')]);
});
