import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../out/cli.mjs', import.meta.url));
const sampler = fileURLToPath(new URL('../golden/cases/sampler', import.meta.url));
const hasFullDevice = existsSync('/dev/full');
if (!hasFullDevice) console.warn('skipped: streams that cannot be written; there is no /dev/full on this system');

/** Checks a golden case in a shell. @param redirection of its streams */
function parity(redirection: string) {
  const { status, stdout, stderr } = spawnSync('sh', [
    '-c',
    `"$0" "$1" parity "$2" ${redirection}`,
    process.execPath,
    program,
    sampler,
  ]);
  return { code: status, stdout: String(stdout), stderr: String(stderr) };
}

test.skipIf(!hasFullDevice)('results that cannot be written are told: exit 5', () => {
  const { code, stderr } = parity('>/dev/full');
  expect(code).toBe(5);
  expect(stderr).toContain('the results cannot be written to the standard output (ENOSPC)');
});

test.skipIf(!hasFullDevice)('what is told beside the results may be lost without harm', () => {
  for (const redirection of ['2>/dev/full', '2>&-']) {
    expect(parity(redirection)).toMatchObject({ code: 0, stdout: 'PASS sampler 0\n' });
  }
});
