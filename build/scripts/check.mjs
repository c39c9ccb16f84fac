// @ts-check
// Everything that must hold before a change is committed. Each step also runs alone: npm run check:types, check:lint, …
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** @param {string} script @returns {Promise<{script: string, passed: boolean, output: string}>} */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn(npm, ['run', '--silent', script], { cwd: root, shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.on('exit', (code) => resolve({ script, passed: code === 0, output }));
  });
}

/** @param {{script: string, passed: boolean, output: string}} result */
function report({ script, passed, output }) {
  process.stdout.write(`${passed ? 'ok  ' : 'FAIL'} ${script}\n`);
  if (!passed || script === 'test') process.stdout.write(output);
}

const quick = ['check:format', 'check:types', 'check:lint', 'check:layers', 'check:unused'];
const results = await Promise.all(quick.map(run));
results.forEach(report);
const tests = await run('test');
report(tests);
process.exitCode = [...results, tests].every(({ passed }) => passed) ? 0 : 1;
