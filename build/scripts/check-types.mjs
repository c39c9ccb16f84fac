// @ts-check
// Type-checks every environment with its own globals.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const projects = ['native-models', 'electron/common', 'electron', 'electron/preload', 'test', 'test/renderer', 'build'];

/** @param {string} command @param {string[]} args @returns {Promise<boolean>} */
function run(command, args) {
  return new Promise((resolve) => {
    spawn(process.execPath, [command, ...args], { cwd: root, stdio: 'inherit' }).on('exit', (code) =>
      resolve(code === 0),
    );
  });
}

let passed = true;
for (const project of projects) {
  passed = (await run('node_modules/typescript/bin/tsc', ['-p', project])) && passed;
}
const svelteArguments = ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human'];
passed = (await run('node_modules/svelte-check/bin/svelte-check', svelteArguments)) && passed;
process.exitCode = passed ? 0 : 1;
