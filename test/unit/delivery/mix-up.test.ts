import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { otherLanguage } from '../../../src/delivery/transports/mix-up.js';
import type { Endpoint } from '../../../src/delivery/delivery-settings.js';
import { testCerts } from '../../support/certs.js';
import { always, batch, commands, endpointAt, eventually, listening, NO_TLS, type Opened, opened } from './support.js';

/** Answers the first bytes so. */
const saying = (text: string) => ({
  onSocket: (socket: Socket) => void socket.once('data', () => socket.end(Buffer.from(text, 'latin1'))),
});

function openedTo(port: number, transport: Endpoint['scheme'], tuning: Parameters<typeof opened>[1] = {}): Opened {
  return opened(
    {
      endpoints: [endpointAt(port, transport)],
      guarantee: transport.startsWith('relp') ? 'relp' : 'settled',
      tls: { ...NO_TLS, insecureSkipVerify: true },
      connectTimeoutMs: 1_000,
      probationMs: 45_000,
    },
    tuning,
  );
}

/** The first failure of a connection that has something to deliver, and what is counted once it failed three times. */
async function failure({ destination, log }: Opened, transport: Endpoint['scheme']): Promise<string> {
  const frames = batch(0, 0, 5_000, 100);
  const given = destination.openRoute(always).send(transport.startsWith('relp') ? commands(frames) : frames);
  const over = assert.rejects(given, { code: 'ABANDONED' });
  const failures = (): number =>
    Object.values(destination.snapshot().totals.errors).reduce((sum, times) => sum + times, 0);
  await eventually(() => failures() >= 3);
  assert.equal(destination.snapshot().totals.resentEvents, 0, 'what was never delivered is no duplicate');
  await destination.closeHard();
  await over;
  const line = log.lines.find(({ fields }) => fields['code'] !== undefined);
  assert.equal(destination.snapshot().connections[0]?.failure?.message, line?.message);
  return `${String(line?.fields['code'])} ${line?.message.replace(/^\S+ /, '')}`;
}

const ASKS = /^CONNECTION_(?:RESET|ENDED) .*; no connection to it has lasted yet: does this port want TLS \(tls:\/\/\)/;
const BEFORE_OPEN =
  /^CONNECTION_(?:RESET|ENDED) .* before it answered RELP's open \(not a RELP port: .*relps:\/\/\?\)$/;

test('plain to a TLS port', async () => {
  const siem = await listening({ tls: { ...(await testCerts()).server } });
  assert.match(await failure(openedTo(siem.port, 'tcp'), 'tcp'), ASKS);
});

test('plain to a port that answers with an alert of TLS', async () => {
  const siem = await listening(saying('\u0015\u0003\u0003\u0000\u0002\u0002\u0046'));
  const said = await failure(openedTo(siem.port, 'tcp'), 'tcp');
  assert.match(
    said,
    /^(?:WRONG_PROTOCOL the receiver speaks TLS on this port; use tls:\/\/ or relps:\/\/$|CONNECTION_)/,
  );
});

test('plain to a RELP port', async () => {
  const siem = await listening(saying('0 serverclose 0\n'));
  const said = await failure(openedTo(siem.port, 'tcp'), 'tcp');
  assert.equal(said, 'WRONG_PROTOCOL the receiver speaks RELP on this port; use relp://');
});

test('TLS to a plain port', async () => {
  const siem = await listening();
  const said = await failure(openedTo(siem.port, 'tls'), 'tls');
  assert.match(
    said,
    /^DIAL_TIMEOUT the receiver answers nothing to the TLS handshake within 1 s \(probably a plain port: tcp:\/\//,
  );
});

test('TLS to a port that says something else', async () => {
  const siem = await listening(saying('220 mail.example ESMTP ready for you\r\n'));
  const said = await failure(openedTo(siem.port, 'tls'), 'tls');
  assert.match(
    said,
    /^TLS_FAILED TLS failed: the receiver does not speak TLS on this port \(is it a plain one: tcp:\/\//,
  );
});

test('RELP to a TLS port, and to a plain port that hangs up', async () => {
  const secure = await listening({ tls: { ...(await testCerts()).server } });
  assert.match(await failure(openedTo(secure.port, 'relp'), 'relp'), BEFORE_OPEN);
  const plain = await listening({ onSocket: (socket) => void socket.once('data', () => socket.end()) });
  assert.match(await failure(openedTo(plain.port, 'relp'), 'relp'), BEFORE_OPEN);
});

test('a receiver that has worked is not taken for another kind of port when it hangs up', async () => {
  const siem = await listening();
  const { destination, log } = openedTo(siem.port, 'tcp', { provenMs: 30 });
  destination.openRoute(always);
  await siem.until(() => siem.sockets.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  siem.sockets[0]?.destroy();
  await eventually(() => log.lines.some(({ fields }) => fields['code'] !== undefined));
  const said = log.lines.find(({ fields }) => fields['code'] !== undefined)?.message ?? '';
  assert.match(said, /: the receiver closed the connection$/);
});

test('the first bytes of a receiver, whatever they are, never throw, and RELP is what a RELP port speaks', () => {
  const begin = fc.constantFrom('', '\u0015\u0003\u0001', '0 serverclose 0\n', '1 rsp 6 200 OK\n', 'HTTP/1.1 400 Bad');
  fc.assert(
    fc.property(begin, fc.uint8Array(), fc.constantFrom('tcp', 'tls', 'relp', 'relps'), (text, rest, transport) => {
      const bytes = Buffer.concat([Buffer.from(text, 'latin1'), rest]);
      const found = otherLanguage(bytes, endpointAt(1, transport));
      if (text !== '') assert.equal(found === undefined, /^\d/.test(text) && transport.startsWith('relp'));
    }),
  );
});
