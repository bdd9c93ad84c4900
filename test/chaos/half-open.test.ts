import { setTimeout as delay } from 'node:timers/promises';
import { SequenceTracker } from '../../src/emulator/receiver/sequence.js';
import { scenario, type Chaos } from '../support/chaos.js';
import { Namespace } from '../support/namespace.js';
import { ReceiverProcess } from '../support/receiver-process.js';

/** Needs root for a network namespace; says so where it can't be had. */
async function behindCable(chaos: Chaos, body: (cable: Namespace) => Promise<void>): Promise<void> {
  const cable = new Namespace();
  try {
    const problem = cable.open();
    if (problem === undefined) await body(cable);
    else chaos.t.skip(`no network namespace: ${problem}`);
  } finally {
    cable.close();
  }
}

scenario('silence: every packet is dropped for a while', {}, (chaos) =>
  behindCable(chaos, async (cable) => {
    const receiver = new ReceiverProcess({ host: cable.address, namespace: cable.name });
    await receiver.start();
    chaos.receivesAt([receiver]);
    const forwarder = chaos.forward();
    await chaos.flow(10_000);
    await chaos.fault(async () => {
      cable.cut();
      await forwarder.line(({ code }) => code === 'CONNECTION_STALLED');
      await delay(1000);
      cable.mend();
    });
    await chaos.flow(5000);
    await chaos.settle(forwarder);
    await receiver.stop();
  }),
);

scenario('silence: the other endpoint takes over', {}, (chaos) =>
  behindCable(chaos, async (cable) => {
    const all = new SequenceTracker();
    const far = new ReceiverProcess({ host: cable.address, namespace: cable.name }, all);
    const near = new ReceiverProcess({}, all);
    for (const receiver of [far, near]) await receiver.start();
    chaos.receivesAt([far, near], all);
    const forwarder = chaos.forward();
    await chaos.flow(10_000);
    await chaos.fault(() => {
      cable.cut();
      return Promise.resolve();
    });
    await chaos.flow(5000);
    await chaos.settle(forwarder);
    await far.stop();
  }),
);
