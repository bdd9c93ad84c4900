import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startReceiver } from '../../src/emulator/receiver-handle.js';
import { startSlsEmulator, type SlsEmulatorHandle } from '../../src/emulator/sls-handle.js';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';
import { Fleet } from '../support/forwarder.js';

const MINUTE = 60_000;
const NEAR = 20_000;
const FAR = 5000;
const KEYS = { accessKeyId: 'emulator', accessKeySecret: 'emulator' };

const startFar = (port = 0): Promise<SlsEmulatorHandle> =>
  startSlsEmulator({
    port,
    project: 'abroad',
    logstores: [{ name: 'waf', profile: 'vpcflow', shards: 2, preload: FAR }],
  });

/** Two sources with a pipeline each; each pipeline has a receiver of its own, so that nothing of the two is mixed up. */
function config(
  ends: Ends,
  far: { readonly endpoint: string; readonly receiver: string; readonly keys?: object },
): object {
  const base = configOf(ends, { pipeline: { name: 'near', source: 'sg' } }) as {
    sources: object;
    pipelines: [object];
    destinations: { siem: object };
  };
  const [near] = base.pipelines;
  const { siem } = base.destinations;
  return {
    ...base,
    sources: { ...base.sources, hz: { endpoint: far.endpoint, credentials: far.keys ?? KEYS } },
    pipelines: [
      near,
      { ...near, name: 'far', source: 'hz', project: 'abroad', logstore: 'waf', destination: 'second' },
    ],
    destinations: { siem, second: { ...siem, endpoints: [far.receiver] } },
  };
}

test('a source that is away delays its own pipelines only: at the start, and while it runs', async () => {
  await withEnds({ logstore: { preload: NEAR } }, async (ends) => {
    const second = await startReceiver({ tracking: 'strict' });
    let far = await startFar();
    const { endpoint } = far;
    await far.stop();
    try {
      const forwarder = ends.fleet.start(config(ends, { endpoint, receiver: second.url }));
      const away = await forwarder.line(({ code }) => code === 'SLS_NETWORK');
      assert.deepEqual([away['pipeline'], away['source']], ['far', 'hz']);
      await ends.receiver.waitFor({ unique: NEAR }, MINUTE);

      far = await startFar(Number(new URL(endpoint).port));
      await second.waitFor({ unique: FAR }, MINUTE);

      await far.control('faults', { kind: 'reset' });
      await far.control('append', { logstore: 'waf', events: 1000 });
      await ends.emulator.control('append', { logstore: 'audit', events: 1000 });
      await ends.receiver.waitFor({ unique: NEAR + 1000 }, MINUTE);
      assert.equal((await second.stats()).sequence.unique, FAR, 'nothing came from the source that is away');
      await far.control('faults/clear');
      const there = await second.waitFor({ unique: FAR + 1000 }, MINUTE);
      const here = await ends.receiver.stats();

      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
      for (const { sequence } of [here, there])
        assert.deepEqual([sequence.lost, sequence.duplicates, sequence.reordered], [0, 0, 0]);
      const troubled = forwarder.lines.filter(({ code }) => String(code).startsWith('SLS_'));
      assert.deepEqual([...new Set(troubled.map((line) => line['source']))], ['hz']);
    } finally {
      await Promise.all([far.stop(), second.stop()]);
    }
  });
});

test('a source that refuses us holds up its own pipelines; when every source does, the exit code says so', async () => {
  await withEnds({ logstore: { preload: NEAR } }, async (ends) => {
    const [far, second] = await Promise.all([startFar(), startReceiver({ tracking: 'strict' })]);
    const wrong = { accessKeyId: 'emulator', accessKeySecret: 'not-the-secret' };
    try {
      const refusing = config(ends, { endpoint: far.endpoint, receiver: second.url, keys: wrong });
      const forwarder = ends.fleet.start(refusing);
      const refused = await forwarder.line(({ code }) => code === 'SLS_UNAUTHORIZED');
      assert.deepEqual([refused.level, refused['pipeline'], refused['source']], ['error', 'far', 'hz']);
      await ends.receiver.waitFor({ unique: NEAR }, MINUTE);
      forwarder.kill('SIGTERM');
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
      assert.equal((await second.stats()).events, 0);

      await ends.emulator.control('deny', { actions: ['log:ListConsumerGroup'] });
      const hopeless = ends.fleet.start(refusing);
      assert.deepEqual(await hopeless.exited, { code: 77, signal: null }, hopeless.text());
      assert.ok(!hopeless.text().includes('not-the-secret'));
    } finally {
      await Promise.all([far.stop(), second.stop()]);
    }
  });
});

test('one pipeline reads a list of logstores; one that is not there does not disturb the others', async () => {
  const logstores = [
    { name: 'audit', profile: 'vpcflow', shards: 2, preload: NEAR },
    { name: 'late', profile: 'vpcflow', shards: 1, preload: 0 },
  ] as const;
  await withEnds({ emulator: { project: 'demo', logstores } }, async (ends) => {
    const config = configOf(ends, { pipeline: { logstore: ['absent', 'late', 'audit'] } });
    const forwarder = ends.fleet.start(config);
    const absent = await forwarder.line(({ code }) => code === 'SLS_NOT_FOUND');
    assert.deepEqual([absent['pipeline'], absent['logstore']], ['main', 'demo/absent']);
    const { sequence } = await ends.receiver.waitFor({ unique: NEAR }, MINUTE);
    assert.deepEqual([sequence.lost, sequence.duplicates, sequence.reordered], [0, 0, 0]);
    await ends.emulator.control('append', { logstore: 'late', events: 10 });
    await ends.receiver.waitFor({ events: NEAR + 10 }, MINUTE);
    forwarder.kill('SIGTERM');
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
  });
});

test('the built-in receiver counts the events of several made-up logstores, and does not take them for duplicates', async () => {
  const fleet = new Fleet();
  try {
    const pipeline = { name: 'main', project: 'demo', consumerGroup: 'g', destination: 'siem' };
    const once = fleet.writeConfig({
      sources: { demo: { endpoint: 'embedded' } },
      pipelines: [{ ...pipeline, logstore: ['actiontrail', 'waf'] }],
      destinations: { siem: { endpoints: ['embedded'] } },
      embedded: { preload: 500, rate: 0, shards: 1 },
      admin: { listen: 'off' },
      log: { format: 'json' },
    });
    const forwarder = fleet.run(['--config', once, '--once']);
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
    const { msg } = await forwarder.said('the built-in receiver has seen');
    assert.equal(msg, 'the built-in receiver has seen 1,000 events');
  } finally {
    await fleet.end();
  }
});
