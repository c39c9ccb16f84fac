// @ts-check
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const typed = {
  files: ['{electron,native-models,renderer,test}/**/*.ts', 'build/**/*.ts'],
  extends: [js.configs.recommended, ts.configs.strict],
  languageOptions: { parserOptions: { projectService: true } },
  rules: {
    'no-undef': 'off', // the compiler knows the globals of each environment
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/no-unnecessary-condition': 'off',
    '@typescript-eslint/no-non-null-assertion': 'off', // indices are bounded by loops over lengths
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': 'error',
    '@typescript-eslint/no-extraneous-class': 'off',
    '@typescript-eslint/unified-signatures': 'off',
    // What is declared with `using` is there for its end.
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreUsingDeclarations: true }],
    eqeqeq: 'error',
    'prefer-const': 'error',
  },
};

/** Sees what the layer check does not: type-only imports inside components. */
const rendererImports = {
  files: ['renderer/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: '(^|/)(electron/(?!common/)|native-models/)|^electron$|^#models(?!/(api|maps)$)|^#node|^node:',
            message: 'The renderer sees #common only; ask the engine over RPC.',
          },
        ],
      },
    ],
  },
};

export default ts.config(
  {
    ignores: [
      'node_modules/',
      'out/',
      'dist/',
      'native-models/packs/',
      'native-models/training/',
      'docs/',
      'playground/',
    ],
  },
  typed,
  {
    files: ['renderer/**/*.svelte'],
    extends: [js.configs.recommended, ts.configs.strict, svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: ts.parser } },
    // The compiler's own check (svelte-check) knows which of its warnings are met.
    rules: { 'no-undef': 'off', eqeqeq: 'error', 'prefer-const': 'off', 'svelte/no-unused-svelte-ignore': 'off' },
  },
  rendererImports,
  {
    files: ['**/*.mjs', '**/*.cjs', 'build/**/*.js', '*.config.ts'],
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['*.config.ts'],
    languageOptions: { parser: ts.parser },
  },
);
