import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outranks, type ReleaseReason } from '../../../src/shard/release-reason.js';

const RANKED: readonly ReleaseReason[] = ['shutdown', 'unassigned', 'shardEnd', 'stalled', 'leaseLost'];

test('a reason gives way only to one that forbids more, and a lost lease to none', () => {
  for (const [rank, reason] of RANKED.entries()) {
    assert.equal(outranks(reason, undefined), true);
    assert.deepEqual(
      RANKED.filter((next) => outranks(next, reason)),
      RANKED.slice(rank + 1),
      `what may follow ${reason}`,
    );
  }
});
