import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease } from '../../../src/shard/lease.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A clock whose wall time can go on while the monotonic one stands still, as on a machine that is suspended. */
function setUp() {
  const clock = new ManualClock();
  const machine = { sleptMs: 0 };
  const lease = new Lease(
    {
      now: () => clock.now() + machine.sleptMs,
      monotonic: () => clock.monotonic(),
      timer: (ms, callback) => clock.timer(ms, callback),
    },
    10_000,
  );
  return { lease, machine };
}

test('a machine that was suspended for the length of a lease holds none on waking', () => {
  const { lease, machine } = setUp();
  lease.renew(lease.moment());
  machine.sleptMs = 9_999;
  assert.ok(lease.held());
  machine.sleptMs = 10_000;
  assert.ok(!lease.held());
  assert.equal(lease.remainingMs, 0);
});

test('a heartbeat that was sent before and answered after the suspension gives no lease', () => {
  const { lease, machine } = setUp();
  const sent = lease.moment();
  machine.sleptMs = 60_000;
  lease.renew(sent);
  assert.ok(!lease.held());
});

test('a wall clock that is set back does not make a lease longer', () => {
  const { lease, machine } = setUp();
  lease.renew(lease.moment());
  machine.sleptMs = -3_600_000;
  assert.ok(lease.held());
  assert.equal(lease.remainingMs, 10_000);
});
