import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { PeerCertificate, TlsOptions } from 'node:tls';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { checkName } from '../../../src/delivery/tls/certificate-names.js';
import type { DestinationSettings, TlsSettings } from '../../../src/delivery/delivery-settings.js';
import { afterTest } from '../../support/after-test.js';
import { testCerts, type TestCerts } from '../../support/certs.js';
import { temporaryDirectory, temporaryFile } from '../../support/temporary.js';
import {
  NO_TLS,
  Receiver,
  always,
  batch,
  endpointAt,
  eventually,
  expectedFrames,
  firstSeen,
  listening,
  open,
  opened,
  soon,
  type Opened,
} from './support.js';

let certs: TestCerts;
let trusting: TlsSettings;

before(async () => {
  certs = await testCerts();
  trusting = { ...NO_TLS, ca: temporaryFile('ca.pem', certs.ca.cert) };
});

function receiver(tls: TlsOptions, onSocket?: (socket: Socket, index: number) => void): Promise<Receiver> {
  return listening(onSocket === undefined ? { tls } : { tls, onSocket });
}

function openedTo(port: number, settings: Partial<DestinationSettings>, host = 'localhost'): Opened {
  return opened({ endpoints: [endpointAt(port, 'tls', host)], tls: trusting, ...settings }, { blindAckMs: 3_600_000 });
}

/** The first error a destination reports when it dials. */
async function firstError(
  port: number,
  settings: Partial<DestinationSettings>,
  host?: string,
): Promise<{ code: unknown; message: string }> {
  const { destination, log } = openedTo(port, settings, host);
  destination.openRoute(always);
  const warning = (): (typeof log.lines)[number] | undefined =>
    log.lines.find(({ fields }) => fields['code'] !== undefined);
  await eventually(() => warning() !== undefined);
  return { code: warning()?.fields['code'], message: warning()?.message ?? '' };
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${version}: acked and settled count ciphertext; everything arrives once, and again after a reset`, async () => {
    const siem = await receiver({ ...certs.server, minVersion: version, maxVersion: version }, (socket, index) => {
      let got = 0;
      socket.on('data', (chunk: Buffer) => {
        got += chunk.length;
        if (index === 0 && got > 1_500_000) socket.destroy();
      });
    });
    const { destination } = openedTo(siem.port, { guarantee: 'settled' });
    const route = destination.openRoute(always);
    await Promise.all(Array.from({ length: 30 }, (_, seq) => route.send(batch(0, seq, 10, 10_000))));
    assert.deepEqual(firstSeen(siem.frames()), expectedFrames(0, 30));
    assert.equal(destination.snapshot().totals.connects, 2);
    await destination.end(soon(5_000));
  });
}

test('a client certificate is sent when the receiver wants one', async () => {
  const siem = await receiver({ ...certs.server, ca: certs.ca.cert, requestCert: true });
  const cert = temporaryFile('client.pem', certs.client.cert);
  const key = temporaryFile('client.key', certs.client.key);
  const { destination } = openedTo(siem.port, { tls: { ...trusting, cert, key } });
  await destination.openRoute(always).send(batch(0, 0));
  assert.deepEqual(siem.frames(), [expectedFrames(0, 1)]);
});

test('without the client certificate the receiver wants, the error says which setting is missing', async () => {
  const siem = await receiver({ ...certs.server, ca: certs.ca.cert, requestCert: true });
  const { code, message } = await firstError(siem.port, {});
  assert.equal(code, 'TLS_FAILED');
  assert.match(message, /tls\.cert/);
});

for (const transport of ['tcp', 'tls'] as const) {
  test(`${transport}: a connection given up is reset: what our kernel still holds never arrives`, async () => {
    const pausing = (socket: Socket): void => void socket.pause();
    const siem =
      transport === 'tls' ? await receiver(certs.server, pausing) : await Receiver.listen({ onSocket: pausing });
    afterTest(() => siem.close());
    const { destination } = openedTo(siem.port, { endpoints: [endpointAt(siem.port, transport)] });
    const sent = destination.openRoute(always).send(batch(0, 0, 100, 200_000));
    const rejected = assert.rejects(sent);
    await eventually(() => (destination.snapshot().connections[0]?.unackedBytes ?? 0) > 1_000_000);
    const socket = siem.sockets[0]!;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await destination.closeHard();
    await rejected;
    socket.resume();
    await closed;
    assert.ok(siem.bytes < 1_000_000, `${siem.bytes} bytes arrived`);
  });
}

test('an address is looked for in the certificate; servername overrides the name', async () => {
  const byAddress = await receiver({ ...certs.server });
  await openedTo(byAddress.port, {}, '127.0.0.1').destination.openRoute(always).send(batch(0, 0));
  const other = await receiver({ ...certs.wrongName });
  const tls = { ...trusting, servername: 'elsewhere.example' };
  await openedTo(other.port, { tls }).destination.openRoute(always).send(batch(0, 0));
});

test('an address that is not in the certificate: the names that are, and the issuer', async () => {
  const siem = await receiver({ ...certs.wrongName });
  const { code, message } = await firstError(siem.port, {}, '127.0.0.1');
  assert.equal(code, 'TLS_FAILED');
  assert.match(message, /another name than "127\.0\.0\.1".*it is for elsewhere\.example, .*issued by "Test CA"$/);
});

test('what names a certificate has is shown without control characters, and bounded', () => {
  const names = Array.from({ length: 20 }, (_, n) => `DNS:host-${n}`).join(', ');
  const certificate = { subject: { CN: 'a\u001b[2J' }, issuer: { O: ['Org', 'Other'] }, subjectaltname: names };
  const said = (more: object): string =>
    checkName(endpointAt(1, 'tls'), 'siem', { ...certificate, ...more } as unknown as PeerCertificate)?.message ?? '';
  assert.match(said({}), /it is for host-0, .*host-7 and 12 more, common name "a\\u001b\[2J", issued by "Org"$/);
  assert.match(said({ subjectaltname: 'IP Address:10.0.0.1', subject: { CN: 'siem' } }), /it is for 10\.0\.0\.1/);
  assert.match(said({ subjectaltname: 'URI:siem', subject: { CN: 'siem' } }), /no name or address/);
  assert.match(said({ subjectaltname: undefined, subject: {}, issuer: {} }), /\(issued by nobody\) has no name/);
  assert.equal(said({ subjectaltname: 'DNS:other, DNS:siem' }), '');
});

test('certificates that can not be trusted are refused with the reason in words', async () => {
  const cases = [
    { server: certs.server, ca: certs.otherCa.cert, words: /CA of the receiver's certificate is not in tls\.ca/ },
    { server: certs.expired, ca: certs.ca.cert, words: /has expired/ },
    {
      server: certs.wrongName,
      ca: certs.ca.cert,
      words:
        /for another name than "localhost" \(see tls\.servername\): it is for elsewhere\.example, .*issued by "Test CA"$/,
    },
    {
      server: certs.commonName,
      ca: certs.ca.cert,
      words:
        /common name "localhost", issued by "Test CA".*no name or address in subjectAltName.*it needs one for "localhost"; or pin/,
    },
    { server: certs.client, ca: certs.ca.cert, words: /not one for a server/ },
  ];
  for (const { server, ca, words } of cases) {
    const siem = await receiver({ ...server });
    const { code, message } = await firstError(siem.port, { tls: { ...NO_TLS, ca: temporaryFile('case.pem', ca) } });
    assert.equal(code, 'TLS_FAILED');
    assert.match(message, words);
    assert.equal(siem.bytes, 0);
  }
});

test('insecureSkipVerify takes any certificate, and says so loudly', async () => {
  const siem = await receiver({ ...certs.expired });
  const { destination, log } = openedTo(siem.port, { tls: { ...NO_TLS, insecureSkipVerify: true } });
  assert.match(log.lines[0]?.message ?? '', /insecureSkipVerify is on/);
  await destination.openRoute(always).send(batch(0, 0));
});

test('a certificate error heals without a restart: the files are read again for every connection', async () => {
  const siem = await receiver({ ...certs.server });
  const ca = temporaryFile('rotated.pem', certs.otherCa.cert);
  const { destination } = openedTo(siem.port, { tls: { ...NO_TLS, ca } });
  const sent = destination.openRoute(always).send(batch(0, 0));
  await eventually(() => destination.snapshot().totals.errors['TLS_FAILED'] !== undefined);
  await writeFile(ca, certs.ca.cert);
  await sent;
});

test('a receiver that accepts and then says nothing, or something else, or hangs up: bounded and in words', async () => {
  const cases = [
    {
      onSocket: () => undefined,
      code: 'DIAL_TIMEOUT',
      words: /answers nothing to the TLS handshake within 0\.2 s \(probably a plain port/,
    },
    {
      onSocket: (socket: Socket) => void socket.write('220 smtp ready\r\n'),
      code: 'TLS_FAILED',
      words: /does not speak TLS/,
    },
    {
      onSocket: (socket: Socket) => void socket.destroy(),
      code: 'TLS_FAILED',
      words: /hung up during the TLS handshake/,
    },
  ];
  for (const { onSocket, code, words } of cases) {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      onSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const error = await firstError(
      port,
      { connectTimeoutMs: 200, retry: { initialMs: 60_000, maxMs: 60_000 } },
      '127.0.0.1',
    );
    assert.equal(error.code, code);
    assert.match(error.message, words);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('files that can not be used are a config error that names the setting', () => {
  const text = temporaryFile('text.pem', 'hello');
  const broken = temporaryFile('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const cert = temporaryFile('cert.pem', certs.client.cert);
  const otherKey = temporaryFile('other.key', certs.server.key);
  const cases: [Partial<TlsSettings>, RegExp][] = [
    [
      { ca: join(temporaryDirectory(), 'missing.pem') },
      /^destination siem: tls\.ca: can't read ".*missing\.pem": there is no such file$/,
    ],
    [{ ca: text }, /tls\.ca: ".*text\.pem" is not a PEM file; a certificate/],
    [{ ca: broken }, /tls\.ca/],
    [{ cert: broken }, /tls\.cert/],
    [{ cert, key: otherKey }, /tls\.key: ".*other\.key" is the key of another certificate than CN=client in/],
  ];
  for (const [tls, words] of cases) {
    assert.throws(
      () => open({ endpoints: [endpointAt(1, 'tls')], tls: { ...NO_TLS, ...tls } }),
      (error) => error instanceof ForwarderError && error.code === 'CONFIG_INVALID' && words.test(error.message),
      String(words),
    );
  }
});
