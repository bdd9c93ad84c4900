import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link } from '../../../src/delivery/links/link.js';
import { Probation, type ProbationSettings } from '../../../src/delivery/probation.js';
import { ManualClock } from '../../support/manual-clock.js';
import { endpointAt } from './support.js';

const endpoint = endpointAt(514);
const other = endpointAt(515);
const settings = { probationMs: 30_000, proofBytes: 1_000 };

/** A link of which only this matters. */
const linkWith = (acked: number): Link & { acked: number } => ({ acked }) as Link & { acked: number };

function setUp(change: Partial<ProbationSettings> = {}) {
  const clock = new ManualClock();
  const probation = new Probation({ ...settings, ...change }, clock);
  const begin = (link: Link) => probation.begin(endpoint, link, clock.monotonic());
  return { clock, probation, begin };
}

test('a connection has proven itself after the probation, counted from the first data that was acked', () => {
  const { clock, begin } = setUp();
  const link = linkWith(7);
  const trial = begin(link);
  assert.equal(trial.isPassed, false);
  clock.freeze(60_000);
  assert.equal(trial.isPassed, false, 'nothing was acked');
  link.acked = 8;
  assert.equal(trial.isPassed, false);
  clock.freeze(29_999);
  assert.equal(trial.isPassed, false);
  clock.freeze(1);
  assert.equal(trial.isPassed, true);
});

test('… or after more bytes than any receive buffer takes', () => {
  const link = linkWith(7);
  const trial = setUp().begin(link);
  link.acked = 1_006;
  assert.equal(trial.isPassed, false);
  link.acked = 1_007;
  assert.equal(trial.isPassed, true);
});

test('after an early end the next connection to the endpoint must live twice as long, and the end of a connection proves nothing', () => {
  const { clock, probation, begin } = setUp();
  probation.ended(endpoint, 60_000);
  assert.deepEqual([probation.hangsUp(endpoint), probation.hangsUp(other)], [true, false]);
  assert.deepEqual([probation.mayAsk(endpoint), probation.mayAsk(other)], [false, true]);
  const link = linkWith(0);
  const trial = begin(link);
  link.acked = 1;
  assert.equal(trial.isPassed, false);
  clock.freeze(119_999);
  assert.equal(trial.isPassed, false);
  assert.equal(probation.hangsUp(endpoint), true);
  clock.freeze(1);
  assert.equal(trial.isPassed, true);
  assert.equal(probation.hangsUp(endpoint), false, 'a connection has proven itself since');
});

test('a receiver that answers no end with its own is not asked for proof again, whatever else it shows', () => {
  const { probation } = setUp();
  assert.equal(probation.mayAsk(endpoint), true);
  probation.answersNoEnd(endpoint);
  assert.deepEqual([probation.mayAsk(endpoint), probation.mayAsk(other)], [false, true]);
  assert.equal(probation.hangsUp(endpoint), false);
});

test('the end of a connection that lived for long says nothing of a load balancer', () => {
  const { probation } = setUp();
  probation.ended(endpoint, 5 * 60_000);
  assert.equal(probation.hangsUp(endpoint), false);
});

test('without a probation every connection is trusted at once, whatever happened', () => {
  const { probation, begin } = setUp({ probationMs: 0 });
  probation.ended(endpoint, 10);
  assert.equal(begin(linkWith(0)).isPassed, true);
  assert.equal(probation.hangsUp(endpoint), false);
});
