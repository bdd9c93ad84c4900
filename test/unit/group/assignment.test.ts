import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffAssignment } from '../../../src/group/assignment.js';
import { outranks } from '../../../src/shard/release-reason.js';

test('acquires what is new and releases what is gone, each once', () => {
  assert.deepEqual(diffAssignment(new Set([1, 2]), [2, 3, 3]), { acquire: [3], release: [1] });
  assert.deepEqual(diffAssignment(new Set([1]), [1]), { acquire: [], release: [] });
});

test('a release reason is only replaced by a higher one', () => {
  assert.equal(outranks('shutdown', undefined), true);
  assert.equal(outranks('leaseLost', 'shardEnd'), true);
  assert.equal(outranks('unassigned', 'unassigned'), false);
  assert.equal(outranks('shutdown', 'leaseLost'), false);
});
