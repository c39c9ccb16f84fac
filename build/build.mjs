// @ts-check
// Bundles every program of the project into out/ with Vite's JavaScript API.
import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { programs } from './programs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds one Node program. Packages stay outside the bundle: they are installed beside it. */
function buildProgram(/** @type {{name: string, entry: string, format: 'es' | 'cjs'}} */ program) {
  return build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: program.entry,
      target: 'node20',
      outDir: 'out',
      emptyOutDir: false,
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        output: { format: program.format, entryFileNames: program.name, codeSplitting: false },
      },
    },
  });
}

await rm(new URL('../out', import.meta.url), { recursive: true, force: true });
for (const program of programs) await buildProgram(program);
await chmod(new URL('../out/cli.mjs', import.meta.url), 0o755); // package.json names it as the command `editar`
