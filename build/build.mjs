// @ts-check
// Bundles every program of the project into out/ with Vite's JavaScript API.
import { chmod, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import { listLicences } from './licences.mjs';
import { programs } from './programs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const quiet = { pluginTimings: false }; // how long plug-ins took is of no use to whoever starts the program

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
        checks: quiet,
        external: ['electron'],
        output: { format: program.format, entryFileNames: program.name, codeSplitting: false },
      },
    },
  });
}

/** Builds the page. Addresses are relative, so that both hosts can serve it; nothing is inlined, for the policy of both. */
function buildPage() {
  return build({
    root: fileURLToPath(new URL('../renderer', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    base: './',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: '../out/renderer',
      emptyOutDir: true,
      modulePreload: false,
      assetsInlineLimit: 0,
      target: 'es2023',
      sourcemap: true,
      rolldownOptions: { checks: quiet, experimental: { lazyBarrel: true } }, // of a library of components only those used are compiled
    },
  });
}

await rm(new URL('../out', import.meta.url), { recursive: true, force: true });
for (const program of programs) await buildProgram(program);
await buildPage();
const licences = await listLicences(new URL('../', import.meta.url));
await writeFile(new URL('../out/renderer/licences.json', import.meta.url), JSON.stringify(licences));
await chmod(new URL('../out/cli.mjs', import.meta.url), 0o755); // package.json names it as the command `editar`
