import assert from 'node:assert/strict';
import { test } from 'node:test';
import { health } from '../../../src/telemetry/health.js';
import { FakeProcess, shardSettings } from '../../support/fake-pipeline.js';
import { FakeService, type Fault } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';
import { snapshot } from '../telemetry/snapshots.js';

const GROUPS = 20;
const all = Array.from({ length: GROUPS }, (_, index) => index);

function setUp(change: Partial<typeof shardSettings> = {}) {
  const clock = new ManualClock();
  const shards = new Map([
    [0, GROUPS],
    [1, GROUPS],
  ]);
  const service = new FakeService(clock, shards);
  const process = new FakeProcess(service, clock, 'one', { shard: { ...shardSettings, ...change } });
  const received = (shard: number) => process.destination.received.get(shard) ?? [];
  const complete = () => [0, 1].filter((shard) => all.every((group) => received(shard).includes(group)));
  const again = () => process.log.lines.filter(({ message }) => message === 'works again');
  return { clock, service, process, complete, again };
}

const ANSWERS: readonly Fault[] = [
  'SLS_SHARD_GONE',
  'SLS_CURSOR_INVALID',
  'SLS_CONSUMER_UNKNOWN',
  'SLS_REQUEST_INVALID',
  'SLS_NOT_FOUND',
  'SLS_UNAUTHORIZED',
  'SLS_SERVER',
];
const CALLS = ['getCheckpoint', 'getCursor', 'pull', 'commit', 'getCursorTime', 'listShards', 'retention'] as const;

for (const call of CALLS) {
  for (const answer of ANSWERS) {
    test(`${call} answered with ${answer} for one shard: the others go on`, async () => {
      const { clock, service, process, complete } = setUp();
      service.faults.set(call, [answer]);
      await process.start();
      await clock.advance(15_000);
      assert.deepEqual(process.failures, []);
      const endsOne = answer === 'SLS_SHARD_GONE' && ['getCheckpoint', 'getCursor', 'pull'].includes(call);
      assert.equal(complete().length, endsOne ? 1 : 2);
      assert.equal(process.pipeline.snapshot().shards.length, endsOne ? 1 : 2);
    });
  }
}

test('a shard that is gone when its expired cursor is replaced, or its end is asked for, ends alone', async () => {
  for (const pull of [['SLS_CURSOR_INVALID'], []] as const) {
    const { clock, service, process } = setUp();
    await process.start();
    await clock.advance(3000);
    service.faults.set('pull', [...pull]);
    service.faults.set('getCursor', ['SLS_SHARD_GONE']);
    if (pull.length === 0) service.reshard([0], 0);
    else service.append(0, 1);
    await clock.advance(5000);
    assert.deepEqual(process.failures, []);
    const { shardsReleased, errors } = process.pipeline.snapshot().totals;
    assert.equal(shardsReleased['shardEnd'], 1);
    assert.equal(errors['SLS_SHARD_GONE'], 1);
  }
});

test('commits refused for ever: never said to work, noted in health, and over with the first that is taken', async () => {
  const { clock, service, process, again } = setUp();
  await process.start();
  await clock.advance(3000);
  service.faults.set('commit', Array<Fault>(1000).fill('SLS_SERVER'));
  for (let second = 0; second < 70; second++) {
    service.append(0, 1);
    await clock.advance(1000);
  }
  assert.deepEqual(again(), []);
  const warnings =
    health(snapshot({ pipelines: [process.pipeline.snapshot()] }), { maxStallSeconds: 300 }).warnings ?? [];
  assert.match(
    warnings.join(),
    /^pipeline main: shard 0: its checkpoint could not be stored for 6\d s \(SLS_SERVER\)$/,
  );
  service.faults.clear();
  service.append(0, 1);
  await clock.advance(3000);
  assert.deepEqual(
    again().map(({ fields }) => fields['deed']),
    ['commit'],
  );
  assert.deepEqual(process.pipeline.snapshot().shards[0]?.failing, []);
});

test('a cursor that is refused although the service hands it out: said with its code, and tried again at a pace', async () => {
  const { clock, service, process } = setUp();
  service.faults.set('pull', Array<Fault>(1000).fill('SLS_CURSOR_INVALID'));
  await process.start();
  await clock.advance(61_000);
  const { totals, shards } = process.pipeline.snapshot();
  const refusals = totals.errors['SLS_CURSOR_INVALID'] ?? 0;
  assert.ok(refusals > 20 && refusals <= 70, `${refusals} refusals of two shards in a minute`);
  const lines = process.log.lines.filter(({ fields }) => fields['code'] === 'SLS_CURSOR_INVALID');
  assert.ok(lines.length >= 2 && lines.length <= 8, `${lines.length} lines`);
  assert.equal(shards[0]?.failing[0]?.deed, 'pull');
});
