import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { configOf, withEnds } from '../support/emulator-ends.js';

const MINUTE = 60_000;
const EVENTS = 60_000;

/** Everything arrives and in order, whatever the receiver did; what came twice came because of a fault. */
async function survives(
  start: ReceiverMode,
  steps: (ends: Parameters<Parameters<typeof withEnds>[1]>[0]) => Promise<void>,
): Promise<void> {
  await withEnds({ logstore: { shards: 4, preload: EVENTS }, receiver: { mode: start } }, async (ends) => {
    const forwarder = ends.fleet.start(configOf(ends));
    await steps(ends);
    const { sequence } = await ends.receiver.waitFor({ unique: EVENTS }, MINUTE);
    assert.equal(sequence.lost, 0);
    assert.equal(sequence.reordered, 0);
    forwarder.kill('SIGTERM');
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
  });
}

test('a receiver that is absent at the start is waited for', async () => {
  await withEnds({ logstore: { preload: EVENTS }, receiver: { mode: { kind: 'refusing' } } }, async (ends) => {
    const forwarder = ends.fleet.start(configOf(ends));
    await forwarder.line(({ code }) => code === 'DIAL_FAILED');
    await ends.receiver.setMode({ kind: 'normal' });
    const { sequence } = await ends.receiver.waitFor({ unique: EVENTS }, MINUTE);
    assert.deepEqual(sequence, { received: EVENTS, unique: EVENTS, lost: 0, duplicates: 0, reordered: 0 });
  });
});

test('resets in mid-stream', () =>
  survives({ kind: 'resetting', afterBytes: 2_000_000 }, async ({ receiver }) => {
    await receiver.waitFor({ closed: 5 }, MINUTE);
    await receiver.setMode({ kind: 'normal' });
  }));

test('orderly ends in mid-stream', () =>
  survives({ kind: 'fin', afterBytes: 2_000_000 }, async ({ receiver }) => {
    await receiver.waitFor({ closed: 5 }, MINUTE);
    await receiver.setMode({ kind: 'normal' });
  }));

test('a slow receiver holds the source back and memory stays bounded', async () => {
  await withEnds({ logstore: { shards: 16, preload: 250_000 } }, async (ends) => {
    await ends.receiver.setMode({ kind: 'slow', bytesPerSecond: 1_000_000 });
    const forwarder = ends.fleet.start(configOf(ends, { top: { flow: { maxInFlightBytes: '16MiB' } } }));
    await ends.receiver.waitFor({ bytes: 8_000_000 }, MINUTE);
    const rss = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${forwarder.pid}/status`, 'utf8'))?.[1]) / 1024;
    assert.ok(rss < 256, `peak RSS ${rss.toFixed(0)} MiB`);
    const { sequence } = await ends.receiver.stats();
    assert.equal(sequence.lost + sequence.duplicates + sequence.reordered, 0);
  });
});

test('a receiver that stops reading for a while is waited for, without a duplicate', async () => {
  await withEnds({ logstore: { preload: EVENTS * 3 } }, async (ends) => {
    ends.fleet.start(configOf(ends));
    await ends.receiver.waitFor({ events: 1000 }, MINUTE);
    await ends.receiver.setMode({ kind: 'stalled' });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await ends.receiver.setMode({ kind: 'normal' });
    const { sequence } = await ends.receiver.waitFor({ unique: EVENTS * 3 }, MINUTE);
    assert.deepEqual(
      { ...sequence, received: 0, unique: 0 },
      { received: 0, unique: 0, lost: 0, duplicates: 0, reordered: 0 },
    );
  });
});
