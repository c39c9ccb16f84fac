import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { zJobMessage } from '#common/contract/job-message.ts';
import type { Raster } from '#common/raster/raster.ts';
import { decodeImage } from '#node/images/decode.ts';
import { encodeImage } from '#node/images/encode.ts';
import { readRecipe } from '#node/images/read-recipe.ts';
import { editar, jsonLines } from '../helpers/cli.ts';
import type { CliSettings } from '../helpers/cli.ts';
import { writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

// A whole program on a model of a few thousand random weights: 32 × 32 pixels, 4 × 4 cells.
let root: string;
let pack: string;
let folder: string; // of the running test
let env: Record<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'editar-cli-'));
  pack = join(root, 'tiny');
  env = { EDITAR_DATA: join(root, 'data') };
  const { gpt, vq, t5 } = await writeTinyCheckpoints(root);
  const build = ['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '--precision', 'fp32', '-o', pack];
  const { code, stderr } = await editar(build, { env });
  if (code !== 0) throw new Error(stderr);
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'test-'));
  await encodeImage(photo(120, 90), at('photo.png'));
});

const at = (name: string): string => join(folder, name);

function photo(width: number, height: number): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => 128 + 100 * Math.sin(i / 97));
  return { width, height, channels: 3, depth: 8, data };
}

const edit = (args: readonly string[], settings: CliSettings = {}) =>
  editar(['edit', at('photo.png'), '-i', 'make the ball red', '-o', at('out.png'), '--model', pack, ...args], {
    env,
    ...settings,
  });

test('edits a photo and says what it wrote', async () => {
  const { code, stdout, stderr } = await edit([]);
  expect(stderr).toContain('120 × 90 pixels, seed 0');
  expect([code, stdout]).toEqual([0, `${at('out.png')}\n`]);
  expect((await decodeImage(at('out.png'))).raster).toMatchObject({ width: 120, height: 90 });
});

test('reports in JSON, one message per line and nothing else', async () => {
  const result = await edit(['--json', '--rows', at('rows'), '--seed', '5']);
  expect(result.code).toBe(0);
  const messages = jsonLines(result).map((line) => zJobMessage.parse(line));
  const types = messages.map(({ type }) => type);
  expect(types[0]).toBe('queued');
  expect(types).toContain('progress');
  expect(types).toContain('preview');
  expect(messages.at(-1)).toMatchObject({ type: 'finished', out: at('out.png'), width: 120, height: 90, seed: 5 });
  expect(existsSync(at('rows/row-0-0.png'))).toBe(true);
});

test('gives the same ids for the same seed, and others for another', async () => {
  const idsOf = async (seed: string): Promise<unknown> =>
    jsonLines(await edit(['--json', '--seed', seed])).at(-1)!['ids'];
  const first = await idsOf('1');
  expect(first).toHaveLength(16);
  expect(await idsOf('1')).toEqual(first);
  expect(await idsOf('2')).not.toEqual(first);
});

/** The recipe that a picture carries, as a file. */
async function recipeFile(picture: string, changes: object = {}): Promise<string> {
  const recipe = { ...((await readRecipe(at(picture))).recipe as object), ...changes };
  await writeFile(at('recipe.json'), JSON.stringify(recipe));
  return at('recipe.json');
}

const pixelsOf = async (name: string) => (await decodeImage(at(name))).raster.data;

test('a recipe makes the picture that carries it once more, bit for bit; what is said beside it counts more', async () => {
  const numbers = ['--cfg', '2', '--temperature', '0.8', '--top-k', '9', '--region', '10,10,60,50'];
  expect((await edit(['--seed', '5', '--variants', '2', ...numbers])).code).toBe(0);
  const recipe = await recipeFile('out-2.png');
  const byRecipe = (out: string, ...said: string[]) =>
    editar(['edit', at('photo.png'), '--recipe', recipe, '-o', at(out), '--model', pack, '--json', ...said], { env });
  const again = await byRecipe('again.png');
  expect([again.code, again.stderr]).toEqual([0, '']);
  expect(jsonLines(again).at(-1)).toMatchObject({ type: 'finished', seed: 5 });
  expect(await pixelsOf('again.png')).toEqual(await pixelsOf('out-2.png'));
  expect(await pixelsOf('again.png')).not.toEqual(await pixelsOf('out.png'));
  expect(jsonLines(await byRecipe('other.png', '--seed', '6')).at(-1)).toMatchObject({ type: 'finished', seed: 6 });
  expect((await readRecipe(at('other.png'))).recipe).toMatchObject({
    ...{ instruction: 'make the ball red', seed: 6, sampling: { cfg: 2, temperature: 0.8, topK: 9 } },
    selection: { region: { x: 10, y: 10, width: 60, height: 50 } },
  });
});

test('a recipe that cannot be used, or makes a map, is told, and nothing is written', async () => {
  for (const [text, reason] of [
    ['{"version": 9}', 'a newer version of this program wrote it'],
    ['{"version": 1, "extract": {"kind": "canny"}}', 'it makes a map and edits nothing'],
    ['no json', 'it is not JSON'],
  ] as const) {
    await writeFile(at('recipe.json'), text);
    const args = ['edit', at('photo.png'), '--recipe', at('recipe.json'), '-o', at('out.png')];
    const { code, stderr } = await editar(args, { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  }
  const { code, stderr } = await editar(['edit', at('photo.png'), '-o', at('out.png')], { env });
  expect([code, stderr]).toEqual([2, expect.stringContaining('--instruction')]);
  expect(existsSync(at('out.png'))).toBe(false);
});

test('edits a region and leaves the rest bit for bit', async () => {
  const result = await edit(['--json', '--region', '80,60,20,15', '--fit', 'whole']);
  expect(result.code).toBe(0);
  const finished = jsonLines(result).at(-1) as { timings: { tokens: number; lockedTokens: number } };
  expect(finished.timings.tokens + finished.timings.lockedTokens).toBe(16);
  expect(finished.timings.lockedTokens).toBeGreaterThan(8);
  const [before, after] = [photo(120, 90), (await decodeImage(at('out.png'))).raster];
  const rows = 120 * 3 * 30; // well above the region
  expect(after.data.subarray(0, rows)).toEqual(before.data.subarray(0, rows));
  expect(Buffer.compare(after.data as Uint8Array, before.data as Uint8Array)).not.toBe(0);
});

test('writes raw squares of several variants', async () => {
  const result = await edit(['--raw', '--variants', '2']);
  expect(result).toMatchObject({ code: 0, stdout: `${at('out.png')}\n${at('out-2.png')}\n` });
  expect((await decodeImage(at('out-2.png'))).raster).toMatchObject({ width: 32, height: 32 });
});

test('works from another folder, with relative names', async () => {
  const args = ['edit', 'photo.png', '-i', 'make the ball red', '-o', 'small.jpg', '--model', '../tiny'];
  expect(await editar(args, { env, cwd: folder })).toMatchObject({ code: 0, stdout: 'small.jpg\n' });
  expect(existsSync(at('small.jpg'))).toBe(true);
});

test('stops within moments when it is interrupted, and leaves nothing', async () => {
  await encodeImage(photo(3000, 2500), at('large.png')); // long enough to be caught at it
  const args = ['edit', at('large.png'), '-i', 'make the ball red', '-o', at('out.png'), '--model', pack, '--json'];
  const result = await editar(args, { env, onOutput: (_, child) => child.kill('SIGINT') });
  expect(result.code).toBe(130);
  expect(jsonLines(result).at(-1)).toEqual({ type: 'cancelled' });
  expect(readdirSync(folder).sort()).toEqual(['large.png', 'photo.png']);
});

test.each([
  ['a picture that is not there', ['-o', 'x.png'], 'missing.png', 3, 'image-unreadable'],
  ['an empty file', [], 'empty.png', 3, 'image-unreadable'],
  ['text with a wrong name', [], 'text.png', 3, 'image-unreadable'],
  ['a picture cut off', [], 'cut.png', 3, 'image-unreadable'],
  ['a folder', [], 'folder', 3, 'image-unreadable'],
  ['an output in a missing folder', ['-o', 'missing/out.png'], 'photo.png', 2, 'output-folder-missing'],
  ['writing over the picture', ['-o', 'photo.png'], 'photo.png', 2, 'output-is-input'],
  ['an output of an unknown kind', ['-o', 'out.xyz'], 'photo.png', 2, 'unsupported-format'],
  ['a square outside', ['--square', '900,900,5'], 'photo.png', 2, 'selection-empty'],
  ['a region outside', ['--region', '900,900,5,5'], 'photo.png', 2, 'selection-empty'],
  ['a model that is not there', ['--model', 'nothing'], 'photo.png', 4, 'model-missing'],
  ['a folder that is no model', ['--model', 'folder'], 'photo.png', 4, 'pack-invalid'],
])('refuses %s with its own exit code', async (_, more, name, code, reason) => {
  await writeFile(at('empty.png'), '');
  await writeFile(at('text.png'), 'this is not a picture');
  await writeFile(at('cut.png'), (await readFile(at('photo.png'))).subarray(0, 2000));
  await mkdir(at('folder'));
  const before = readdirSync(folder);
  const args = ['edit', name, '-i', 'make the ball red', '--json', '--model', pack, '-o', 'new.png', ...more];
  const result = await editar(args, { env, cwd: folder });
  expect(result.code).toBe(code);
  expect(jsonLines(result).at(-1)).toMatchObject({
    type: 'failed',
    code: reason,
    message: expect.any(String) as string,
  });
  expect(result.stderr).toMatch(/^editar: .+\.\n$/);
  expect(readdirSync(folder)).toEqual(before);
});

test('edits pictures of extreme shapes', async () => {
  await encodeImage(photo(1, 1), at('dot.png'));
  await encodeImage(photo(700, 2), at('line.png'));
  for (const name of ['dot.png', 'line.png']) {
    const args = ['edit', at(name), '-i', 'make the ball red', '-o', at(`new-${name}`), '--model', pack];
    expect((await editar(args, { env })).code, name).toBe(0);
  }
  expect((await decodeImage(at('new-line.png'))).raster).toMatchObject({ width: 700, height: 2 });
});

test('takes a very long instruction, and says that not all of it was read', async () => {
  const long = 'make the ball red '.repeat(600);
  const args = ['edit', at('photo.png'), '-i', long, '-o', at('out.png'), '--model', pack];
  const { code, stderr } = await editar(args, { env });
  expect(code).toBe(0);
  expect(stderr).toContain('only its beginning was used');
});

test.each([
  ['an empty instruction', ['-i', '']],
  ['a number out of range', ['--cfg', '99']],
  ['an unknown flag', ['--colour']],
])('answers %s with the usage code', async (_, args) => {
  const result = await edit(args);
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(/^editar: /);
  expect(result.stdout).toBe('');
});

test('refuses a device that is not there', async () => {
  const result = await edit(['--device', 'cuda', '--json']);
  if (result.code === 0) return; // this machine has one
  expect(result.code).toBe(5);
  expect(jsonLines(result).at(-1)).toMatchObject({ type: 'failed', code: 'device-unavailable' });
});
