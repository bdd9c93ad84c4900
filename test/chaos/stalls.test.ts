import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { LONG, ModeSink, scenario, type Chaos } from '../support/chaos.js';
import { Namespace } from '../support/namespace.js';
import { ReceiverProcess } from '../support/receiver-process.js';

/** As users have it where it may take minutes; for the gate all is shorter, in proportion. */
const SETTLE = LONG
  ? { time: '30s', bytes: '32MiB', probation: '30s' }
  : { time: '6s', bytes: '32MiB', probation: '1s' };
/** What `settled` meant once. */
const OLD_SETTLE = { time: '2s', bytes: '6MiB', probation: '0ms' };
const STALLS_MS = LONG ? [500, 1000, 2000, 4000, 8000, 20_000] : [4000];
const MIB = 1024 * 1024;
/** So little that no window shuts: only time could tell that nobody reads. */
const TRICKLE = { preload: 0, rate: 100 };

/** Each reads nothing for a while, and then ends with what it has not read. */
const ENDS: Readonly<Record<string, ReceiverMode>> = {
  RST: { kind: 'refusing' },
  'a close with unread data': { kind: 'fin', afterBytes: 0 },
};

for (const stallMs of STALLS_MS)
  for (const [name, end] of Object.entries(ENDS))
    scenario(`a receiver stalls for ${stallMs} ms, then ${name}`, TRICKLE, async (chaos) => {
      const sink = await ModeSink.start();
      chaos.receivesAt([sink]);
      const forwarder = chaos.forward({ destination: { settle: SETTLE } });
      await chaos.flow(200);
      await chaos.fault(async () => {
        await sink.receiver.setMode({ kind: 'stalled' });
        await delay(stallMs);
        await sink.receiver.setMode(end);
        await sink.receiver.setMode({ kind: 'normal' });
      });
      await chaos.flow(100);
      await chaos.settleUnproven(forwarder);
    });

/** Frozen, then killed: what its kernel took in the meantime dies with it. */
async function frozenAndKilled(receiver: ReceiverProcess, stallMs: number): Promise<void> {
  receiver.signal('SIGSTOP');
  await delay(stallMs);
  await restart(receiver);
}

async function restart(receiver: ReceiverProcess): Promise<void> {
  await receiver.kill();
  await receiver.start();
}

/** A receiver whose kernel takes so many bytes that it has not read. */
function buffered(bufferBytes: number, stallMs: number): void {
  const name = `a receiver with ${bufferBytes / 1024} KiB of receive buffer is frozen for ${stallMs} ms, then killed`;
  scenario(name, TRICKLE, async (chaos) => {
    const cable = new Namespace();
    try {
      const problem = cable.open() ?? cable.limitReceiveBuffers(bufferBytes);
      if (problem !== undefined) {
        chaos.t.skip(`no network namespace: ${problem}`);
        return;
      }
      const receiver = new ReceiverProcess({
        host: cable.address,
        namespace: cable.name,
      });
      await receiver.start();
      chaos.receivesAt([receiver]);
      const forwarder = chaos.forward({
        destination: { settle: SETTLE, stallTimeout: '30s' },
      });
      await chaos.flow(200);
      await chaos.fault(() => frozenAndKilled(receiver, stallMs));
      await chaos.flow(100);
      await chaos.settleUnproven(forwarder);
      await receiver.stop();
    } finally {
      cable.close();
    }
  });
}

for (const bufferBytes of LONG ? [64 * 1024, 6 * MIB, 32 * MIB] : [6 * MIB])
  for (const stallMs of LONG ? STALLS_MS : [2000]) buffered(bufferBytes, stallMs);

/** Nobody watches meanwhile: when we go on, all that was sent is older than `settle.time`, and nobody has read it. */
scenario(
  'the forwarder stands still for longer than settle.time; its receiver stalls, and is killed later',
  TRICKLE,
  async (chaos) => {
    const receiver = new ReceiverProcess();
    await receiver.start();
    chaos.receivesAt([receiver]);
    const forwarder = chaos.forward({ destination: { settle: SETTLE } });
    await chaos.flow(200);
    await chaos.fault(async () => {
      await receiver.tell('stall');
      await delay(1000);
      forwarder.kill('SIGSTOP');
      await delay(Number.parseInt(SETTLE.time, 10) * 1000 + 2000);
      forwarder.kill('SIGCONT');
      await delay(1000);
      await restart(receiver);
    });
    await chaos.flow(100);
    await chaos.settleUnproven(forwarder);
  },
);

/** The test sees loss where there is some. */
function loses(name: string, destination: object): void {
  scenario(`${name} loses when a receiver is frozen for 5 s and killed: the test sees it`, TRICKLE, async (chaos) => {
    const receiver = new ReceiverProcess();
    await receiver.start();
    chaos.receivesAt([receiver]);
    const forwarder = chaos.forward({
      destination: { ...destination, stallTimeout: '30s' },
    });
    await chaos.flow(200);
    await chaos.fault(() => frozenAndKilled(receiver, 5000));
    assert.ok((await lost(chaos)) > 0);
    forwarder.kill('SIGKILL');
  });
}

async function lost(chaos: Chaos): Promise<number> {
  const events = await chaos.still();
  const { unique } = await chaos.quiet();
  chaos.t.diagnostic(`${events - unique} of ${events} events lost`);
  return events - unique;
}

loses('"guarantee: acked"', { guarantee: 'acked' });
loses('what "settled" meant once', { settle: OLD_SETTLE });
