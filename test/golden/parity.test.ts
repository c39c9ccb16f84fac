import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runParity } from '../../electron/node/parity/run-parity.ts';
import { goldenRoot } from '../helpers/golden.ts';

const own = fileURLToPath(new URL('./cases', import.meta.url));
/** Kinds that have a checker; the others are listed by `editar parity` as skipped. */
const checked = /^(editar-gpt|vq-|t5-|sampler|preprocess|torch-pickle|eval-metrics|canny-)/;

async function outcomeOf(folder: string) {
  for await (const outcome of runParity(folder)) return outcome;
  throw new Error(`no case in ${folder}`);
}

/** Compared as a whole, so that a failing case shows its reason. */
const passing = (name: string) => ({
  status: 'PASS',
  name,
  maxError: expect.any(Number) as number,
  detail: expect.any(String) as string,
});

describe('the golden cases of this repository', () => {
  test.each(readdirSync(own))('%s', async (name) => {
    expect(await outcomeOf(join(own, name))).toEqual(passing(name));
  });
});

describe.skipIf(!goldenRoot)('the full golden set', () => {
  const names = goldenRoot ? readdirSync(goldenRoot).filter((name) => checked.test(name)) : [];
  test.each(names)('%s', async (name) => {
    expect(await outcomeOf(join(goldenRoot!, name))).toEqual(passing(name));
  });
});

test('a case whose numbers are wrong fails and names the first deviation', async () => {
  const { cp, mkdtemp, rm, readFile, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(join(tmpdir(), 'editar-golden-'));
  try {
    await cp(join(own, 'sampler'), folder, { recursive: true });
    const cases = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as { index: number }[];
    cases[1].index += 1;
    await writeFile(join(folder, 'cases.json'), JSON.stringify(cases));
    const outcome = await outcomeOf(folder);
    expect(outcome).toMatchObject({ status: 'FAIL', name: 'sampler' });
    expect('reason' in outcome && outcome.reason).toMatch(/plain: token 9917 instead of 9918/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
