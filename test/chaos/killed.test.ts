import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { SequenceTracker } from '../../src/emulator/receiver/sequence.js';
import { scenario, type Chaos } from '../support/chaos.js';
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
  const forwarder = chaos.forward({ destination: { guarantee, settleTime: '5s' } });
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
  await chaos.settle(await killed(chaos, 'settled'));
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

const PEERS = {
  rsyslog: (port: number) => startRsyslog({ transport: 'tcp', port }),
  'syslog-ng': (port: number) => startSyslogNg({ transport: 'tcp', framing: 'lf', port }),
} as const;

for (const [name, start] of Object.entries(PEERS)) {
  scenario(`${name} is stopped, then killed`, { rate: 2000, preload: 10_000 }, async (chaos) => {
    const peer = await PeerSink.start(start);
    chaos.receivesAt([peer]);
    const forwarder = chaos.forward();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await chaos.flow(4000);
      await chaos.fault(async () => {
        await peer.stop(signal);
        await delay(500);
        await peer.restart();
      });
    }
    await chaos.settle(forwarder);
  });
}
