import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { takeLock } from '../../../src/flow/lock.js';
import { temporaryDirectory } from '../../support/temporary.js';

test('one holds it at a time, and gives it back', async () => {
  const path = join(temporaryDirectory('lock'), 'lock');
  const first = await takeLock(path);
  assert.ok(first.kind === 'held');
  assert.deepEqual(await takeLock(path), { kind: 'taken' });
  await first.release();
  assert.equal(existsSync(path), false);
  const second = await takeLock(path);
  assert.ok(second.kind === 'held');
  await second.release();
});

test('a holder that was killed leaves nothing that others would have to wait for, and only one of them gets it', async () => {
  const directory = temporaryDirectory('lock');
  const path = join(directory, 'lock');
  const module = fileURLToPath(new URL('../../../src/flow/lock.js', import.meta.url));
  const script = `const { takeLock } = await import(${JSON.stringify(module)}); console.log((await takeLock(${JSON.stringify(path)})).kind); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  assert.equal(said.toString(), 'held\n');
  assert.deepEqual(await takeLock(path), { kind: 'taken' });
  holder.kill('SIGKILL');
  await once(holder, 'close');
  const locks = await Promise.all(Array.from({ length: 8 }, () => takeLock(path)));
  assert.equal(locks.filter(({ kind }) => kind === 'held').length, 1);
  assert.deepEqual(readdirSync(directory), ['lock']);
  for (const lock of locks) if (lock.kind === 'held') await lock.release();
});

test('a place that takes no socket is said to take none', async () => {
  const directory = temporaryDirectory('lock');
  assert.deepEqual(await takeLock(join(directory, 'x'.repeat(120))), { kind: 'impossible' });
  assert.deepEqual(await takeLock(join(directory, 'missing', 'lock')), { kind: 'impossible' });
  chmodSync(directory, 0o500);
  if (process.getuid?.() !== 0) assert.deepEqual(await takeLock(join(directory, 'lock')), { kind: 'impossible' });
});
