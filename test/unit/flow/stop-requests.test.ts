import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { StopRequests } from '../../../src/flow/stop-requests.js';
import { ManualClock } from '../../support/manual-clock.js';

function withRequests(check: (stop: StopRequests, clock: ManualClock) => void): void {
  const clock = new ManualClock();
  const stop = new StopRequests(clock);
  stop.listen();
  try {
    check(stop, clock);
  } finally {
    stop.close();
  }
}

const interrupt = (): void => void process.emit('SIGINT', 'SIGINT');

test('two signals at nearly the same time are one wish to stop', () => {
  withRequests((stop, clock) => {
    interrupt();
    clock.freeze(199);
    interrupt();
    process.emit('SIGTERM', 'SIGTERM');
    assert.deepEqual([stop.soft.aborted, stop.hard.aborted], [true, false]);
    clock.freeze(1);
    interrupt();
    assert.equal(stop.hard.aborted, true);
    assert.deepEqual(stop.cause, { kind: 'signal', signal: 'SIGINT' });
  });
});

test('a terminal that is closed asks for the same drain', () => {
  withRequests((stop) => {
    process.emit('SIGHUP', 'SIGHUP');
    assert.deepEqual([stop.soft.aborted, stop.hard.aborted], [true, false]);
    assert.deepEqual(stop.cause, { kind: 'signal', signal: 'SIGHUP' });
  });
});

test('a signal after a failure stops at once', () => {
  withRequests((stop) => {
    const error = new ForwarderError('INTERNAL', 'broken');
    stop.fail(error);
    assert.equal(stop.hard.aborted, false);
    interrupt();
    assert.equal(stop.hard.aborted, true);
    assert.deepEqual(stop.cause, { kind: 'failure', error });
  });
});
