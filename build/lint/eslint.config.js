// @ts-check
import js from '@eslint/js';
import globals from 'globals';
import ts from 'typescript-eslint';

const typed = {
  files: ['{electron,native-models,test}/**/*.ts', 'build/**/*.ts'],
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
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    eqeqeq: 'error',
    'prefer-const': 'error',
  },
};

export default ts.config(
  { ignores: ['node_modules/', 'out/', 'dist/', 'native-models/packs/', 'native-models/training/', 'docs/', 'playground/'] },
  typed,
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
