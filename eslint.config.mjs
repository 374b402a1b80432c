import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const noHttpException = {
  selector: 'NewExpression[callee.name=/Exception$/]',
  message: 'Throw a DomainError; only errors/ knows HTTP.',
};
const noWallClock = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Use Clock.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use Clock.' },
];
const noEnvironment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only config/ reads the environment.',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '**/*.mjs', '**/*.cjs', '**/*.js'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      // A DTO class is the shape of an answer, for Swagger; answers are plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', noHttpException, ...noWallClock, noEnvironment] },
  },
  { files: ['src/config/**/*.ts'], rules: { 'no-restricted-syntax': ['error', noHttpException, ...noWallClock] } },
  { files: ['src/time/**/*.ts', 'src/errors/**/*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    // What a server answers has no type before a test has looked at it.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'src/**/*.spec.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
