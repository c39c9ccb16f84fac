// @ts-check
/** The programs that run outside the page: output name in out/, entry file, module format.
 * @type {{name: string, entry: string, format: 'es' | 'cjs'}[]} */
export const programs = [
  { name: 'cli.mjs', entry: 'electron/cli/main.ts', format: 'es' },
  { name: 'scene-stream.mjs', entry: 'build/scripts/scene-stream.ts', format: 'es' },
];
