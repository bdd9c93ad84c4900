import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReceiver } from '../../src/emulator/receiver-handle.js';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';

const MINUTE = 60_000;

/** The shape of {@link configOf}, to make several of what it has one of. */
interface Parts {
  readonly pipelines: readonly [object];
  readonly destinations: { readonly siem: object };
}

const partsOf = (ends: Ends, ...change: Parameters<typeof configOf> extends [unknown, ...infer Rest] ? Rest : never) =>
  configOf(ends, ...change) as Parts;

test('a destination that reads nothing holds up no pipeline that does not use it', async () => {
  const stuck = await startReceiver({ mode: { kind: 'stalled' } });
  try {
    await withEnds({ logstore: { shards: 4, preload: 8000 } }, async (ends) => {
      const config = partsOf(ends, { top: { flow: { maxInFlightBytes: '4MiB' } } });
      const [main] = config.pipelines;
      const other = { ...main, name: 'other', consumerGroup: 'other', destination: 'stuck' };
      const forwarder = ends.fleet.start({
        ...config,
        pipelines: [other, main],
        destinations: { ...config.destinations, stuck: { ...config.destinations.siem, endpoints: [stuck.url] } },
      });
      await ends.receiver.waitFor({ unique: 8000 }, MINUTE);
      assert.equal((await stuck.stats()).sequence.unique < 8000, true);
      await stuck.setMode({ kind: 'normal' });
      await stuck.waitFor({ unique: 8000 }, MINUTE);
      forwarder.kill('SIGTERM');
      assert.equal((await forwarder.exited).code, 0, forwarder.text());
    });
  } finally {
    await stuck.stop();
  }
});

test('a pipeline that fails later neither stops nor starves the others', async () => {
  const logstore = { profile: 'nginx', shards: 2, preload: 1000, ratePerSecond: 2000 } as const;
  const logstores = [
    { name: 'audit', ...logstore },
    { name: 'doomed', ...logstore },
  ];
  await withEnds({ emulator: { project: 'demo', logstores } }, async (ends) => {
    const config = partsOf(ends);
    const [main] = config.pipelines;
    const doomed = { ...main, name: 'doomed', logstore: 'doomed', consumerGroup: 'doomed' };
    const forwarder = ends.fleet.start({ ...config, pipelines: [doomed, main] });
    await ends.receiver.waitFor({ events: 3000 }, MINUTE);
    for (const code of ['LogStoreNotExist', 'Unauthorized']) {
      await ends.emulator.control('faults', { kind: 'error', code, status: 404, logstore: 'doomed' });
      const { events } = await ends.receiver.stats();
      await ends.receiver.waitFor({ events: events + 4000 }, MINUTE);
      await ends.emulator.control('faults/clear');
    }
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
  });
});

/** Events settled so far, by pipeline. */
async function settled(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(/^forwarder_settled_events_total\{pipeline="(\w+)"[^}]*\} (\d+)/gm);
  return Object.fromEntries([...lines].map(([, name = '', count]) => [name, Number(count)]));
}

test('two pipelines share what a destination takes by their weights', async () => {
  await withEnds({ logstore: { shards: 4, preload: 200_000 } }, async (ends) => {
    const config = partsOf(ends, {
      pipeline: { pull: { maxBytes: '64KiB' } },
      destination: { rate: { eps: 500 }, guarantee: 'written' },
      top: { flow: { maxInFlightBytes: '1MiB' }, admin: { listen: '127.0.0.1:0' } },
    });
    const [main] = config.pipelines;
    const heavy = { ...main, name: 'heavy', consumerGroup: 'heavy', weight: 3 };
    const forwarder = ends.fleet.start({ ...config, pipelines: [main, heavy] });
    const { msg } = await forwarder.said('metrics and health at');
    const url = /http:\S+/.exec(msg)?.[0] ?? '';
    // What was let in before both wanted more than there is.
    await ends.receiver.waitFor({ events: 4_000 }, MINUTE);
    const before = await settled(url);
    await ends.receiver.waitFor({ events: 9_000 }, MINUTE);
    const after = await settled(url);
    const [light = 0, more = 0] = ['main', 'heavy'].map((name) => (after[name] ?? 0) - (before[name] ?? 0));
    // Three to one while both want more than there is, which takes a rate that is low even for a busy machine.
    assert.ok(more / light > 2 && more / light < 3.6, `${more} to ${light}`);
    forwarder.kill('SIGKILL');
    await forwarder.exited;
  });
});
