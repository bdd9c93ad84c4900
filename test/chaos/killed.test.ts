import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { SequenceTracker } from '../../src/emulator/receiver/sequence.js';
import { scenario, type Chaos } from '../support/chaos.js';
import { testCerts, tlsFiles } from '../support/certs.js';
import type { Peer, PeerTls } from '../support/peer.js';
import { PeerSink } from '../support/peer-sink.js';
import { ReceiverProcess } from '../support/receiver-process.js';
import { startRsyslog } from '../support/rsyslog.js';
import { startSyslogNg } from '../support/syslog-ng.js';

/** Slow enough that its kernel always holds much that it has acknowledged and nobody has read. */
const SLOW = { bytesPerSecond: 3_000_000 };
const MUCH = { preload: 60_000 };
const KILLS = 3;

async function killed(chaos: Chaos, guarantee: 'settled' | 'written'): Promise<ReturnType<Chaos['forward']>> {
  const receiver = new ReceiverProcess(SLOW);
  chaos.receivesAt([receiver]);
  await receiver.start();
  const forwarder = chaos.forward({ destination: { guarantee, settle: { time: '5s' } } });
  for (let kill = 0; kill < KILLS; kill++) {
    await chaos.flow(8000);
    await chaos.fault(async () => {
      await receiver.kill('SIGKILL');
      await delay(300);
      await receiver.start();
    });
  }
  return forwarder;
}

scenario('SIGKILL of the receiver in mid-stream', MUCH, async (chaos) => {
  await chaos.settleUnproven(await killed(chaos, 'settled'));
});

scenario('the same with "guarantee: written" loses events, as others do: the test sees loss', MUCH, async (chaos) => {
  const forwarder = await killed(chaos, 'written');
  const events = await chaos.still();
  forwarder.kill('SIGTERM');
  await forwarder.exited;
  const { unique } = await chaos.quiet();
  chaos.t.diagnostic(`${events - unique} of ${events} events lost`);
  assert.ok(unique < events);
});

scenario('one of three endpoints is killed and returns, then the next', {}, async (chaos) => {
  const all = new SequenceTracker();
  const receivers = [1, 2, 3].map(() => new ReceiverProcess({}, all));
  for (const receiver of receivers) await receiver.start();
  chaos.receivesAt(receivers, all);
  const forwarder = chaos.forward();
  for (const receiver of receivers) {
    await chaos.flow(5000);
    await chaos.fault(async () => {
      await receiver.kill();
      await delay(1500);
      await receiver.start();
    });
  }
  await chaos.settle(forwarder);
});

interface PeerKind {
  readonly scheme: 'tcp' | 'tls' | 'relp' | 'relps';
  readonly start: (port: number, tls: PeerTls) => Promise<Peer>;
}

const PEERS: Readonly<Record<string, PeerKind>> = {
  'rsyslog imtcp': { scheme: 'tcp', start: (port) => startRsyslog({ transport: 'tcp', port }) },
  'rsyslog imtcp with TLS': { scheme: 'tls', start: (port, tls) => startRsyslog({ transport: 'tls', port, tls }) },
  'rsyslog imrelp': { scheme: 'relp', start: (port) => startRsyslog({ transport: 'relp', port, direct: true }) },
  'rsyslog imrelp with TLS': {
    scheme: 'relps',
    start: (port, tls) => startRsyslog({ transport: 'relp', port, tls, direct: true }),
  },
  'syslog-ng': { scheme: 'tcp', start: (port) => startSyslogNg({ transport: 'tcp', framing: 'lf', port }) },
  'syslog-ng with TLS': {
    scheme: 'tls',
    start: (port, tls) => startSyslogNg({ transport: 'tls', framing: 'octet-counting', port, tls }),
  },
};

for (const [name, { scheme, start }] of Object.entries(PEERS)) {
  scenario(`${name} is stopped, then killed`, { rate: 2000, preload: 10_000 }, async (chaos) => {
    const certs = await testCerts();
    const peer = await PeerSink.start(scheme, (port) => start(port, { ...certs.server, clientCa: certs.ca.cert }));
    chaos.receivesAt([peer]);
    const forwarder = chaos.forward({
      destination: {
        ...(scheme === 'tls' && { framing: 'octet-counting' }),
        ...((scheme === 'tls' || scheme === 'relps') && { tls: tlsFiles(certs) }),
      },
    });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await chaos.flow(4000);
      await chaos.fault(async () => {
        await peer.stop(signal);
        await delay(500);
        await peer.restart();
      });
    }
    await chaos.settleUnproven(forwarder);
  });
}
