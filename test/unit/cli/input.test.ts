import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../src/cli.js', import.meta.url));
const shipped = readFileSync(new URL('../../../../config.yaml', import.meta.url), 'utf8');

function run(args: readonly string[], input = ''): { code: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env['PATH'] };
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', input, env });
  return { code: status, stdout, stderr };
}

test('-c - reads the config from standard input, and messages call it so', () => {
  const fine = run(['validate', '-c', '-'], shipped);
  assert.deepEqual([fine.code, fine.stderr], [0, '']);
  assert.match(fine.stdout, /^standard input is fine$/m);
  const wrong = run(['--config=-', 'validate'], shipped.replace('sources:', 'surces:'));
  assert.equal(wrong.code, 78);
  assert.match(wrong.stderr, /^forwarder: standard input:\d+:1: surces: unknown key; did you mean "sources"\?$/m);
  const empty = run(['validate', '-c', '-']);
  assert.equal(empty.code, 78);
  assert.match(empty.stderr, /^forwarder: standard input: the file is empty/);
  const preview = run(['preview', '-n', '1', '-c', '-'], shipped);
  assert.deepEqual([preview.code, preview.stdout.split('\n').length], [0, 2], preview.stderr);
});

test('forwarder completion prints a script, which asks for commands and options', () => {
  const script = run(['completion']);
  assert.deepEqual([script.code, script.stderr], [0, '']);
  assert.match(script.stdout, /--get-yargs-completions/);
  assert.match(script.stdout, /complete .*forwarder/);
  const words = (...line: string[]) => {
    const { code, stdout, stderr } = run(['--get-yargs-completions', ...line]);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout.split('\n').map((word) => word.split(':')[0] ?? '');
  };
  assert.ok(words('forwarder', 'val').includes('validate'));
  assert.ok(words('forwarder', 'preview', '--h').includes('--hex'));
  // A line that is wrong as it stands is still one that can be completed.
  assert.ok(words('forwarder', '-c', 'a', '-c', 'b', 'preview', '--li').includes('--lint'));
});
