import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { LONG, ModeSink, scenario } from '../support/chaos.js';

/** As users have it where it may take minutes. */
const TIMES = LONG
  ? { outageS: 300, maxAgeS: 120, intervalS: 5, settleS: 30, rate: 200 }
  : { outageS: 12, maxAgeS: 5, intervalS: 0.5, settleS: 2, rate: 1000 };
const REQUEST_S = 2;
/** What one pull still brings, and what a busy machine adds. */
const SLACK_S = 6;

/** Events are waited for in steps, each within the usual patience. */
const STEP_S = 10;

/** Sent twice after a crash is what came between the last checkpoint and the moment at which nothing more was read. */
const MOST_TWICE = TIMES.rate * (TIMES.settleS + TIMES.intervalS + REQUEST_S + TIMES.maxAgeS + SLACK_S);

const OUTAGES = {
  refused: { kind: 'error', status: 500, errorCode: 'InternalServerError' },
  hanging: { kind: 'hang' },
} as const;

for (const [how, outage] of Object.entries(OUTAGES))
  scenario(
    `commits are ${how} for ${TIMES.outageS} s, then kill -9: no more is sent twice than checkpoint.maxAge allows`,
    { preload: 0, rate: TIMES.rate },
    async (chaos) => {
      const sink = await ModeSink.start();
      chaos.receivesAt([sink]);
      const change = {
        source: { timeout: `${REQUEST_S}s` },
        destination: { settle: { time: `${TIMES.settleS}s`, probation: '0ms', bytes: '32MiB' } },
        top: { checkpoint: { interval: `${TIMES.intervalS * 1000}ms`, maxAge: `${TIMES.maxAgeS}s` } },
      };
      const killed = chaos.forward(change);
      for (let left = 2 * (TIMES.settleS + TIMES.intervalS); left > 0; left -= STEP_S)
        await chaos.flow(TIMES.rate * Math.min(left, STEP_S));
      await chaos.emulator.control('faults', { ...outage, operation: 'UpdateCheckpoint' });
      await Promise.all([killed.said('(checkpoint.maxAge)'), delay(TIMES.outageS * 1000)]);
      const { unique: read, duplicates: before } = await chaos.quiet();
      await delay(2 * REQUEST_S * 1000);
      assert.equal((await chaos.tally()).unique, read, 'nothing more is read until a checkpoint can be stored');
      await chaos.fault(async () => {
        killed.kill('SIGKILL');
        await killed.exited;
        await chaos.emulator.control('faults/clear');
        chaos.forward(change);
      });
      const [, forwarder] = chaos.fleet.processes;
      assert.ok(forwarder !== undefined);
      await chaos.settle(forwarder);
      const twice = (await chaos.tally()).duplicates;
      chaos.t.diagnostic(`${twice} sent twice, at most ${MOST_TWICE}`);
      assert.equal(before, 0, 'without a crash nothing is sent twice');
      assert.ok(twice > 0 && twice <= MOST_TWICE, `${twice} sent twice, at most ${MOST_TWICE} are declared`);
    },
  );
