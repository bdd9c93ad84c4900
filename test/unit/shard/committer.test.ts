import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import type { ConsumerGroup } from '../../../src/model/ports.js';
import { Committer } from '../../../src/shard/committer.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A service that answers no commit before the client gives up. */
const hangs: ConsumerGroup['commit'] = (_shard, _cursor, signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new ForwarderError('SLS_TIMEOUT', 'gave up')));
  });

test('the last commit after a hard stop has a second, whatever the service does', async () => {
  const clock = new ManualClock();
  const committer = new Committer(
    {
      shard: 0,
      group: { commit: hangs } as ConsumerGroup,
      clock,
      intervalMs: 1000,
      maxAgeMs: 0,
      retryMs: 100,
      refreshMs: 60_000,
      mayRefresh: () => false,
      watermark: () => 'b==',
      mayCommit: () => true,
      note: () => undefined,
      onCommitted: () => undefined,
      onHeldBack: () => undefined,
      onTurn: () => undefined,
      onNotOwner: () => undefined,
      onError: () => undefined,
    },
    'a==',
  );
  let isOver = false;
  void committer.finish(AbortSignal.abort()).then(() => (isOver = true));
  await clock.advance(999);
  assert.equal(isOver, false);
  await clock.advance(1);
  assert.deepEqual([isOver, committer.stored], [true, 'a==']);
});

test('a shard that is gone has nothing left to store, so nothing waits for that', async () => {
  for (const code of ['SLS_SHARD_GONE', 'SLS_SERVER'] as const) {
    const clock = new ManualClock();
    const nothing = (): undefined => undefined;
    const committer = new Committer(
      {
        shard: 0,
        group: { commit: () => Promise.reject(new ForwarderError(code, 'no')) } as unknown as ConsumerGroup,
        clock,
        ...{ intervalMs: 1000, maxAgeMs: 5000, retryMs: 100, refreshMs: 60_000 },
        ...{ mayRefresh: () => false, watermark: () => 'b==', mayCommit: () => true },
        ...{
          note: nothing,
          onCommitted: nothing,
          onHeldBack: nothing,
          onTurn: nothing,
          onNotOwner: nothing,
          onError: nothing,
        },
      },
      'a==',
    );
    await committer.commit(new AbortController().signal);
    clock.freeze(5000);
    assert.equal(committer.holdsBack, code === 'SLS_SERVER');
  }
});

const nothing = (): undefined => undefined;

/** A committer that stands at `a==`, over a service that does with each commit what the test says. */
function committing(commit: (attempt: number) => Promise<'committed'>, watermark: () => string) {
  const clock = new ManualClock();
  let attempts = 0;
  const committer = new Committer(
    {
      shard: 0,
      group: { commit: () => commit(++attempts) } as unknown as ConsumerGroup,
      clock,
      ...{ intervalMs: 1000, maxAgeMs: 0, retryMs: 100, refreshMs: 60_000, watermark },
      ...{ mayRefresh: () => false, mayCommit: () => true },
      ...{
        note: nothing,
        onCommitted: nothing,
        onHeldBack: nothing,
        onTurn: nothing,
        onNotOwner: nothing,
        onError: nothing,
      },
    },
    'a==',
  );
  return { clock, committer, attempts: () => attempts };
}

test('what is settled while a commit is under way is not stored by it', async () => {
  let watermark = 'b==';
  const { committer } = committing(
    () => {
      watermark = 'c==';
      return Promise.resolve('committed');
    },
    () => watermark,
  );
  assert.equal(await committer.commit(new AbortController().signal), false);
  assert.deepEqual([committer.stored, committer.upToDate], ['b==', false]);
});

test('the last commit is tried until it is stored, as long as no hard stop comes', async () => {
  const { clock, committer, attempts } = committing(
    (attempt) =>
      attempt < 6 ? Promise.reject(new ForwarderError('SLS_SERVER', 'away')) : Promise.resolve('committed'),
    () => 'b==',
  );
  void committer.finish(new AbortController().signal);
  await clock.advance(1_000);
  assert.deepEqual([attempts(), committer.stored], [6, 'b==']);
});
