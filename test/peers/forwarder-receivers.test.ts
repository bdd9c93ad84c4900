import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testCerts } from '../support/certs.js';
import { withEnds, configOf } from '../support/emulator-ends.js';
import { temporaryDirectory } from '../support/temporary.js';
import type { Peer } from '../support/peer.js';
import { startRsyslog } from '../support/rsyslog.js';
import { startSyslogNg } from '../support/syslog-ng.js';

const EVENTS = 200_000;
const SHARDS = 8;

type Transport = 'tcp' | 'tls';
type Framing = 'lf' | 'octet-counting';

async function start(peer: 'rsyslog' | 'syslog-ng', transport: Transport, framing: Framing): Promise<Peer> {
  const { server } = await testCerts();
  const tls = transport === 'tls' ? { tls: server } : {};
  return peer === 'rsyslog' ? startRsyslog({ transport, ...tls }) : startSyslogNg({ transport, framing, ...tls });
}

/** Each shard's numbers from 0 without a hole, a repetition or an exchange. */
function assertExactlyOnceInOrder(messages: readonly string[]): void {
  const next = new Map<number, number>();
  for (const message of messages) {
    const [, shard, number] = /\bemu_seq=(\d+)-(\d+)/.exec(message) ?? assert.fail(`no sequence in ${message}`);
    assert.equal(Number(number), next.get(Number(shard)) ?? 0, `shard ${shard}`);
    next.set(Number(shard), Number(number) + 1);
  }
  assert.equal(messages.length, EVENTS);
  assert.equal(next.size, SHARDS);
}

for (const name of ['rsyslog', 'syslog-ng'] as const) {
  for (const transport of ['tcp', 'tls'] as const) {
    for (const framing of ['lf', 'octet-counting'] as const) {
      test(`200,000 events over 8 shards into ${name}, ${transport}, ${framing}: exactly once, in order`, async () => {
        const peer = await start(name, transport, framing);
        try {
          await withEnds({ logstore: { shards: SHARDS, preload: EVENTS } }, async (ends) => {
            const ca = join(temporaryDirectory('ca'), 'ca.pem');
            writeFileSync(ca, (await testCerts()).ca.cert);
            const endpoints = [`${transport}://localhost:${peer.port}`];
            const destination = { endpoints, framing, ...(transport === 'tls' ? { tls: { ca } } : {}) };
            const forwarder = ends.fleet.start(configOf(ends, { destination }));
            await peer.received(EVENTS, 60_000);
            forwarder.kill('SIGTERM');
            assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
          });
        } finally {
          await peer.stop();
        }
        assertExactlyOnceInOrder(await peer.messages());
      });
    }
  }
}
