// @ts-check
/** The programs that run outside the page: output name in out/, entry file, module format.
 * @type {{name: string, entry: string, format: 'es' | 'cjs'}[]} */
export const programs = [
  { name: 'main.cjs', entry: 'electron/main/main.ts', format: 'cjs' },
  { name: 'preload.cjs', entry: 'electron/preload/preload.ts', format: 'cjs' },
  { name: 'engine.cjs', entry: 'electron/utility/main.ts', format: 'cjs' },
  { name: 'file-thread.cjs', entry: 'electron/node/projects/file-thread.ts', format: 'cjs' },
  { name: 'server.mjs', entry: 'electron/server/main.ts', format: 'es' },
  { name: 'cli.mjs', entry: 'electron/cli/main.ts', format: 'es' },
  { name: 'canny-bench.mjs', entry: 'build/bench/canny-bench.ts', format: 'es' },
  { name: 'rows-bench.mjs', entry: 'build/bench/rows-bench.ts', format: 'es' },
  { name: 'documents-bench.mjs', entry: 'build/bench/documents-bench.ts', format: 'es' },
  { name: 'kill-documents.mjs', entry: 'build/scripts/kill-documents.ts', format: 'es' },
  { name: 'scene-stream.mjs', entry: 'build/scripts/scene-stream.ts', format: 'es' },
  { name: 'make-samples.mjs', entry: 'build/scripts/make-samples.ts', format: 'es' },
  { name: 'give-worlds.mjs', entry: 'build/scripts/give-worlds.ts', format: 'es' },
  { name: 'make-map-packs.mjs', entry: 'build/scripts/make-map-packs.ts', format: 'es' },
];
