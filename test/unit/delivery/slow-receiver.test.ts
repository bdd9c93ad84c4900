import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlowReceiver } from '../../../src/delivery/slow-receiver.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { FakeLink } from './fake-link.js';
import { endpointAt } from './support.js';

function judged(state: 'silent' | 'stuck', hasOthers: boolean): FakeLink {
  const link = new FakeLink();
  new SlowReceiver(new ManualClock(), new RecordingLog(), hasOthers).judge(state, link, endpointAt(514), {});
  return link;
}

test('a receiver whose kernel has stopped to answer is left, with or without another', () => {
  for (const hasOthers of [true, false]) {
    const { ending } = judged('silent', hasOthers);
    assert.equal(ending?.is === 'lost' && ending.error.code, 'CONNECTION_STALLED');
  }
});

test('one that is alive and reads nothing is left only for another', () => {
  assert.equal(judged('stuck', true).open, false);
  assert.equal(judged('stuck', false).open, true);
});
