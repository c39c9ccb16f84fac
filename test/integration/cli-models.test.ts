import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { editar, jsonLines } from '../helpers/cli.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { tinyTransformer, writeTinyCheckpoints } from '../helpers/tiny-checkpoints.ts';
import type { TinyCheckpoints } from '../helpers/tiny-checkpoints.ts';

let root: string;
let checkpoints: TinyCheckpoints;
let folder: string; // of the running test
let env: Record<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'editar-cli-'));
  checkpoints = await writeTinyCheckpoints(root);
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(root, 'test-'));
  env = { EDITAR_DATA: join(folder, 'data') };
});

const at = (name: string): string => join(folder, name);

const build = (files: Partial<TinyCheckpoints> = {}, ...more: string[]) => {
  const { gpt, vq, t5 } = { ...checkpoints, ...files };
  return editar(['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '-o', at('pack'), ...more], { env });
};

test('builds, adds, lists, verifies and removes a model', async () => {
  const built = await build({}, '--precision', 'int8', '--id', 'tiny', '--json');
  expect(built.code).toBe(0);
  expect(jsonLines(built)[0]).toMatchObject({ type: 'progress', part: expect.any(String) as string });
  expect(jsonLines(built).at(-1)).toMatchObject({ type: 'finished', out: at('pack'), id: 'tiny' });
  expect((await editar(['models', 'add', at('pack')], { env })).code).toBe(0);
  const listed = jsonLines(await editar(['models', 'list', '--json'], { env }));
  expect(listed).toContainEqual(expect.objectContaining({ id: 'tiny', precision: 'int8', isEmbedded: false }));
  const verified = await editar(['models', 'verify', 'tiny'], { env });
  expect(verified).toMatchObject({ code: 0, stdout: 'tiny  every file matches its hash\n' });
  expect((await editar(['models', 'remove', 'tiny'], { env })).code).toBe(0);
  expect(readdirSync(at('data/packs'))).toEqual([]);
});

test('refuses a model whose bytes have changed, naming the file', async () => {
  await build();
  const name = readdirSync(at('pack')).find((file) => file.endsWith('.data'))!;
  const bytes = await readFile(join(at('pack'), name));
  bytes[10]! ^= 1;
  await writeFile(join(at('pack'), name), bytes);
  const result = await editar(['models', 'verify', at('pack'), '--json'], { env });
  expect(result.code).toBe(4);
  expect(jsonLines(result)).toEqual([expect.objectContaining({ type: 'failed', code: 'pack-invalid' })]);
  expect(result.stderr).toContain(name);
});

test('names every checkpoint that is missing', async () => {
  const result = await build({ gpt: at('no-gpt.pt'), vq: at('no-vq.pt') });
  expect(result.code).toBe(4);
  expect(result.stderr).toContain('no-gpt.pt');
  expect(result.stderr).toContain('no-vq.pt');
});

test('refuses a truncated checkpoint and leaves nothing behind', async () => {
  await writeFile(at('cut.safetensors'), await readFile(checkpoints.gpt));
  await truncate(at('cut.safetensors'), 5000);
  const result = await build({ gpt: at('cut.safetensors') }, '--json');
  expect(result.code).toBe(4);
  expect(jsonLines(result).at(-1)).toMatchObject({ type: 'failed', code: 'checkpoint-invalid' });
  expect(readdirSync(folder).sort()).toEqual(['cut.safetensors']);
});

test('refuses weights that are not numbers, naming the tensor, and leaves nothing behind', async () => {
  const bytes = await readFile(checkpoints.gpt);
  bytes.writeUInt32LE(0x7fc00000, bytes.length - 4); // NaN in the last weight of the file
  await writeFile(at('nan.safetensors'), bytes);
  const result = await build({ gpt: at('nan.safetensors') });
  expect(result.code).toBe(4);
  expect(result.stderr).toMatch(/Tensor layers\.1\.\S+ holds NaN at index \d+\. Nothing was written\./);
  expect(readdirSync(folder).sort()).toEqual(['nan.safetensors']);
});

test('refuses to build onto a full disk, saying what is needed, and leaves nothing behind', async () => {
  const disk = smallDisk(2);
  if (!disk) return console.warn('skipped: only root can make a small disk here');
  disk.fill();
  const { gpt, vq, t5 } = checkpoints;
  const out = join(disk.folder, 'pack');
  const result = await editar(['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '-o', out], { env });
  expect(result.code).toBe(5);
  expect(result.stderr).toContain('Nothing was written. Free some space, or choose another disk.');
  expect(readdirSync(disk.folder)).toEqual(['filler']);
});

test('killed while it builds, it leaves no model; built again it is whole', async () => {
  const { gpt, vq, t5 } = checkpoints;
  const args = ['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '-o', at('pack'), '--json'];
  const killed = await editar(args, { env, onOutput: (_, child) => void child.kill('SIGKILL') });
  expect(killed.code).toBeNull();
  expect(existsSync(at('pack'))).toBe(false);
  expect((await build()).code).toBe(0);
  expect((await editar(['models', 'verify', at('pack')], { env })).code).toBe(0);
  expect(readdirSync(folder)).toEqual(['pack']);
});

test('refuses checkpoints of another kind and leaves nothing behind', async () => {
  const result = await build({ gpt: checkpoints.vq }, '--json');
  expect(result.code).toBe(4);
  expect(jsonLines(result).at(-1)).toMatchObject({ type: 'failed', code: 'checkpoint-mismatch' });
  expect(readdirSync(folder)).toEqual([]);
});

test('refuses checkpoints that do not belong together', async () => {
  const other = await writeTinyCheckpoints(at('other'), { ...tinyTransformer, vocab: 128 });
  const result = await build({ gpt: other.gpt });
  expect(result.code).toBe(4);
  expect(result.stderr).toContain('64 codes');
  expect(existsSync(at('pack'))).toBe(false);
});

test('never builds over something that exists', async () => {
  await writeFile(at('pack'), 'precious');
  expect((await build()).code).toBe(2);
  expect(await readFile(at('pack'), 'utf8')).toBe('precious');
});

test('says that a model is not installed', async () => {
  expect((await editar(['models', 'verify', 'nothing'], { env })).code).toBe(4);
  expect((await editar(['models', 'remove', 'nothing'], { env })).code).toBe(4);
  expect((await editar(['models', 'add', at('nothing')], { env })).code).toBe(4);
});
