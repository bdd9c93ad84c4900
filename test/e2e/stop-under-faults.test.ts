import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReceiverMode } from '../../src/emulator/receiver/contract.js';
import { configOf, withEnds, type Ends } from '../support/ends.js';
import type { ForwarderProcess } from '../support/forwarder.js';

const MINUTE = 60_000;
const EVENTS = 20_000;
const DEADLINE_MS = 1500;
/** What a busy machine may be late by. */
const LATE_MS = 4000;
/** The only commit is the one of the stop. */
const AT_THE_STOP = { checkpoint: { interval: '10m' }, admin: { listen: '127.0.0.1:0' } };

async function untilSettled(forwarder: ForwarderProcess, events: number): Promise<void> {
  const { msg } = await forwarder.said('metrics and health at');
  const url = `${/http:\S+/.exec(msg)?.[0] ?? ''}/metrics`;
  for (let settled = 0; settled < events;) {
    await delay(20);
    const text = await (await fetch(url)).text();
    settled = Number(/^forwarder_settled_events_total\{[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0);
  }
}

/** Half of the events are settled; then something breaks, and the other half comes. */
async function half(ends: Ends, breaks: () => Promise<unknown>): Promise<ForwarderProcess> {
  const top = { ...AT_THE_STOP, shutdown: { timeout: `${DEADLINE_MS}ms` } };
  const forwarder = ends.fleet.start(configOf(ends, { top }));
  await untilSettled(forwarder, EVENTS / 2);
  await breaks();
  await ends.emulator.control('append', { logstore: 'audit', events: EVENTS / 2 });
  return forwarder;
}

/** Starts again with everything well: all arrives, and of what was settled before nothing comes again. */
async function goesOn(ends: Ends): Promise<void> {
  const forwarder = ends.fleet.start(configOf(ends));
  const { sequence } = await ends.receiver.waitFor({ unique: EVENTS }, MINUTE);
  forwarder.kill('SIGTERM');
  assert.deepEqual(await forwarder.exited, { code: 0, signal: null }, forwarder.text());
  assert.equal(sequence.lost + sequence.reordered, 0);
  assert.ok(sequence.duplicates <= EVENTS / 2, `${sequence.duplicates} duplicates`);
}

const FAULTS: readonly ReceiverMode[] = [
  { kind: 'refusing' },
  { kind: 'stalled' },
  { kind: 'slow', bytesPerSecond: 10_000 },
  { kind: 'resetting', afterBytes: 20_000 },
];

for (const mode of FAULTS) {
  test(`a stop while the receiver is ${mode.kind} ends by its deadline and commits what is settled`, async () => {
    await withEnds({ logstore: { preload: EVENTS / 2 } }, async (ends) => {
      const forwarder = await half(ends, () => ends.receiver.setMode(mode));
      const began = performance.now();
      forwarder.kill('SIGTERM');
      const { code } = await forwarder.exited;
      assert.ok(performance.now() - began < DEADLINE_MS + LATE_MS);
      assert.ok(code === 0 || code === 75, forwarder.text());
      await ends.receiver.setMode({ kind: 'normal' });
      await goesOn(ends);
    });
  });
}

test('a second signal commits the watermark before it ends', async () => {
  await withEnds({ logstore: { preload: EVENTS / 2 } }, async (ends) => {
    const forwarder = await half(ends, () => ends.receiver.setMode({ kind: 'stalled' }));
    forwarder.kill('SIGTERM');
    await forwarder.said('stopping');
    forwarder.kill('SIGTERM');
    assert.deepEqual(await forwarder.exited, { code: 75, signal: null }, forwarder.text());
    await ends.receiver.setMode({ kind: 'normal' });
    await goesOn(ends);
  });
});

test('a stop while the Log Service is away ends all the same; what could not be committed comes again', async () => {
  await withEnds({ logstore: { preload: EVENTS / 2 } }, async (ends) => {
    const forwarder = await half(ends, () => ends.emulator.control('faults', { kind: 'reset' }));
    const began = performance.now();
    forwarder.kill('SIGTERM');
    const { code } = await forwarder.exited;
    assert.ok(performance.now() - began < DEADLINE_MS + LATE_MS);
    assert.ok(code === 0 || code === 75, forwarder.text());
    await ends.emulator.control('faults/clear');
    await goesOn(ends);
  });
});
