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
    projects: [
      project('unit'),
      project('golden'),
      project('synthetic'),
      project('integration', { fileParallelism: false }),
    ],
  },
});
