import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../src/emulator/sls/faults.js';
import { configOf, withEnds, type Ends } from '../support/emulator-ends.js';

const MINUTE = 60_000;
const EVENTS = 60_000;

const stop = async (forwarder: ReturnType<Ends['fleet']['start']>): Promise<void> => {
  forwarder.kill('SIGTERM');
  assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
};

async function addFaults({ emulator }: Ends, faults: readonly Fault[]): Promise<void> {
  for (const fault of faults) await emulator.control('faults', fault);
}

/** What may go wrong with a pull, and the code under which it is reported. */
const PULL_FAULTS: readonly (readonly [code: string, fault: Omit<Fault, 'operation'>])[] = [
  ['SLS_SERVER', { kind: 'error', status: 500, errorCode: 'InternalServerError' }],
  ['SLS_SERVER', { kind: 'error', status: 503, errorCode: 'ServerBusy' }],
  ['SLS_QUOTA', { kind: 'error', status: 403, errorCode: 'ReadQuotaExceed' }],
  ['SLS_QUOTA', { kind: 'error', status: 403, errorCode: 'ShardReadQuotaExceed' }],
  ['SLS_PROTOCOL', { kind: 'html', status: 200 }],
  ['SLS_NETWORK', { kind: 'reset' }],
  ['SLS_NETWORK', { kind: 'truncate' }],
  ['FORMAT_CORRUPT', { kind: 'cut' }],
  ['FORMAT_CORRUPT', { kind: 'corrupt' }],
  ['FORMAT_CORRUPT', { kind: 'headers', headers: { 'x-log-bodyrawsize': '17' } }],
  ['SLS_PROTOCOL', { kind: 'headers', headers: { 'x-log-cursor': null } }],
];

test('every way a pull can fail is retried by its class: nothing lost, nothing twice, nothing out of order', async () => {
  await withEnds({ logstore: { shards: 4, preload: EVENTS } }, async (ends) => {
    await addFaults(
      ends,
      PULL_FAULTS.map(([, fault], index) => ({ ...fault, operation: 'PullLogs', after: index % 3, times: 2 })),
    );
    const forwarder = ends.fleet.start(configOf(ends));
    const { sequence } = await ends.receiver.waitFor({ unique: EVENTS }, MINUTE);
    assert.deepEqual(sequence, { received: EVENTS, unique: EVENTS, lost: 0, duplicates: 0, reordered: 0 });
    await stop(forwarder);
    const { faults } = (await ends.emulator.control('stats')) as { faults: { kind: string; fired: number }[] };
    for (const fault of faults) assert.equal(fault.fired, 2, `${fault.kind} was met`);
    const reported = new Set(forwarder.lines.map(({ code }) => code));
    for (const code of new Set(PULL_FAULTS.map(([name]) => name))) {
      assert.ok(reported.has(code), `${code} is reported:\n${forwarder.text()}`);
    }
  });
});

test('a hanging pull is given up after its time and tried again', async () => {
  await withEnds({ logstore: { shards: 2, preload: 5000 } }, async (ends) => {
    await addFaults(ends, [{ kind: 'hang', operation: 'PullLogs', times: 2 }]);
    const forwarder = ends.fleet.start(configOf(ends, { source: { timeout: '1s' } }));
    await ends.receiver.waitFor({ unique: 5000 }, MINUTE);
    assert.ok(forwarder.lines.some(({ code }) => code === 'SLS_TIMEOUT'));
    await stop(forwarder);
  });
});

test('heartbeats, cursors and commits that fail or get lost cost nothing', async () => {
  await withEnds({ logstore: { shards: 4, preload: EVENTS } }, async (ends) => {
    const operations = ['Heartbeat', 'UpdateCheckpoint', 'GetCheckpoints', 'GetCursor'] as const;
    await addFaults(
      ends,
      operations.flatMap((operation) => [
        { kind: 'error' as const, operation, status: 500, errorCode: 'InternalServerError', times: 2 },
        { kind: 'reset' as const, operation, after: 1, times: 1 },
        { kind: 'lose' as const, operation, after: 1, times: 1 },
        { kind: 'html' as const, operation, status: 502, after: 1, times: 1 },
      ]),
    );
    const forwarder = ends.fleet.start(configOf(ends));
    const { sequence } = await ends.receiver.waitFor({ unique: EVENTS }, MINUTE);
    assert.deepEqual(sequence, { received: EVENTS, unique: EVENTS, lost: 0, duplicates: 0, reordered: 0 });
    await stop(forwarder);
  });
});

test('a service that is down for longer than the lease: shards are given up, then everything arrives', async () => {
  await withEnds({ logstore: { shards: 2, preload: 5000, ratePerSecond: 1000 } }, async (ends) => {
    const forwarder = ends.fleet.start(
      configOf(ends, { pipeline: { heartbeat: { interval: '300ms', timeout: '2s' } } }),
    );
    await ends.receiver.waitFor({ unique: 6000 }, MINUTE);
    await addFaults(ends, [{ kind: 'reset' }]);
    await forwarder.line(({ msg, reason }) => msg === 'shard released' && reason === 'leaseLost');
    await ends.emulator.control('faults/clear');
    const { sequence: before } = await ends.receiver.stats();
    const { sequence } = await ends.receiver.waitFor({ unique: before.unique + 3000 }, MINUTE);
    assert.equal(sequence.lost, 0);
    await stop(forwarder);
  });
});

test('an expired cursor: said loudly, and reading goes on with the oldest event left', async () => {
  await withEnds({ logstore: { shards: 1, preload: 20_000 } }, async (ends) => {
    const first = ends.fleet.start(configOf(ends));
    await ends.receiver.waitFor({ unique: 20_000 }, MINUTE);
    await stop(first);
    await ends.emulator.control('append', { logstore: 'audit', events: 10_000 });
    await addFaults(ends, [
      { kind: 'error', operation: 'PullLogs', status: 400, errorCode: 'InvalidCursor', times: 1 },
    ]);
    const second = ends.fleet.start(configOf(ends));
    await second.said('LOST TO RETENTION');
    await ends.receiver.waitFor({ unique: 30_000 }, MINUTE);
    await stop(second);
  });
});
