/** The size up to which an rsyslog takes a message whole, as Debian installs it; what the presets for it send stays below. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { toSettings } from '../../src/config/settings.js';
import { unframed } from '../../src/format/frame.js';
import { testCerts } from '../support/certs.js';
import { framesOf, kernelOf, run } from '../support/oracle/oracle.js';
import { encode } from '../support/oracle/log-group-list.js';
import { pair } from '../support/oracle/logs.js';
import { startRsyslog } from '../support/rsyslog.js';
import { minimal, parse } from '../unit/config/parse.js';

const WAYS = ['lf', 'octet-counting', 'tls', 'relp'] as const;
type Way = (typeof WAYS)[number];

const HEAD = '<134>1 2026-11-04T22:13:20Z host app - - - ';
const messageOf = (bytes: number, character: string): string => HEAD + character.repeat(bytes - HEAD.length);

/** The bytes on the wire. */
function framed(messages: readonly string[], way: Way): string {
  if (way === 'lf') return messages.map((message) => `${message}\n`).join('');
  if (way !== 'relp') return messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join('');
  const offers = 'relp_version=0\nrelp_software=test\ncommands=syslog';
  const commands = messages.map((message, i) => `${i + 2} syslog ${Buffer.byteLength(message)} ${message}\n`);
  return `1 open ${offers.length} ${offers}\n${commands.join('')}${messages.length + 2} close 0\n`;
}

async function connected(way: Way, port: number, ca: string): Promise<Socket> {
  if (way !== 'tls') {
    const socket = createConnection({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return socket;
  }
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  return socket;
}

/** What an rsyslog with the size it has by default makes of these messages; the last one tells that all have come. */
async function received(messages: readonly string[], way: Way): Promise<string[]> {
  const { server, ca } = await testCerts();
  const transport = way === 'tls' || way === 'relp' ? way : 'tcp';
  const peer = await startRsyslog({ transport, usualSize: true, ...(way === 'tls' ? { tls: server } : {}) });
  try {
    const socket = await connected(way, peer.port, ca.cert);
    // RELP's last answer ends the session; the other ways have none.
    if (way === 'relp') socket.resume().write(framed(messages, way));
    else socket.resume().end(framed(messages, way));
    await once(socket, 'close');
    await peer.received(messages.length, 20_000);
    return await peer.messages();
  } finally {
    await peer.stop();
  }
}

const END = messageOf(100, 'z');

for (const way of WAYS) {
  test(`${way}: rsyslog takes 8,095 and 8,096 bytes whole, and not 8,097`, async () => {
    const sent = [messageOf(8095, 'a'), messageOf(8096, 'b'), messageOf(8097, 'c'), END];
    const [first, second, third = '', last] = await received(sent, way);
    assert.deepEqual([first, second, last], [sent[0], sent[1], END]);
    assert.ok(third.length < 8097, `${third.length} bytes`);
  });

  for (const preset of ['rsyslog', 'rfc5425', 'sentinel-cef']) {
    test(`${way}: events that ${preset} cuts arrive with their end`, async () => {
      const contents = ['é', 'ab'].map((text) => [pair('k', text.repeat(20_000))]);
      const raw = encode([{ logs: contents.map((contents) => ({ time: 1, contents })), tags: [] }]);
      const pipeline = `format: { preset: ${preset} }`;
      const { pipelines } = toSettings(parse(minimal({ pipeline })), { cores: 1, consumer: 'c', now: 0 });
      const plan = pipelines[0]?.plan ?? assert.fail();
      const frames = framesOf(run(kernelOf([plan]), raw));
      const sent = frames.map((frame) => Buffer.from(unframed(frame, plan.framing)).toString());
      assert.ok(sent.every((one) => Buffer.byteLength(one) < 8096 && one.includes('truncated')));
      assert.deepEqual(await received([...sent, END], way), [...sent, END]);
    });
  }
}
