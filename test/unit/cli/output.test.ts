import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generate } from 'selfsigned';
import { printBytes } from '../../../src/cli/output.js';
import { printable, printableText } from '../../../src/errors/printable.js';
import { temporaryDirectory } from '../../support/temporary.js';

const cli = fileURLToPath(new URL('../../../src/cli.js', import.meta.url));
const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** A name with what clears a screen, in both of its forms, a DEL, and an override of the direction. */
const NASTY = 'a\u001b[2J\u009b2J\u007f\u202eb';
const SHOWN = String.raw`a\u001b[2J\u009b2J\u007f\u202eb`;
const HARMFUL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function run(...args: string[]): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  const text = stdout + stderr;
  for (const line of text.split('\n')) assert.doesNotMatch(line, HARMFUL, JSON.stringify(line));
  return { code: status, text };
}

test('every control character and every one that turns the direction is written as JSON writes it', () => {
  const controls = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, i) => 0x80 + i)];
  const turning = [
    0x61c,
    0x200e,
    0x200f,
    ...Array.from({ length: 7 }, (_, i) => 0x2028 + i),
    0x2066,
    0x2067,
    0x2068,
    0x2069,
  ];
  for (const code of [...controls, ...turning]) {
    const character = String.fromCharCode(code);
    assert.doesNotMatch(printable(character), HARMFUL, code.toString(16));
    assert.equal(JSON.parse(`"${printable(character)}"`), character);
    assert.equal(printableText(character), code === 10 ? '\n' : printable(character));
  }
  assert.equal(printable('Größe 東京 "x" \\ 😀'), 'Größe 東京 "x" \\ 😀');
});

test('names of files are shown escaped, in what is printed and in what is wrong', () => {
  const directory = temporaryDirectory('names');
  const config = join(directory, `${NASTY}.yaml`);
  copyFileSync(join(root, 'config.yaml'), config);
  const fine = run('validate', '-c', config);
  assert.equal(fine.code, 0);
  assert.ok(fine.text.includes(`${SHOWN}.yaml is fine`), fine.text);
  writeFileSync(config, `${NASTY.replaceAll('\u007f', '')}: 1`);
  assert.equal(run('validate', '-c', config).code, 78);
  assert.equal(run('validate', '-c', `${config}x`).code, 66);
  assert.equal(run(NASTY).code, 64);
  assert.equal(run('validate', `--${NASTY}`).code, 64);
  mkdirSync(join(directory, NASTY));
  assert.equal(run('fingerprint', join(directory, NASTY)).code, 66);
  assert.equal(run('checkpoint', 'export', NASTY, '-c', join(root, 'config.yaml')).code, 64);
  assert.equal(run('replay', join(directory, NASTY), '-c', join(root, 'config.yaml')).code, 0);
});

test('the names in a certificate are shown escaped', async () => {
  const { cert } = await generate([{ name: 'commonName', value: NASTY }], {});
  const file = join(temporaryDirectory('names'), 'cert.pem');
  writeFileSync(file, cert);
  const { code, text } = run('fingerprint', file);
  assert.equal(code, 0);
  assert.match(text, /^# CN=a.*2J.*b, valid from/m);
});

test('events are shown escaped on a terminal, and go into a pipe as they are', (t) => {
  const written: unknown[] = [];
  t.mock.method(process.stdout, 'write', (chunk: unknown) => written.push(chunk));
  const before = process.stdout.isTTY;
  try {
    const bytes = Buffer.from(`<14>1 ${NASTY}\n`);
    process.stdout.isTTY = true;
    printBytes(bytes);
    process.stdout.isTTY = false;
    printBytes(bytes);
    assert.deepEqual(written.splice(0), [`<14>1 ${SHOWN}\n`, bytes]);
  } finally {
    process.stdout.isTTY = before;
  }
});
