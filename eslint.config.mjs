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

/** State of the kernel lies in records; the file that has one is the only one that writes it. */
const ownerWrites = {
  meta: {
    type: 'problem',
    messages: { other: 'Only the file that has this record writes it: call a function of it.' },
  },
  create(context) {
    const check = (node, target) => {
      if (target.type !== 'MemberExpression' || target.object.type !== 'Identifier') return;
      let scope = context.sourceCode.getScope(node);
      while (scope !== null && !scope.set.has(target.object.name)) scope = scope.upper;
      const isImported = scope?.set.get(target.object.name).defs.some(({ type }) => type === 'ImportBinding');
      if (isImported === true) context.report({ node, messageId: 'other' });
    };
    return {
      AssignmentExpression: (node) => check(node, node.left),
      UpdateExpression: (node) => check(node, node.argument),
    };
  },
};

export default tseslint.config(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'coverage/', 'workers/kernel/assembly/{layout,body}.ts'] },
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
      'max-lines': ['error', { max: 300 }],
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
  {
    // AssemblyScript: what TypeScript takes for one number has a width and a sign here, which casts say.
    files: ['workers/kernel/assembly/**/*.ts'],
    plugins: { kernel: { rules: { 'owner-writes': ownerWrites } } },
    rules: {
      'kernel/owner-writes': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportNamedDeclaration > VariableDeclaration[kind="let"]', message: 'Make it a record.' },
      ],
      '@typescript-eslint/consistent-type-assertions': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      'no-loss-of-precision': 'off',
      // Both are the same there.
      eqeqeq: 'off',
      '@typescript-eslint/consistent-type-imports': 'off',
      // A module-level variable may change in any call.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Modules of one kind have the same exports.
      '@typescript-eslint/no-unused-vars': ['error', { args: 'none' }],
    },
  },
  // The pointer to the plan, which is a record of its own.
  { files: ['workers/kernel/assembly/plan.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(NODE_GLOBALS.map((name) => [name, 'readonly'])) },
    rules: { 'no-console': 'off' },
  },
);
