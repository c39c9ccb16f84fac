import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runParity } from '#node/parity/run-parity.ts';
import type { ParityOutcome } from '#node/parity/run-parity.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const kinds = [
  { matches: /^good/, check: () => Promise.resolve({ maxError: 0.5, detail: 'all' }) },
  { matches: /^bad/, check: () => Promise.reject(new Error('at 3\n  7 instead of 8')) },
];

function folderWith(cases: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, manifest] of Object.entries(cases)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'manifest.json'), manifest);
  }
  mkdirSync(join(folder, 'no-case'));
  return folder;
}

async function outcomes(folder: string): Promise<ParityOutcome[]> {
  const found: ParityOutcome[] = [];
  for await (const outcome of runParity(folder, kinds)) found.push(outcome);
  return found;
}

test('goes through all cases in order, whatever becomes of them', async () => {
  const folder = folderWith({ b: '{"case":"bad-1"}', a: '{"case":"varedit-2b"}', c: '{"case":"good-1"}', d: '{}' });
  expect(await outcomes(folder)).toEqual([
    { status: 'SKIP', name: 'varedit-2b', reason: 'VAREdit is not supported yet' },
    { status: 'FAIL', name: 'bad-1', reason: 'at 3; 7 instead of 8' },
    { status: 'PASS', name: 'good-1', maxError: 0.5, detail: 'all' },
    { status: 'SKIP', name: 'd', reason: 'this kind of case is unknown' },
  ]);
});

test('takes the folder itself as a case', async () => {
  const folder = folderWith({ good: 'not JSON' });
  expect(await outcomes(join(folder, 'good'))).toMatchObject([{ status: 'PASS', name: 'good' }]);
});

test('refuses a folder that is not there or holds no case', async () => {
  await expect(outcomes(temporaryFolder())).rejects.toMatchObject({ code: 'folder-unreadable' });
  await expect(outcomes(join(temporaryFolder(), 'missing'))).rejects.toMatchObject({ code: 'folder-unreadable' });
});
