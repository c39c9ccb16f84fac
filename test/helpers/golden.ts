import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const candidates = [
  process.env.EDITAR_GOLDEN,
  fileURLToPath(new URL('../../../shared/golden', import.meta.url)),
  fileURLToPath(new URL('../../shared/golden', import.meta.url)),
];

/** Folder of the reference vectors, or undefined where they are not at hand; tests that need them skip then. */
export const goldenRoot: string | undefined = candidates.find((path) => path !== undefined && existsSync(path));

if (!goldenRoot) console.info('golden vectors not found: set EDITAR_GOLDEN to their folder to run these tests');
