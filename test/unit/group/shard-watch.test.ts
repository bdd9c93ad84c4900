import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShardWatch } from '../../../src/group/shard-watch.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

async function setUp() {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, 5]]));
  const told: number[] = [];
  const watch = new ShardWatch({
    source: service.source,
    clock,
    log: new RecordingLog(),
    intervalMs: 1000,
    onListed: () => undefined,
    onClosed: (shard) => told.push(shard),
    onError: () => undefined,
  });
  watch.start();
  await clock.advance(0);
  return { clock, service, watch, told };
}

test('a shard that a split has closed is told with every list, and remembered', async () => {
  const { clock, service, watch, told } = await setUp();
  assert.deepEqual([told, watch.isClosed(0)], [[], false]);
  service.reshard([0], 2);
  await clock.advance(2000);
  assert.deepEqual(told, [0, 0]);
  assert.deepEqual(
    [0, 1, 2].map((shard) => watch.isClosed(shard)),
    [true, false, false],
  );
  service.faults.set('listShards', ['SLS_SERVER']);
  await clock.advance(1000);
  assert.equal(watch.isClosed(0), true, 'also while the list can not be read');
});

test('while the list can not be read nothing is known, for the old one may have gained a shard', async () => {
  const { clock, service, watch } = await setUp();
  assert.deepEqual(watch.known, [0]);
  service.faults.set('listShards', ['SLS_UNAUTHORIZED']);
  await clock.advance(1000);
  assert.equal(watch.known, undefined);
  await clock.advance(1000);
  assert.deepEqual(watch.known, [0]);
});
