import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { LONG, ModeSink, scenario } from '../support/chaos.js';

const SHORT = { consumer: '', heartbeat: { interval: '300ms', timeout: '2s' } };

scenario('kill -9 of the forwarder, five times', { preload: 60_000 }, async (chaos) => {
  chaos.receivesAt([await ModeSink.start()]);
  let forwarder = chaos.forward();
  for (let kill = 0; kill < 5; kill++) {
    await chaos.flow(6000);
    await chaos.fault(async () => {
      forwarder.kill('SIGKILL');
      await forwarder.exited;
      forwarder = chaos.forward();
    });
  }
  await chaos.settle(forwarder);
});

scenario('a forwarder stopped beyond its lease neither sends nor commits on waking', { shards: 1 }, async (chaos) => {
  const [before, after] = [await ModeSink.start(), await ModeSink.start()];
  chaos.receivesAt([after]);
  const to = (sink: ModeSink): object => ({ endpoints: [sink.url] });
  const first = chaos.forward({ pipeline: SHORT, destination: to(before) });
  try {
    await before.receiver.waitFor({ unique: 15_000 }, 30_000);
    const stopped = chaos.fault(() => {
      first.kill('SIGSTOP');
      return Promise.resolve();
    });
    const second = chaos.forward({ pipeline: SHORT, destination: to(after) });
    await stopped;
    await chaos.reach(10_000);
    const { received } = await before.tally();
    first.kill('SIGCONT');
    await first.line(({ msg, reason }) => msg === 'shard released' && reason === 'leaseLost');
    await chaos.flow(10_000);
    const woken = await before.tally();
    assert.equal(woken.received - received, 0, 'nothing was sent on waking');
    assert.ok(!first.text().includes("is not this consumer's any more"), 'it did not even try to commit');
    const seen = (await before.tally()).unique;
    const events = await chaos.still();
    const [begun] = (await after.tally()).shards;
    await chaos.reach(events - (begun?.first ?? 0));
    chaos.checkMemory(first, second);
    second.kill('SIGTERM');
    await second.exited;
    const { shards } = await after.tally();
    assert.ok(begun !== undefined && begun.first <= seen, `began at ${begun?.first}, delivered before: ${seen}`);
    assert.equal(shards[0]?.lost, 0);
    assert.equal(shards[0].last, events - 1);
    chaos.tell(`${events} events, 0 lost, ${seen - begun.first} duplicates`);
  } finally {
    await before.stop();
  }
});

const [FLAPS, FLAP_MS] = LONG ? [40, 1500] : [6, 300];

scenario('the Log Service is down for longer than the lease while the receiver flaps', {}, async (chaos) => {
  const sink = await ModeSink.start();
  chaos.receivesAt([sink]);
  const forwarder = chaos.forward({ pipeline: SHORT });
  await chaos.flow(10_000);
  await chaos.fault(async () => {
    await chaos.emulator.control('faults', { kind: 'reset' });
    for (let flap = 0; flap < FLAPS; flap++) {
      await sink.receiver.setMode({ kind: 'refusing' });
      await delay(FLAP_MS);
      await sink.receiver.setMode({ kind: 'normal' });
      await delay(FLAP_MS);
    }
    await chaos.emulator.control('faults/clear');
  });
  assert.ok(forwarder.lines.some(({ reason }) => reason === 'leaseLost'));
  await chaos.flow(5000);
  await chaos.settle(forwarder);
});
