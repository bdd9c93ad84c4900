import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { LONG, ModeSink, scenario, type Chaos } from '../support/chaos.js';
import { IdleBalancer } from '../support/idle-balancer.js';

/** The receiver falls ill in mid-stream for a while, as often as told. */
function illness(name: string, mode: ReceiverMode, forMs: number, times = 1): void {
  scenario(name, {}, async (chaos) => {
    const { receiver } = await listening(chaos);
    const forwarder = chaos.forward();
    await chaos.flow(10_000);
    for (let time = 0; time < times; time++) {
      await chaos.fault(async () => {
        await receiver.setMode(mode);
        await delay(forMs);
        await receiver.setMode({ kind: 'normal' });
      });
      await chaos.flow(2000);
    }
    await chaos.settle(forwarder);
  });
}

async function listening(chaos: Chaos): Promise<ModeSink> {
  const sink = await ModeSink.start();
  chaos.receivesAt([sink]);
  return sink;
}

// Every connection is lost after 300 kB, and dialled again with pauses of up to half a second.
illness('RST in mid-stream, again and again', { kind: 'resetting', afterBytes: 300_000 }, 3000);
illness('FIN in mid-stream, again and again', { kind: 'fin', afterBytes: 300_000 }, 3000);
illness('all connections reset, five times', { kind: 'refusing' }, 50, 5);
illness('connections refused for a while', { kind: 'refusing' }, LONG ? 60_000 : 5000);
illness('zero window for a while', { kind: 'stalled' }, LONG ? 120_000 : 6000);
illness('accepts, then hangs', { kind: 'hang' }, 5000);
illness('slow loris: reads 20 kB a second', { kind: 'slow', bytesPerSecond: 20_000 }, 6000);

scenario('a load balancer resets idle connections', { rate: 0, preload: 2000 }, async (chaos) => {
  const sink = await listening(chaos);
  const balancer = await IdleBalancer.start(sink.receiver.port, 700);
  try {
    const forwarder = chaos.forward({ destination: { endpoints: [`tcp://127.0.0.1:${balancer.port}`] } });
    await chaos.reach(2000);
    for (let time = 0; time < 3; time++) {
      await chaos.fault(async () => {
        await balancer.untilReset();
        await chaos.emulator.control('append', { logstore: 'audit', events: 2000 });
      });
      await chaos.reach(2000 * (time + 2));
    }
    await chaos.settleUnproven(forwarder);
  } finally {
    balancer.stop();
  }
});
