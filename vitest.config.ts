import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const project = (name: string, extra = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], environment: 'node' as const, ...extra },
});

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line.mjs'],
    globalSetup: './test/global-setup.mjs',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    maxWorkers: 2,
    setupFiles: ['./test/setup-properties.ts'],
    projects: [
      {
        ...project('unit'),
        // The real package would look for its binary.
        resolve: { alias: { electron: fileURLToPath(new URL('test/fakes/electron.ts', import.meta.url)) } },
      },
      {
        ...project('renderer', { environment: 'happy-dom' }),
        plugins: [svelte({ configFile: false })],
        resolve: { conditions: ['browser'] },
      },
      project('golden'),
      project('synthetic'),
      project('integration', { fileParallelism: false }),
      project('e2e', { fileParallelism: false, expect: { poll: { timeout: 30_000 } } }),
      ...(process.env.EDITAR_SCREENS ? [project('screens', { expect: { poll: { timeout: 30_000 } } })] : []), // pictures of every screen: npm run screenshots
    ],
  },
});
