import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { Connection } from '../../../src/delivery/connection.js';
import type { ConnectionDeps } from '../../../src/delivery/connection-deps.js';
import type { Claim } from '../../../src/delivery/span.js';
import { ALONE, Pace, UNLIMITED } from '../../../src/delivery/pace.js';
import { Probation } from '../../../src/delivery/probation.js';
import { TUNING } from '../../../src/delivery/delivery-settings.js';
import type { Succession } from '../../../src/delivery/successor.js';
import { newTotals } from '../../../src/delivery/totals.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { FakeLink } from './fake-link.js';
import { always, batch, endpointAt } from './support.js';

const HORIZON = { holdMs: 2_000, holdBytes: 1_000_000, proofMs: 30_000, proofBytes: 1_000_000 };

/** A connection whose dials get these links one after the other, and are refused when there is none left. */
function setUp(links: readonly FakeLink[]) {
  const clock = new ManualClock();
  const left = [...links];
  let offer: (found: Succession) => void = () => undefined;
  const log = new RecordingLog();
  const deps: ConnectionDeps = {
    index: 0,
    endpoints: [endpointAt(514)],
    rule: { guarantee: 'settled', ...HORIZON },
    retry: { initialMs: 60_000, maxMs: 60_000 },
    tuning: TUNING,
    clock,
    watched: clock,
    log,
    totals: newTotals(),
    pace: new Pace(UNLIMITED, { ...ALONE, clock, onPart: () => undefined }),
    probation: new Probation({ probationMs: 0, proofBytes: 1_000_000 }, clock),
    hasRefuge: () => false,
    moveAway: () => false,
    dial: () => {
      const link = left.shift();
      if (link !== undefined) return Promise.resolve(link);
      return Promise.reject(new ForwarderError('DIAL_FAILED', 'nobody listens'));
    },
    succeed: (_index, _link, _dial, signal) =>
      new Promise((resolve) => {
        offer = resolve;
        signal.addEventListener('abort', () => resolve(undefined));
      }),
    wakePulse: () => undefined,
  };
  const claim: Claim = { fence: always, over: false, open: 0, unwritten: 0 };
  const connection = new Connection(deps);
  void connection.start();
  return { clock, log, connection, claim, offer: (link: FakeLink) => offer({ link, index: 0, reason: 'rebind' }) };
}

test('a connection is replaced once all it wrote is acked, and until then neither the old one nor the new one writes', async () => {
  const [old, next] = [new FakeLink(), new FakeLink()];
  const { clock, connection, claim, offer } = setUp([old]);
  await settle();
  void connection.send(batch(0, 0), claim);
  await settle();
  offer(next);
  await settle();
  void connection.send(batch(0, 1), claim);
  await settle();
  assert.deepEqual([old.open, old.flushed, next.flushed], [true, 1_000, 0]);
  old.acked = 1_000;
  connection.beat(clock.monotonic());
  await settle();
  assert.deepEqual([old.ending?.is, old.flushed, next.flushed], ['ended', 1_000, 1_000]);
});

test('a stop that comes while a connection is replaced delivers what waits on the next one', async () => {
  const [old, next] = [new FakeLink(), new FakeLink()];
  const { clock, connection, claim, offer, log } = setUp([old]);
  await settle();
  const sent = [connection.send(batch(0, 0), claim)];
  await settle();
  offer(next);
  await settle();
  sent.push(connection.send(batch(0, 1), claim));
  const ended = connection.end();
  for (const link of [old, next]) {
    link.acked = 1_000;
    connection.beat(clock.monotonic());
    await settle();
    await clock.advance(TUNING.leastAgeMs);
  }
  await Promise.all([...sent, ended]);
  assert.deepEqual([old.flushed, next.flushed, connection.hasSettled], [1_000, 1_000, true]);
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'warn'),
    [],
  );
});

test('a stop ends a connection of which nobody tells what is acked as soon as all is written, any other once all is acked', async () => {
  const [told, blind] = [new FakeLink(), new FakeLink()];
  blind.blind = true;
  for (const link of [told, blind]) {
    const { connection, claim } = setUp([link]);
    const sent = connection.send(batch(0, 0), claim);
    await settle();
    assert.equal(link.flushed, 1_000);
    const ended = connection.end();
    await settle();
    assert.equal(link.ending?.is, link === blind ? 'ended' : undefined);
    if (link === told) continue;
    await ended;
    await sent;
  }
});

test('a connection that has lived for long was a good one: what failed before it is over', async () => {
  const [first, second] = [new FakeLink(), new FakeLink()];
  const { clock, connection } = setUp([first, second]);
  await settle();
  first.kill(new ForwarderError('CONNECTION_RESET', 'reset'));
  connection.beat(clock.monotonic());
  await settle();
  await clock.advance(1_000);
  while (connection.snapshot().phase === 'waiting') await clock.advance(1_000);
  assert.deepEqual(
    [connection.snapshot().phase, connection.snapshot().failure?.code],
    ['connected', 'CONNECTION_RESET'],
  );
  await clock.advance(TUNING.provenMs);
  assert.equal(connection.snapshot().failure, undefined);
});

test('a stop with nothing to deliver does not wait for the next try to reach a receiver that is not there', async () => {
  const { connection } = setUp([]);
  await settle();
  assert.equal(connection.snapshot().phase, 'waiting');
  await Promise.race([connection.end(), settle(10)]);
  assert.equal(connection.snapshot().phase, 'closed');
});

test('what the kernel says of a connection that was replaced in between is no news', async () => {
  const [old, next] = [new FakeLink(), new FakeLink()];
  old.key = { table: 'tcp', needle: '' };
  old.state = 'stuck';
  const { log, connection, claim, offer, clock } = setUp([old]);
  await settle();
  void connection.send(batch(0, 0), claim);
  await settle();
  const question = connection.question();
  old.acked = 1_000;
  offer(next);
  await settle();
  connection.beat(clock.monotonic());
  await settle();
  assert.equal(old.ending?.is, 'ended');
  question?.answer(undefined);
  assert.ok(question !== undefined && log.lines.every(({ message }) => !message.includes('zero window')));
});
