import { existsSync } from 'node:fs';
import tseslint from 'typescript-eslint';

// Typed by packages that only the bench installs: `npm run build:bench`.
const peers = existsSync('bench/peers/node_modules') ? [] : ['bench/peers/**'];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'build/**',
      '**/node_modules/**',
      'bench/peers/build/**',
      ...peers,
      'test/consumers/**',
      '**/*.mjs',
      '**/*.cjs',
      '**/*.d.mts',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      // Ports are asynchronous also where a store in memory has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
);
