import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attempts } from '../../../src/delivery/attempts.js';
import { NextLink } from '../../../src/delivery/links/next-link.js';
import { RecordingLog } from '../../support/recording-log.js';
import { FakeLink } from './fake-link.js';
import { endpointAt } from './support.js';

/** A connection to the second receiver for which a link to the first has been found. */
async function found(isWanted = true) {
  const endpoints = [endpointAt(1), endpointAt(2)];
  const attempts = new Attempts(endpoints, { initialMs: 1, maxMs: 1 });
  attempts.goTo(1);
  const link = new FakeLink();
  const next = new NextLink({
    index: 0,
    endpoints,
    attempts,
    log: new RecordingLog(),
    dial: () => Promise.resolve(link),
    succeed: () => Promise.resolve({ link, index: 0, reason: 'failback' }),
    isWanted: () => isWanted,
    poke: () => undefined,
  });
  await next.lookOut(new FakeLink(), new AbortController().signal);
  return { next, link, attempts };
}

test('a link that was found and is still open is gone on with, and its receiver is the one in use', async () => {
  const { next, link, attempts } = await found();
  assert.equal(next.isThere, true);
  assert.equal(next.take(), link);
  assert.deepEqual([next.isThere, attempts.index], [false, 0]);
});

test('a link that was lost while it waited is not gone on with, and the receiver in use stays', async () => {
  const { next, link, attempts } = await found();
  link.leave();
  assert.equal(next.take(), undefined);
  assert.deepEqual([next.isThere, attempts.index], [false, 1]);
});

test('a link that is found while the connection stops is closed', async () => {
  const { next, link } = await found(false);
  assert.deepEqual([next.isThere, link.open], [false, false]);
});
