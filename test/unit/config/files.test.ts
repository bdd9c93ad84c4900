import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testCerts } from '../../support/certs.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { minimal, problems } from './parse.js';

/** What `run` would refuse is what `validate` says: both load the config, and nothing else checks these. */

test('files of TLS that can not be used are said with their line, in words', async () => {
  const { ca, server, client } = await testCerts();
  const directory = temporaryDirectory('tls-files');
  const file = (name: string, text: string | Buffer): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const encrypted = createPrivateKey(client.key).export({
    ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' },
  } as const);
  const [caFile, cert, key] = [file('ca.pem', ca.cert), file('cert.pem', client.cert), file('key.pem', client.key)];
  const locked = file('locked.pem', encrypted);
  const broken = file('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const brokenKey = file('broken.key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  const der = file('ca.der', Buffer.from([0x30, 0x82, 1, 2]));
  const right = file('right', 'open sesame\n');
  const wrong = file('wrong', 'open barley\n');
  const cases: readonly (readonly [tls: string, lines: readonly RegExp[]])[] = [
    [`ca: ${caFile}`, []],
    [`{ ca: ${caFile}, cert: ${cert}, key: ${key} }`, []],
    [`{ cert: ${cert}, key: ${locked}, passphraseFile: ${right} }`, []],
    [`ca: ${directory}/none`, [/tls\.ca: can't read ".*none": there is no such file$/]],
    [`ca: ${directory}`, [/tls\.ca: can't read ".*": it is a directory$/]],
    [`ca: /dev/zero`, [/tls\.ca: can't read "\/dev\/zero": it is not a regular file$/]],
    [`ca: ${key}`, [/tls\.ca: ".*key\.pem" holds a (?:rsa )?private key; a certificate \(PEM\) is needed$/]],
    [`ca: ${cert}`, [/tls\.ca: ".*cert\.pem" holds CN=client, which is no CA/]],
    [`ca: ${broken}`, [/tls\.ca: ".*broken\.pem" is damaged/]],
    [`ca: ${der}`, [/tls\.ca: ".*ca\.der" is not a PEM file but binary \(DER or PKCS #12\)/]],
    [`ca: ${file('empty', '')}`, [/tls\.ca: ".*empty" is empty/]],
    [`{ cert: ${cert}, key: ${cert} }`, [/tls\.key: ".*cert\.pem" holds a certificate; the private key of "cert"/]],
    [`{ cert: ${cert}, key: ${brokenKey} }`, [/tls\.key: ".*broken\.key" is damaged, or of a kind/]],
    [
      `{ cert: ${cert}, key: ${file('other.key', server.key)} }`,
      [/tls\.key: ".*other\.key" is the key of another certificate than CN=client in ".*cert\.pem"$/],
    ],
    [
      `{ cert: ${cert}, key: ${locked} }`,
      [/tls\.key: ".*locked\.pem" is encrypted; write "passphraseFile" beside it$/],
    ],
    [
      `{ cert: ${cert}, key: ${locked}, passphraseFile: ${wrong} }`,
      [/tls\.passphraseFile: does not open ".*locked\.pem": it is the wrong one/],
    ],
    [`{ cert: ${cert}, key: ${locked}, passphrase: hunter2 }`, [/tls\.passphrase: does not open/]],
    [
      `{ cert: ${cert}, key: ${locked}, passphraseFile: ${directory}/none }`,
      [/tls\.passphraseFile: can't read ".*none": there is no such file$/],
    ],
    [`{ ca: ${key}, ciphers: nonsense }`, [/tls\.ca: /, /tls\.ciphers: is no cipher list that OpenSSL understands$/]],
  ];
  for (const [tls, lines] of cases) {
    const text = minimal({ destination: `tls:\n  ${tls.startsWith('{') ? 'x' : tls}` }).replace('tcp:', 'tls:');
    const written = tls.startsWith('{') ? text.replace(/tls:\n +x\n/, `tls: ${tls}\n`) : text;
    const found = problems(written);
    assert.equal(found.length, lines.length, `${tls}\n${found.join('\n')}`);
    for (const [index, line] of lines.entries()) {
      assert.match(found[index] ?? '', line);
      assert.match(found[index] ?? '', /^c\.yaml:1[34]:\d+: destinations\.siem\.tls\./);
      assert.doesNotMatch(found[index] ?? '', /hunter2|barley|error:|routines|asn1|PEM_read/i);
    }
  }
});

test('a directory for dead letters that can not be used is said before the start, and none is made', () => {
  const directory = temporaryDirectory('letters');
  const of = (path: string): string[] => problems(minimal({ top: `deadLetters: { directory: "${path}" }` }));
  assert.deepEqual(of(directory), []);
  assert.deepEqual(of(join(directory, 'not', 'yet')), []);
  writeFileSync(join(directory, 'file'), '');
  assert.match(
    of(join(directory, 'file'))[0] ?? '',
    /^c\.yaml:13:27: deadLetters\.directory: can't use ".*file": it is not a directory$/,
  );
  assert.match(
    of(join(directory, 'file', 'below'))[0] ?? '',
    /deadLetters\.directory: .*a part of the path is not a directory$/,
  );
  assert.match(of('/proc/letters')[0] ?? '', /deadLetters\.directory: can't use "\/proc\/letters"|^$/);
  mkdirSync(join(directory, 'locked'));
  chmodSync(join(directory, 'locked'), 0o500);
  const isRoot = process.getuid?.() === 0;
  assert.deepEqual(of(join(directory, 'locked', 'below')).length, isRoot ? 0 : 1);
});

test('a key that came with its line end, and a proxy variable that can not be read, are said before the start', () => {
  const real = (source: string): string => minimal({ source }).replace('endpoint: embedded', 'endpoint: cn-hangzhou');
  const keys = 'credentials: { accessKeyId: "${ID}", accessKeySecret: "${SECRET}" }';
  const env = { ID: 'LTAI', SECRET: 'hunter2' };
  assert.deepEqual(problems(real(keys), env), []);
  const [line = '', ...others] = problems(real(keys), { ...env, SECRET: 'hunter2\n' });
  assert.match(
    line,
    /^c\.yaml:4:59: sources\.sg\.credentials\.accessKeySecret: ends with a line break, which no key has/,
  );
  assert.deepEqual(others, []);
  assert.match(
    problems(real(keys), { ...env, ID: 'LT AI' })[0] ?? '',
    /accessKeyId: holds a blank or another character/,
  );
  const proxied = problems(real(keys), { ...env, HTTPS_PROXY: 'socks5://me:hunter2@proxy' });
  assert.match(
    proxied.join(),
    /^c\.yaml:\d+:\d+: sources\.sg\.proxy: HTTPS_PROXY: a proxy is spoken to in plain HTTP.*; or write proxy: off in the source$/,
  );
  assert.doesNotMatch(proxied.join(), /hunter2/);
  assert.deepEqual(problems(real(`${keys}\nproxy: off`), { ...env, HTTPS_PROXY: 'socks5://proxy' }), []);
  assert.deepEqual(problems(real(keys), { ...env, HTTPS_PROXY: 'socks5://proxy', NO_PROXY: 'aliyuncs.com' }), []);
});
