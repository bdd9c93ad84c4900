import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRegularFile } from '../../../src/flow/read-file.js';
import { temporaryDirectory } from '../../support/temporary.js';

test('a regular file is read whole, through a link too, and one of /proc whose size is 0', () => {
  const directory = temporaryDirectory('read');
  const text = 'x'.repeat(3_000_000);
  writeFileSync(join(directory, 'a'), text);
  symlinkSync(join(directory, 'a'), join(directory, 'link'));
  assert.equal(readRegularFile(join(directory, 'link')).toString(), text);
  assert.throws(() => readRegularFile(join(directory, 'link'), { follow: false }), { code: 'ELOOP' });
  assert.throws(() => readRegularFile(join(directory, 'a'), { maxBytes: 2_999_999 }), { code: 'E2BIG' });
  assert.throws(() => readRegularFile('/proc/self/limits', { maxBytes: 10 }), { code: 'E2BIG' });
  assert.match(readRegularFile('/proc/self/limits').toString(), /Max open files/);
});

test('pipes, devices and directories are refused at once', () => {
  const pipe = join(temporaryDirectory('read'), 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, '/dev/zero', '/dev/null']) assert.throws(() => readRegularFile(path), { code: 'ENOTREG' });
  assert.throws(() => readRegularFile('/tmp'), { code: 'EISDIR' });
  assert.throws(() => readRegularFile(join(pipe, 'x')), { code: 'ENOTDIR' });
});
