import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventTeller } from '../../../src/shard/event-teller.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const NONE = { shard: 1, dropped: 0, truncated: 0, empty: 0, bare: 0, untimed: 0 };

for (const kind of ['dropped', 'truncated', 'empty', 'bare', 'untimed'] as const) {
  test(`says at once that events are ${kind}, then no more often than every half minute, and never forgets one`, async () => {
    const [clock, log] = [new ManualClock(), new RecordingLog()];
    const teller = new EventTeller(clock, log);
    const said = (): unknown[] => log.lines.map(({ fields }) => fields['events']);
    const settle = (events: number): void => teller.settled({ ...NONE, [kind]: events });
    settle(0);
    assert.deepEqual(said(), []);
    settle(2);
    settle(3);
    await clock.advance(29_999);
    settle(4);
    assert.deepEqual(said(), [2]);
    await clock.advance(1);
    settle(1);
    assert.deepEqual(said(), [2, 8]);
    settle(5);
    teller.end();
    assert.deepEqual(said(), [2, 8, 5]);
    teller.end();
    assert.deepEqual(said(), [2, 8, 5]);
  });
}

test('each kind has lines of its own, for all shards of the pipeline together', () => {
  const log = new RecordingLog();
  const teller = new EventTeller(new ManualClock(), log);
  teller.settled({ ...NONE, truncated: 1, untimed: 2 });
  teller.settled({ ...NONE, shard: 2, truncated: 1 });
  assert.deepEqual(
    log.lines.map(({ fields }) => fields),
    [
      { shard: 1, events: 1 },
      { shard: 1, events: 2 },
    ],
  );
});
