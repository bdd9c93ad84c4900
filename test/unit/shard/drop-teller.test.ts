import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DropTeller } from '../../../src/shard/drop-teller.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

test('says at once that events are left out, then no more often than every half minute, and never forgets one', async () => {
  const [clock, log] = [new ManualClock(), new RecordingLog()];
  const teller = new DropTeller(clock, log);
  teller.dropped(1, 0);
  assert.equal(log.lines.length, 0);
  teller.dropped(1, 2);
  teller.dropped(1, 3);
  await clock.advance(29_999);
  teller.dropped(1, 4);
  assert.deepEqual(
    log.lines.map(({ fields }) => fields['events']),
    [2],
  );
  await clock.advance(1);
  teller.dropped(1, 1);
  assert.deepEqual(
    log.lines.map(({ fields }) => fields['events']),
    [2, 8],
  );
});
