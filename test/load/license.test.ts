import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverHandle } from '../../src/emulator/receiver/contract.js';
import { configOf, withEnds } from '../support/emulator-ends.js';
import type { ForwarderProcess } from '../support/forwarder.js';

/** More is written than may be sent, so that there is a backlog to the end. */
const EPS = Number(process.env['LICENSE_EPS'] ?? 2000);
/** How many processes run, one after the other. */
const COUNTS = [1, 2, 3, 4, 2];
/** Nearly five minutes in all with LICENSE_SECONDS=54; the runner gives a file no more. */
const SECONDS = Number(process.env['LICENSE_SECONDS'] ?? 9);
/** The first second with events is none of the steady flow. */
const WARM_UP_MS = 1000;
const WINDOW_MS = 10_000;
/** The service gives the shards of a consumer that is silent for so long to others … */
const TIMEOUT_MS = 8000;
/** … which takes them this long. */
const MOVE_MS = 5000;
const LOOK_MS = 250;

interface Look {
  readonly at: number;
  readonly events: number;
}

/** What the receiver had at every look, until `over`. */
async function watch(receiver: ReceiverHandle, over: () => boolean): Promise<Look[]> {
  const looks: Look[] = [];
  while (!over()) {
    const before = performance.now();
    const { events } = await receiver.stats();
    looks.push({ at: (before + performance.now()) / 2, events });
    await sleep(LOOK_MS);
  }
  return looks;
}

/** Events a second in each window, and when that began. */
function windows(looks: readonly Look[]): { readonly from: number; readonly eps: number }[] {
  return looks.flatMap((first) => {
    const last = looks.find(({ at }) => at - first.at >= WINDOW_MS);
    if (last === undefined) return [];
    return [{ from: first.at, eps: ((last.events - first.events) / (last.at - first.at)) * 1000 }];
  });
}

test('processes that come and go share one license: no window of ten seconds is far from it', async () => {
  const logstore = { shards: 12, preload: 0, ratePerSecond: EPS * 1.2 };
  await withEnds({ logstore, receiver: { tracking: 'sequence' } }, async (ends) => {
    const heartbeat = { interval: '500ms', timeout: `${TIMEOUT_MS / 1000}s` };
    const config = (consumer: number): object =>
      configOf(ends, { pipeline: { consumer: `c${consumer}`, heartbeat }, destination: { rate: { eps: EPS } } });
    await ends.emulator.control('append', { logstore: 'audit', events: EPS * 20 });
    const running: ForwarderProcess[] = [];
    let over = false;
    let started = 0;
    let leftAt = 0;
    const looking = watch(ends.receiver, () => over);
    const begun = performance.now();
    for (const count of COUNTS) {
      while (running.length < count) running.push(ends.fleet.start(config(started++)));
      const leaving = running.splice(count);
      for (const one of leaving) one.kill('SIGTERM');
      if (leaving.length > 0) leftAt = performance.now();
      await sleep(SECONDS * 1000);
      for (const one of leaving) assert.deepEqual(await one.exited, { code: 0, signal: null }, one.text());
    }
    await sleep(TIMEOUT_MS + WINDOW_MS);
    over = true;
    const looks = await looking;
    const firstAt = looks.find(({ events }) => events > 0)?.at ?? Infinity;
    const seen = windows(looks).filter(({ from }) => from >= firstAt + WARM_UP_MS);
    const { sequence } = await ends.receiver.stats();
    const words = seen.map(({ from, eps }) => `${Math.round(from - begun)} ms: ${Math.round(eps)}`).join('\n');
    assert.ok(
      seen.every(({ eps }) => eps <= 1.05 * EPS),
      words,
    );
    // Nobody can tell the service that a consumer has left: its shards are nobody's until its heartbeats are missed.
    const settled = seen.filter(({ from }) => from + WINDOW_MS < leftAt || from > leftAt + TIMEOUT_MS + MOVE_MS);
    assert.ok(settled.length > 50 && (settled.at(-1)?.from ?? 0) > leftAt, words);
    assert.ok(
      settled.every(({ eps }) => eps >= 0.95 * EPS),
      words,
    );
    // No duplicates are asked for: on a busy machine a lease may run out.
    assert.deepEqual([sequence.lost, sequence.reordered], [0, 0]);
    const late = ends.fleet.processes.flatMap((one) => one.lines.filter(({ msg }) => msg.includes('drained in time')));
    assert.deepEqual(late, [], 'what was pulled is sent before a shard must be given back');
    const told = running[0]?.lines.filter(({ msg }) => msg.includes('rate.share')) ?? [];
    assert.ok(told.length >= COUNTS.length - 1, 'each change of the part is told');
  });
});
