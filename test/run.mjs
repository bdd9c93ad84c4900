// Runs the compiled tests of the named suites (`node test/run.mjs unit property …`).
// Node 20's `--test` takes no globs, hence this list. An empty suite is an error: a run that checks nothing must not be green.
import { readdirSync, existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

const root = new URL('../dist/test/', import.meta.url).pathname;
const files = process.argv.slice(2).flatMap((suite) => {
  const path = join(root, suite);
  if (suite.endsWith('.js')) return [path];
  const found = existsSync(path)
    ? readdirSync(path, { recursive: true })
        .filter((name) => String(name).endsWith('.test.js'))
        .map((name) => join(path, String(name)))
    : [];
  if (found.length === 0) {
    console.error(`no tests found in suite "${suite}"`);
    process.exit(1);
  }
  return found.sort();
});
const { status } = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    `--import=${new URL('properties.mjs', import.meta.url).href}`,
    '--test',
    `--test-concurrency=${availableParallelism()}`,
    `--test-timeout=${process.env.TEST_TIMEOUT_MS ?? 300_000}`,
    '--test-reporter=spec',
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
