import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { testCerts } from '../support/certs.js';
import { startPeer, type Peer } from '../support/peer.js';
import { instant, ours } from '../support/peer-fields.js';
import { startRsyslog } from '../support/rsyslog.js';
import { startSyslogNg } from '../support/syslog-ng.js';

const COUNT = 300;
const WAIT_MS = 20_000;

type Framing = 'lf' | 'octet-counting';

/** Everything a header can hold, and bodies that tempt a parser. */
function message(n: number): string {
  const fraction = ['', '.5', '.123', '.123456'][n % 4] ?? '';
  const data = ['-', `[a@32473 n="${n}"]`, `[a@32473 q="\\"\\\\\\]" u="é"][b c="d e"]`][n % 3] ?? '-';
  const bodies = ['plain', 'a=b||c=d', '{"k":"v \\" \\n"}', '[not data] <13>', 'Größe 大小 😀', 'x'.repeat(3_000)];
  const header = `<${n % 192}>1 2026-03-0${(n % 9) + 1}T0${n % 10}:04:05${fraction}${n % 2 === 0 ? 'Z' : '+08:00'}`;
  return `${header} host-${n % 5}.example app${n % 7} ${n % 11 === 0 ? '-' : n} ID${n % 3} ${data} emu_seq=0-${n}||${bodies[n % bodies.length] ?? ''}`;
}

const MESSAGES = Array.from({ length: COUNT }, (_, n) => message(n));
const onWire = (framing: Framing): string =>
  MESSAGES.map((text) => (framing === 'lf' ? `${text}\n` : `${Buffer.byteLength(text)} ${text}`)).join('');

async function deliver(socket: Socket, ready: string, framing: Framing): Promise<void> {
  await once(socket, ready);
  socket.resume().end(onWire(framing));
  await once(socket, 'close');
}

async function sendPlain(peer: Peer, framing: Framing): Promise<void> {
  await deliver(createConnection({ host: '127.0.0.1', port: peer.port }), 'connect', framing);
}

async function sendTls(peer: Peer, framing: Framing): Promise<void> {
  const { ca, client } = await testCerts();
  const socket = connect({ host: '127.0.0.1', port: peer.port, ca: ca.cert, ...client });
  await deliver(socket, 'secureConnect', framing);
}

async function agrees(
  peer: Peer,
  send: (peer: Peer, framing: Framing) => Promise<void>,
  framing: Framing,
): Promise<void> {
  try {
    await send(peer, framing);
    await peer.received(COUNT, WAIT_MS);
    assert.deepEqual(await peer.messages(), MESSAGES);
    const fields = await peer.fields();
    const theirs = fields.map((field) => ({ ...field, timestamp: field.timestamp && instant(field.timestamp) }));
    assert.deepEqual(theirs, MESSAGES.map(ours));
  } finally {
    await peer.stop();
  }
}

for (const framing of ['lf', 'octet-counting'] as const) {
  test(`rsyslog, ${framing}, TCP: gets what was sent and reads it as we do`, async () => {
    await agrees(await startRsyslog({ transport: 'tcp', fields: true }), sendPlain, framing);
  });

  for (const driver of ['ossl', 'gtls'] as const) {
    test(`rsyslog, ${framing}, TLS by ${driver} with client certificates`, async () => {
      const { ca, server } = await testCerts();
      const tls = { ...server, clientCa: ca.cert };
      await agrees(await startRsyslog({ transport: 'tls', tls, driver, fields: true }), sendTls, framing);
    });
  }

  test(`syslog-ng, ${framing}, TCP: gets what was sent and reads it as we do`, async () => {
    await agrees(await startSyslogNg({ transport: 'tcp', framing, fields: true }), sendPlain, framing);
  });

  test(`syslog-ng, ${framing}, TLS with client certificates`, async () => {
    const { ca, server } = await testCerts();
    const tls = { ...server, clientCa: ca.cert };
    await agrees(await startSyslogNg({ transport: 'tls', framing, tls, fields: true }), sendTls, framing);
  });
}

test('rsyslog, TLS without client certificates', async () => {
  const { server } = await testCerts();
  await agrees(await startRsyslog({ transport: 'tls', tls: server, fields: true }), sendTls, 'lf');
});

/** A whole RELP session: every message must be answered before the connection ends. */
async function sendRelp(peer: Peer): Promise<void> {
  const socket = createConnection({ host: '127.0.0.1', port: peer.port });
  const relp = (number: number, command: string, data: string): string =>
    `${number} ${command} ${Buffer.byteLength(data)}${data === '' ? '' : ` ${data}`}\n`;
  let answers = '';
  socket.on('data', (chunk) => (answers += chunk.toString('latin1')));
  await once(socket, 'connect');
  socket.write(relp(1, 'open', 'relp_version=0\nrelp_software=test\ncommands=syslog'));
  socket.write(MESSAGES.map((text, n) => relp(n + 2, 'syslog', text)).join(''));
  socket.write(relp(COUNT + 2, 'close', ''));
  await once(socket, 'close');
  const accepted = [...answers.matchAll(/^(\d+) rsp 6 200 OK$/gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    accepted,
    MESSAGES.map((_, n) => n + 2),
  );
}

test('rsyslog, RELP', async () => {
  await agrees(await startRsyslog({ transport: 'relp', fields: true }), sendRelp, 'lf');
});

test('an absent daemon and a broken config are told apart', async () => {
  const daemon = { name: 'no-such-daemon', config: () => '', args: () => [] };
  await assert.rejects(startPeer({ ...daemon, command: 'no-such-daemon' }, {}), /run \.ci\/install-peers/);
  await assert.rejects(startPeer({ ...daemon, command: 'false' }, {}), /ended instead of listening/);
});
