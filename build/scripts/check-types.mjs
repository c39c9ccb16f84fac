// @ts-check
// Type-checks every environment with its own globals. What tsc found out is kept in node_modules/.cache, so that a second
// check looks only at what changed.
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
  const memory = `node_modules/.cache/tsc/${project.replace('/', '-')}.tsbuildinfo`;
  const options = ['-p', project, '--incremental', '--tsBuildInfoFile', memory];
  passed = (await run('node_modules/typescript/bin/tsc', options)) && passed;
}
const svelteArguments = ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human'];
passed = (await run('node_modules/svelte-check/bin/svelte-check', svelteArguments)) && passed;
process.exitCode = passed ? 0 : 1;
