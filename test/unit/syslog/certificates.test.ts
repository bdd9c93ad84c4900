import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { CertificateWatch } from '../../../src/syslog/certificates.js';
import type { TlsSettings } from '../../../src/syslog/settings.js';
import { testCerts, type TestCerts } from '../../support/certs.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { always, batch, endpointAt, eventually, NO_TLS, open, Receiver, soon, type Opened } from './support.js';

let certs: TestCerts;
let folder: string;
const toClose: (() => Promise<void>)[] = [];

before(async () => {
  certs = await testCerts();
  folder = await mkdtemp(join(tmpdir(), 'syslog-pins-'));
});
after(() => rm(folder, { recursive: true }));
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function against(
  server: { cert: string; key: string },
  tls: Partial<TlsSettings>,
  clientCa?: string,
): Promise<Opened> {
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true };
  const siem = await Receiver.listen({ tls: { ...server, ...mutual } });
  toClose.push(() => siem.close());
  const made = open({ endpoints: [endpointAt(siem.port, 'tls', 'localhost')], tls: { ...NO_TLS, ...tls } });
  toClose.push(() => made.destination.closeHard());
  return made;
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
  for (const pin of [sha256(certs.wrongName.cert), sha1(certs.wrongName.cert)]) {
    const { destination } = await against(certs.wrongName, { pins: [sha256(certs.client.cert), pin] });
    await destination.openRoute(always).send(batch(0, 0));
    await destination.end(soon(5_000));
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
  const ca = await file('ca.pem', certs.ca.cert);
  const pins = [sha256(certs.wrongName.cert)];
  assert.match(await refusal(await against(certs.wrongName, { ca, pins })), /for another name/);
  assert.match(await refusal(await against(certs.server, { ca, pins })), /not among tls\.pins/);
});

test('a key with its passphrase in a file, and a list of ciphers', async () => {
  const ca = await file('ca.pem', certs.ca.cert);
  const encrypted = createPrivateKey(certs.client.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'hunter2',
  });
  const cert = await file('client.pem', certs.client.cert);
  const key = await file('client.key', String(encrypted));
  const passphraseFile = await file('passphrase', 'hunter2\n');
  const tls = { ca, cert, key, passphraseFile, ciphers: 'TLS_AES_256_GCM_SHA384:ECDHE+AESGCM' };
  const { destination } = await against(certs.server, tls, certs.ca.cert);
  await destination.openRoute(always).send(batch(0, 0));
  const names = destination.snapshot().certificates.map(({ name }) => name.replace(/\d+$/, ''));
  assert.deepEqual(names, ['own', 'tls://localhost:']);
  await destination.end(soon(5_000));
  await assert.rejects(against(certs.server, { ...tls, ciphers: 'NO-SUCH-CIPHER' }), { code: 'CONFIG_INVALID' });
});

test('the days left are counted down; a month before the end it is said, and twice a day from then', async () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const watch = new CertificateWatch(clock, log);
  const days = (count: number) => ({ validTo: new Date(clock.now() + count * 86_400_000).toUTCString() });
  watch.saw('own', days(40));
  watch.saw('tls://siem:6514', days(10));
  watch.saw('tls://siem:6514', undefined);
  assert.deepEqual(
    watch.snapshot().map(({ name, daysLeft }) => [name, Math.round(daysLeft)]),
    [
      ['own', 40],
      ['tls://siem:6514', 10],
    ],
  );
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['the certificate of tls://siem:6514 expires in 10 days'],
  );
  await clock.advance(11 * 86_400_000);
  assert.match(
    log.lines.at(-1)?.message ?? '',
    /^(our certificate expires in 29 days|the certificate of .* has expired)$/,
  );
  assert.ok(log.lines.some(({ message }) => message === 'our certificate expires in 29 days'));
  assert.ok(log.lines.some(({ message }) => message === 'the certificate of tls://siem:6514 has expired'));
  watch.saw('own', days(365));
  assert.equal(Math.round(watch.snapshot()[0]?.daysLeft ?? 0), 365, 'renewed');
});
