import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { CertificateWatch } from '../../../src/delivery/tls/certificate-watch.js';
import type { TlsSettings } from '../../../src/delivery/delivery-settings.js';
import { testCerts, type TestCerts } from '../../support/certs.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { temporaryDirectory, temporaryFile } from '../../support/temporary.js';
import {
  always,
  batch,
  endpointAt,
  eventually,
  expectedFrames,
  firstSeen,
  listening,
  NO_TLS,
  open,
  type Opened,
  opened,
  soon,
} from './support.js';

let certs: TestCerts;

before(async () => {
  certs = await testCerts();
});

async function against(
  server: { cert: string; key: string },
  tls: Partial<TlsSettings>,
  clientCa?: string,
): Promise<Opened> {
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true };
  const siem = await listening({ tls: { ...server, ...mutual } });
  return opened({ endpoints: [endpointAt(siem.port, 'tls', 'localhost')], tls: { ...NO_TLS, ...tls } });
}

async function refusal({ destination, log }: Opened): Promise<string> {
  destination.openRoute(always);
  const said = () => log.lines.find(({ fields }) => fields['code'] === 'TLS_FAILED');
  await eventually(() => said() !== undefined);
  return said()?.message ?? '';
}

const sha256 = (pem: string): string => `sha-256:${new X509Certificate(pem).fingerprint256}`;
const sha1 = (pem: string): string => `sha-1:${new X509Certificate(pem).fingerprint}`;

test('a pin alone decides without tls.ca: by sha-256 or sha-1, whatever name or issuer', async () => {
  for (const shown of [certs.wrongName, certs.commonName]) {
    for (const pin of [sha256(shown.cert), sha1(shown.cert)]) {
      const { destination } = await against(shown, { pins: [sha256(certs.client.cert), pin] });
      await destination.openRoute(always).send(batch(0, 0));
      await destination.end(soon(5_000));
    }
  }
});

test('a certificate that matches no pin is refused before anything is sent, and its fingerprint told', async () => {
  const message = await refusal(await against(certs.server, { pins: [sha256(certs.client.cert)] }));
  assert.ok(
    message.endsWith(`the receiver's certificate is not among tls.pins: it is ${sha256(certs.server.cert)}`),
    message,
  );
});

test('with tls.ca a pinned certificate must be valid too, and a valid one pinned', async () => {
  const ca = temporaryFile('ca.pem', certs.ca.cert);
  const pins = [sha256(certs.wrongName.cert)];
  assert.match(await refusal(await against(certs.wrongName, { ca, pins })), /for another name/);
  assert.match(await refusal(await against(certs.server, { ca, pins })), /not among tls\.pins/);
});

test('a key with its passphrase in a file, and a list of ciphers', async () => {
  const { tls: files } = mutual('hunter2');
  const passphraseFile = temporaryFile('passphrase', 'hunter2\n');
  const tls = { ...files, passphraseFile, ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE+AESGCM' };
  const { destination } = await against(certs.server, tls, certs.ca.cert);
  await destination.openRoute(always).send(batch(0, 0));
  const names = destination.snapshot().certificates.map(({ name }) => name.replace(/\d+$/, ''));
  assert.deepEqual(names, ['own', 'ca', 'tls://localhost:']);
  await destination.end(soon(5_000));
  await assert.rejects(against(certs.server, { ...tls, ciphers: 'NO-SUCH-CIPHER' }), { code: 'CONFIG_INVALID' });
});

test('the passphrase itself, as an environment variable gives it', async () => {
  const { tls } = mutual('hunter3');
  const { destination } = await against(certs.server, { ...tls, passphrase: 'hunter3' }, certs.ca.cert);
  await destination.openRoute(always).send(batch(0, 0));
  assert.throws(() => open({ endpoints: [endpointAt(1, 'tls')], tls: { ...NO_TLS, ...tls, passphrase: 'wrong' } }), {
    code: 'CONFIG_INVALID',
    message: /tls\.passphrase: does not open/,
  });
});

const DAY_MS = 86_400_000;

test('the days left are counted down; a month before the end it is said, and twice a day from then', async () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const watch = new CertificateWatch(clock, log, NO_TLS);
  const days = (count: number) => ({ validTo: new Date(clock.now() + count * DAY_MS).toUTCString() });
  watch.saw('tls://other:6514', days(40));
  watch.saw('tls://siem:6514', days(10));
  watch.saw('tls://siem:6514', undefined);
  assert.deepEqual(
    watch.snapshot().map(({ name, daysLeft }) => [name, Math.round(daysLeft)]),
    [
      ['tls://other:6514', 40],
      ['tls://siem:6514', 10],
    ],
  );
  const said = (): string[] => log.lines.map(({ message }) => message);
  assert.deepEqual(said(), ['the certificate of tls://siem:6514 expires in 10 days']);
  const pass = async (ms: number): Promise<void> => {
    clock.freeze(ms - 60_000);
    await clock.advance(60_000);
  };
  await pass(DAY_MS / 4);
  assert.equal(said().length, 1);
  await pass(DAY_MS / 4);
  assert.equal(said().length, 2, 'twice a day');
  await pass(10.5 * DAY_MS);
  assert.ok(said().includes('the certificate of tls://siem:6514 has expired'));
  assert.ok(said().includes('the certificate of tls://other:6514 expires in 29 days'));
  watch.saw('tls://other:6514', days(365));
  assert.equal(Math.round(watch.snapshot()[0]?.daysLeft ?? 0), 365, 'renewed');
});

test('our own files are looked at every minute: their expiry, what replaced them, and whether they are of any use', async () => {
  const clock = new ManualClock(Date.now());
  const log = new RecordingLog();
  const ca = temporaryFile('both.pem', `${certs.ca.cert}\n${certs.otherCa.cert}`);
  const { tls } = mutual();
  const watch = new CertificateWatch(clock, log, { ...NO_TLS, ...tls, ca });
  const daysLeft = (pem: string): number =>
    Math.floor((Date.parse(new X509Certificate(pem).validTo) - clock.now()) / DAY_MS);
  assert.deepEqual(
    watch.snapshot().map(({ name, daysLeft }) => [name, Math.floor(daysLeft)]),
    [
      ['own', daysLeft(certs.client.cert)],
      ['ca', daysLeft(certs.ca.cert)],
    ],
  );
  const said = (): string[] => log.lines.map(({ message }) => message);
  assert.deepEqual(said(), [
    'our certificate',
    'our certificate (tls.cert) expires in 1 days',
    'the CA certificate (tls.ca) expires in 1 days',
  ]);
  await writeFile(tls.cert, certs.server.cert);
  await clock.advance(60_000);
  assert.match(said().at(-1) ?? '', /tls\.key: .* is the key of another certificate than CN=localhost in/);
  await writeFile(tls.key, certs.server.key);
  await clock.advance(60_000);
  assert.ok(said().includes('our certificate is another now; new connections show it'));
  assert.equal(said().at(-1), 'works again');
});

test('files that a symlink swap replaces, as Kubernetes does: the connection that is up stays, the next shows the new certificate', async () => {
  const { ca, server, client, rotated } = certs;
  const shown: string[] = [];
  const siem = await listening({
    tls: { ...server, requestCert: true, rejectUnauthorized: false },
    onSocket: (socket) => {
      if (socket instanceof TLSSocket) shown.push(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
    },
  });
  const volume = temporaryDirectory();
  const provide = async (name: string, { cert, key }: { cert: string; key: string }): Promise<void> => {
    await mkdir(join(volume, name));
    await writeFile(join(volume, name, 'tls.crt'), cert);
    await writeFile(join(volume, name, 'tls.key'), key);
    await symlink(name, join(volume, 'new'));
    await rename(join(volume, 'new'), join(volume, '..data'));
  };
  await provide('one', client);
  for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(volume, name));
  const { destination } = opened({
    endpoints: [endpointAt(siem.port, 'tls', 'localhost')],
    tls: {
      ...NO_TLS,
      ca: temporaryFile('ca.pem', ca.cert),
      cert: join(volume, 'tls.crt'),
      key: join(volume, 'tls.key'),
    },
  });
  const route = destination.openRoute(always);
  await route.send(batch(0, 0));
  await provide('two', rotated);
  await route.send(batch(0, 1));
  assert.equal(siem.sockets.length, 1, 'nothing was dropped');
  siem.sockets[0]?.end();
  await siem.until(() => siem.sockets.length === 2);
  await route.send(batch(0, 2));
  assert.deepEqual(
    shown,
    [client, rotated].map(({ cert }) => new X509Certificate(cert).fingerprint256),
  );
  assert.deepEqual(firstSeen(siem.frames()), expectedFrames(0, 3));
});

function mutual(passphrase?: string): { tls: { ca: string; cert: string; key: string } } {
  const protection = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  const key = createPrivateKey(certs.client.key).export({ type: 'pkcs8', format: 'pem', ...protection });
  return {
    tls: {
      ca: temporaryFile('ca.pem', certs.ca.cert),
      cert: temporaryFile('client.pem', certs.client.cert),
      key: temporaryFile('client.key', String(key)),
    },
  };
}
