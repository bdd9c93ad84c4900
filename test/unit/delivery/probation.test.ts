import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link } from '../../../src/delivery/links/link.js';
import { Probation } from '../../../src/delivery/probation.js';
import { endpointAt } from './support.js';

const endpoint = endpointAt(514);
const other = endpointAt(515);
const settings = { probationMs: 30_000, proofBytes: 1_000 };

/** A link of which only this matters. */
const linkWith = (acked: number): Link & { acked: number } => ({ acked }) as Link & { acked: number };

test('a connection has proven itself after the probation, counted from the first data that was acked', () => {
  const link = linkWith(7);
  const trial = new Probation(settings).begin(endpoint, link, 0);
  assert.equal(trial.isPassed(60_000), false, 'nothing was acked');
  link.acked = 8;
  assert.equal(trial.isPassed(70_000), false);
  assert.equal(trial.isPassed(99_999), false);
  assert.equal(trial.isPassed(100_000), true);
});

test('… or after more bytes than any receive buffer takes', () => {
  const link = linkWith(7);
  const trial = new Probation(settings).begin(endpoint, link, 0);
  link.acked = 1_006;
  assert.equal(trial.isPassed(1), false);
  link.acked = 1_007;
  assert.equal(trial.isPassed(1), true);
});

test('after an early end the next connection to the endpoint must live twice as long, and the end of a connection proves nothing', () => {
  const probation = new Probation(settings);
  probation.ended(endpoint, 60_000);
  assert.deepEqual([probation.hangsUp(endpoint), probation.hangsUp(other)], [true, false]);
  assert.deepEqual([probation.mayAsk(endpoint), probation.mayAsk(other)], [false, true]);
  const link = linkWith(0);
  const trial = probation.begin(endpoint, link, 0);
  link.acked = 1;
  assert.equal(trial.isPassed(0), false);
  assert.equal(trial.isPassed(119_999), false);
  assert.equal(probation.hangsUp(endpoint), true);
  assert.equal(trial.isPassed(120_000), true);
  assert.equal(probation.hangsUp(endpoint), false, 'a connection has proven itself since');
});

test('a receiver that answers no end with its own is not asked for proof again, whatever else it shows', () => {
  const probation = new Probation(settings);
  assert.equal(probation.mayAsk(endpoint), true);
  probation.answersNoEnd(endpoint);
  assert.deepEqual([probation.mayAsk(endpoint), probation.mayAsk(other)], [false, true]);
  assert.equal(probation.hangsUp(endpoint), false);
});

test('the end of a connection that lived for long says nothing of a load balancer', () => {
  const probation = new Probation(settings);
  probation.ended(endpoint, 5 * 60_000);
  assert.equal(probation.hangsUp(endpoint), false);
});

test('without a probation every connection is trusted at once, whatever happened', () => {
  const probation = new Probation({ ...settings, probationMs: 0 });
  probation.ended(endpoint, 10);
  assert.equal(probation.begin(endpoint, linkWith(0), 0).isPassed(0), true);
  assert.equal(probation.hangsUp(endpoint), false);
});
