import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Time enters through one door so that tests own the clock. */
const clockDoor = [
  { name: 'setTimeout', message: 'Use Clock (src/flow/clock.ts).' },
  { name: 'setInterval', message: 'Use Clock (src/flow/clock.ts).' },
];
const timeDoor = [
  { object: 'Date', property: 'now', message: 'Use Clock (src/flow/clock.ts).' },
  { object: 'performance', property: 'now', message: 'Use Clock (src/flow/clock.ts).' },
  { object: 'process', property: 'hrtime', message: 'Use Clock (src/flow/clock.ts).' },
];

/** What names from outside may stand in leaves the process by doors that escape them. */
const outputDoor = ['stdout', 'stderr'].map((property) => ({
  object: 'process',
  property,
  message: 'Use src/cli/output.ts, or the log.',
}));

const NODE_GLOBALS = ['process', 'console', 'URL', 'Buffer', 'performance', 'setTimeout', 'clearTimeout'];

export default tseslint.config(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'coverage/', 'workers/kernel/assembly/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 320, skipComments: false }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/flow/clock.ts', 'src/emulator/**'],
    rules: { 'no-restricted-globals': ['error', ...clockDoor] },
  },
  {
    // A command may ask the time once, for a start such as -2h.
    files: ['src/**/*.ts', 'workers/**/*.ts'],
    ignores: ['src/flow/clock.ts', 'src/emulator/**', 'src/cli/**'],
    rules: { 'no-restricted-properties': ['error', ...timeDoor, ...outputDoor] },
  },
  {
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/main.ts', 'src/cli/output.ts'],
    rules: { 'no-restricted-properties': ['error', ...outputDoor] },
  },
  // The end of the log; and the binary, before anything is loaded.
  { files: ['src/telemetry/log-output.ts', 'src/cli.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    // node:test returns promises that the runner itself awaits.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', { max: 500 }],
    },
  },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
    rules: { 'no-console': 'off' },
  },
);
