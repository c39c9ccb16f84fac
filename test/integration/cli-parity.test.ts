import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editar, jsonLines } from '../helpers/cli.ts';

const cases = fileURLToPath(new URL('../golden/cases', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'editar-parity-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function addUnknownCase(name: string): Promise<void> {
  await cp(join(cases, 'sampler'), join(folder, name), { recursive: true });
  const path = join(folder, name, 'manifest.json');
  await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), case: name }));
}

test('prints a line per case and skips what it does not know', async () => {
  await cp(join(cases, 'sampler'), join(folder, 'sampler'), { recursive: true });
  await addUnknownCase('varedit-9b');
  const { code, stdout } = await editar(['parity', folder]);
  expect(code).toBe(0);
  expect(stdout).toBe('PASS sampler 0\nSKIP varedit-9b VAREdit is not supported yet\n');
});

test('checks a single case in JSON', async () => {
  const result = await editar(['parity', join(cases, 'sampler'), '--json']);
  expect(result.code).toBe(0);
  expect(jsonLines(result)).toEqual([
    { type: 'case', status: 'PASS', name: 'sampler', maxError: 0, detail: expect.any(String) as string },
  ]);
});

test('ends with another code when a case fails, and still checks the others', async () => {
  for (const name of ['a', 'b']) await cp(join(cases, 'sampler'), join(folder, name), { recursive: true });
  await rm(join(folder, 'a', 'data.safetensors'));
  const { code, stdout } = await editar(['parity', folder]);
  expect(code).toBe(1);
  expect(stdout.split('\n').map((line) => line.slice(0, 12))).toEqual(['FAIL sampler', 'PASS sampler', '']);
});

test('refuses a folder without cases', async () => {
  expect((await editar(['parity', folder])).code).toBe(3);
  expect((await editar(['parity', join(folder, 'missing')])).code).toBe(3);
});
