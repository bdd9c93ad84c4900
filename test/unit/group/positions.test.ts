import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { Positions } from '../../../src/group/positions.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const { signal } = new AbortController();

async function setUp(sizes: readonly number[]) {
  const service = new FakeService(new ManualClock(), new Map(sizes.entries()));
  const { source } = service;
  const group = service.group('one');
  await group.ensure({ timeoutSeconds: 10, inOrder: false }, signal);
  const log = new RecordingLog();
  const list = { fails: false };
  const listShards = async (): ReturnType<typeof source.listShards> => {
    if (list.fails) throw service.failure('SLS_UNAUTHORIZED');
    return source.listShards(signal);
  };
  const positions = new Positions({ source, group, log, listShards, start: 'end' });
  positions.listed(await source.listShards(signal));
  return { service, group, log, list, positions };
}

test('a group that was not gone gets back what it lost, and no checkpoint where it had none', async () => {
  const { service, positions, log } = await setUp([20, 20]);
  positions.note(0, '7');
  await positions.restore(false, signal);
  assert.deepEqual([...service.checkpoints], [[0, '7']]);
  assert.equal(log.lines.length, 1);
});

test('a cursor that the shard does not know gives way to the oldest log', async () => {
  const { service, positions } = await setUp([20]);
  service.createdAt = undefined;
  positions.note(0, '20');
  service.replaceLogstore(new Map([[0, 5]]));
  service.createGroup({ timeoutSeconds: 10, inOrder: false });
  await positions.restore(true, signal);
  assert.deepEqual([...service.checkpoints], [[0, '0']]);
});

test('without the right to list shards those that the group names get their checkpoints back', async () => {
  const { service, group, list, positions } = await setUp([20]);
  positions.note(0, '7');
  list.fails = true;
  group.checkpoints = () => Promise.resolve(new Map([[0, undefined]]));
  await positions.restore(true, signal);
  assert.deepEqual([...service.checkpoints], [[0, '7']]);
});

test('a shard that is gone meanwhile is left out; any other failure is the whole one’s', async () => {
  const { service, positions } = await setUp([20, 20]);
  for (const shard of [0, 1]) positions.note(shard, '7');
  service.faults.set('restore', ['SLS_SHARD_GONE']);
  await positions.restore(true, signal);
  assert.equal(service.checkpoints.size, 1);
  service.checkpoints.clear();
  service.faults.set('restore', ['SLS_SERVER']);
  await assert.rejects(positions.restore(true, signal), (error) => (error as ForwarderError).code === 'SLS_SERVER');
});
