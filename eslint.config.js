import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** A rule is an error or off, never a warning. */
export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.kontor/', 'tests/architecture/violations/'] },
  eslint.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', { selector: 'MemberExpression[object.name="process"][property.name="env"]', message: 'Read the environment in config/ only' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['src/server.ts', 'src/worker.ts', 'src/simulator.ts', 'src/migrate.ts', 'scripts/**', 'tests/**', '*.config.*'], rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' } },
  { files: ['**/*.mjs', '**/*.cjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', module: 'readonly', URL: 'readonly', fetch: 'readonly', setTimeout: 'readonly' } } },
);
