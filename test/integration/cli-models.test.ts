import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { safetensorsBytes } from '../helpers/checkpoint-files.ts';
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
  const told = /nan\.safetensors: tensor layers\.1\.\S+ holds NaN at index \d+\. Nothing was written\./;
  expect(result.stderr).toMatch(told);
  expect(readdirSync(folder).sort()).toEqual(['nan.safetensors']);
});

/** The same file, whose first tensor is said to hold something else. */
async function withDtype(path: string, dtype: string, bytesEach: number): Promise<Buffer> {
  const bytes = await readFile(path);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<string, { shape: number[] }>;
  const [[name, { shape }], ...others] = Object.entries(header) as [
    [string, { shape: number[] }],
    ...[string, object][],
  ];
  const size = shape.reduce((all, side) => all * side, bytesEach);
  const was = shape.reduce((all, side) => all * side, 4);
  const moved = others.map(([key, entry]) => {
    const { data_offsets: offsets } = entry as { data_offsets: number[] };
    return [key, { ...entry, data_offsets: offsets.map((offset) => offset - was + size) }] as const;
  });
  const first = [name, { dtype, shape, data_offsets: [0, size] }] as const;
  return safetensorsBytes(
    Object.fromEntries([first, ...moved]),
    Buffer.concat([Buffer.alloc(size), bytes.subarray(start + was)]),
  );
}

test.each([
  ['I8', 1, 'checkpoint-mismatch', / is i8\./],
  ['I64', 8, 'checkpoint-mismatch', / is i64\./],
  ['BOOL', 1, 'checkpoint-mismatch', / is bool\./],
  ['F8_E4M3', 1, 'unsupported', /the element type "F8_E4M3", which is not supported/],
  ['C64', 8, 'unsupported', /the element type "C64", which is not supported/],
])(
  'refuses weights of %s, naming file and tensor, and leaves nothing behind',
  async (dtype, bytesEach, code, words) => {
    await writeFile(at('odd.safetensors'), await withDtype(checkpoints.gpt, dtype, bytesEach));
    const result = await build({ gpt: at('odd.safetensors') }, '--json');
    expect(result.code).toBe(4);
    expect(jsonLines(result).at(-1)).toMatchObject({ type: 'failed', code });
    expect(result.stderr).toMatch(words);
    expect(result.stderr).toMatch(/odd\.safetensors.*tok_embeddings|odd\.safetensors.*\.weight/);
    expect(readdirSync(folder)).toEqual(['odd.safetensors']);
  },
);

test('a disk that fills up while it is built on is told, and nothing is left behind', async () => {
  const disk = smallDisk(4);
  if (!disk) return console.warn('skipped: only root can make a small disk here');
  const { gpt, vq, t5 } = checkpoints;
  const out = join(disk.folder, 'pack');
  let isFull = false;
  const args = ['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '--precision', 'fp32', '-o', out, '--json'];
  const onOutput = (): void => void (isFull || ((isFull = true), disk.fill()));
  const result = await editar(args, { env, onOutput });
  expect(result.code).toBe(5);
  expect(jsonLines(result)[0]).toMatchObject({ type: 'progress', part: 'transformer' });
  expect(jsonLines(result).at(-1)).toMatchObject({ type: 'failed', code: 'out-of-space' });
  expect(readdirSync(disk.folder)).toEqual(['filler']);
});

test('a disk that takes no large files, as memory cards do, is told, and nothing is left behind', async () => {
  if (process.platform === 'win32') return console.warn('skipped: only POSIX systems limit the size of files');
  const { gpt, vq, t5 } = checkpoints;
  const args = ['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '--precision', 'fp32', '-o', at('pack')];
  const result = await editar(args, { env, largestFile: 100 });
  expect([result.code, readdirSync(folder)]).toEqual([2, []]);
  expect(result.stderr).toContain('pack cannot be written because the disk cannot hold files of that size.');
});

test('a disk that can only be read is told', async () => {
  const disk = smallDisk(1);
  if (!disk) return console.warn('skipped: only root can make a small disk here');
  disk.protect();
  const { gpt, vq, t5 } = checkpoints;
  const args = ['models', 'build', '--gpt', gpt, '--vq', vq, '--t5', t5, '-o', join(disk.folder, 'pack')];
  const result = await editar(args, { env });
  expect(result.code).toBe(2);
  expect(result.stderr).toContain('pack cannot be written because the disk can only be read.');
  await build();
  const added = await editar(['models', 'add', at('pack')], { env: { EDITAR_DATA: join(disk.folder, 'data') } });
  expect(added.code).toBe(2);
  expect(added.stderr).toContain('packs cannot be written because the disk can only be read.');
});

test.each([
  [['--id', 'My Model'], '"My Model" cannot be the id of a model'],
  [['--id', '../other'], '"../other" cannot be the id of a model'],
])('refuses %j before anything is built', async (flags, words) => {
  const result = await build({}, ...flags, '--json');
  expect([result.code, readdirSync(folder)]).toEqual([2, []]);
  expect(jsonLines(result)).toEqual([expect.objectContaining({ type: 'failed', code: 'invalid-input' })]);
  expect(result.stderr).toContain(words);
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
