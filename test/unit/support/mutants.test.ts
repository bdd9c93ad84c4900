import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('every mutant of the lists is still possible, and every invariant of ARCHITECTURE names one', () => {
  const runner = fileURLToPath(new URL('../../../../test/mutate.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, '--check'], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.match(stdout, /^\d{3} mutants, each still possible/);
  assert.equal(status, 0);
});
