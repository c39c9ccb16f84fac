// @ts-check
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds out/ once per run, so that process tests run what a user runs. */
export default function setup() {
  if (process.env.EDITAR_SKIP_BUILD) return;
  execFileSync(process.execPath, [fileURLToPath(new URL('../build/build.mjs', import.meta.url))], { stdio: 'inherit' });
}
