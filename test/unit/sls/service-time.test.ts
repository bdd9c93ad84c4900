import assert from 'node:assert/strict';
import test from 'node:test';
import { ServiceTime } from '../../../src/sls/service-time.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const HOUR = 3_600_000;

test('a refusal for the clock is signed again only where the time it was signed with differs from that of the service', () => {
  const time = new ServiceTime(new ManualClock(), new RecordingLog());
  assert.equal(time.correct(undefined, 0), false, 'the reply has no date');
  assert.equal(time.correct(1_000, 0), false, 'the clocks agree');
  assert.equal(time.offsetMs, 0);
  assert.equal(time.correct(HOUR, 0), true);
  assert.equal(time.offsetMs, HOUR);
  assert.equal(time.correct(HOUR, HOUR), false, 'it was signed with the time of the service');
  assert.equal(time.correct(HOUR, 0), true, 'one that was under way then');
});
