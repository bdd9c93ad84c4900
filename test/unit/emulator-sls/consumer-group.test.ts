import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeCursor } from '../../../src/emulator/sls/cursor-text.js';
import { ConsumerGroup, type GroupShard } from '../../../src/emulator/sls/consumer-group.js';
import { ManualClock } from '../../support/manual-clock.js';

const END = 100n;

class FakeShard implements GroupShard {
  readonly id: number;
  readonly parents: readonly number[];
  readOnly = false;
  empty = false;

  constructor(id: number, parents: readonly number[] = []) {
    this.id = id;
    this.parents = parents;
  }

  isEnd(checkpoint: string): boolean {
    return checkpoint === encodeCursor(END);
  }
}

interface Setup {
  readonly clock: ManualClock;
  readonly group: ConsumerGroup;
  readonly shards: readonly FakeShard[];
}

function setup(shardCount: number, options: { readonly order?: boolean; readonly strict?: boolean } = {}): Setup {
  const clock = new ManualClock();
  const group = new ConsumerGroup('g', { timeout: 10, order: options.order ?? false }, clock, options.strict ?? false);
  const shards = Array.from({ length: shardCount }, (_, id) => new FakeShard(id));
  for (const shard of shards) group.addShard(shard);
  return { clock, group, shards };
}

const code = (expected: string) => ({ code: expected });

describe('consumer group: who holds what', () => {
  test('the first consumer gets every shard with its first heartbeat, and keeps those it does not list yet', () => {
    const { group } = setup(4);
    assert.deepEqual(group.heartbeat('a', []), [0, 1, 2, 3]);
    assert.deepEqual(group.heartbeat('a', []), [0, 1, 2, 3]);
  });

  test('an unknown consumer that claims shards is refused and not registered', () => {
    const { group } = setup(2);
    assert.throws(() => group.heartbeat('a', [0]), code('NotExistConsumerWithBody'));
    assert.deepEqual(group.heartbeat('b', []), [0, 1]);
  });

  test('a second consumer gets its share only as the first stops listing it', () => {
    const { group } = setup(4);
    group.heartbeat('a', []);
    assert.deepEqual(group.heartbeat('b', []), []);
    assert.deepEqual(group.heartbeat('a', [0, 1, 2, 3]), [0, 1], 'told to give up the two highest');
    assert.deepEqual(group.heartbeat('b', []), [], 'still listed by a');
    group.heartbeat('a', [0, 1, 3]);
    assert.deepEqual(group.heartbeat('b', []), [2]);
    group.heartbeat('a', [0, 1]);
    assert.deepEqual(group.heartbeat('b', [2]), [2, 3]);
    assert.deepEqual(group.heartbeat('a', [0, 1]), [0, 1]);
  });

  test('more consumers than shards leaves some idle and moves nothing', () => {
    const { group } = setup(2);
    group.heartbeat('a', []);
    group.heartbeat('b', []);
    assert.deepEqual(group.heartbeat('a', [0]), [0]);
    assert.deepEqual(group.heartbeat('c', []), []);
    assert.deepEqual(group.heartbeat('b', []), [1]);
    assert.deepEqual(group.heartbeat('a', [0]), [0]);
  });

  test('a consumer that falls silent loses its shards to the others, and must begin anew', async () => {
    const { group, clock } = setup(2);
    group.heartbeat('a', []);
    group.heartbeat('b', []);
    group.heartbeat('a', [0]);
    await clock.advance(6_000);
    group.heartbeat('b', [1]);
    await clock.advance(6_000);
    assert.deepEqual(group.heartbeat('b', [1]), [0, 1]);
    assert.throws(() => group.heartbeat('a', [0]), code('NotExistConsumerWithBody'));
    assert.deepEqual(group.heartbeat('a', []), []);
  });

  test('exactly the time-out is not too late; fractions of a second count', async () => {
    const { group, clock } = setup(1);
    group.update({ timeout: 0.25 });
    group.heartbeat('a', []);
    await clock.advance(250);
    assert.deepEqual(group.heartbeat('a', [0]), [0]);
    await clock.advance(251);
    assert.throws(() => group.heartbeat('a', [0]), code('NotExistConsumerWithBody'));
  });

  test('when the one a shard was promised to dies, it stays where it is', async () => {
    const { group, clock } = setup(2);
    group.heartbeat('a', []);
    group.heartbeat('b', []);
    await clock.advance(6_000);
    group.heartbeat('a', [0, 1]);
    await clock.advance(6_000);
    assert.deepEqual(group.heartbeat('a', [0, 1]), [0, 1]);
  });

  test('when the holder dies while giving up, the shard goes on to the living', async () => {
    const { group, clock } = setup(2);
    group.heartbeat('a', []);
    await clock.advance(6_000);
    group.heartbeat('b', []);
    await clock.advance(6_000);
    assert.deepEqual(group.heartbeat('b', []), [0, 1]);
  });
});

describe('consumer group: checkpoints', () => {
  test('every known shard has a row, an empty one before its first checkpoint', () => {
    const { group } = setup(2);
    assert.deepEqual(group.checkpoints(1), [{ shard: 1, checkpoint: '', updateTime: 0, consumer: '' }]);
    assert.deepEqual(group.checkpoints(7), []);
    assert.equal(group.checkpoints().length, 2);
  });

  test('only the holder may write, unless forced; a shard being given up is still its own', () => {
    const { group, clock } = setup(2);
    assert.throws(() => group.commit('a', 0, encodeCursor(1n), false), code('ConsumerNotExist'));
    group.heartbeat('a', []);
    group.heartbeat('b', []);
    group.heartbeat('a', [0, 1]);
    group.commit('a', 1, encodeCursor(5n), false);
    assert.throws(() => group.commit('b', 1, encodeCursor(6n), false), code('ConsumerNotMatch'));
    group.commit('', 1, encodeCursor(2n), true);
    assert.deepEqual(group.checkpoints(1), [
      { shard: 1, checkpoint: encodeCursor(2n), updateTime: clock.now() * 1000, consumer: 'a' },
    ]);
  });

  test('a stale owner is told apart from a stranger, and its checkpoint survives the move', () => {
    const { group } = setup(2);
    group.heartbeat('a', []);
    group.commit('a', 1, encodeCursor(9n), false);
    group.heartbeat('b', []);
    group.heartbeat('a', [0]);
    assert.deepEqual(group.heartbeat('b', []), [1]);
    assert.throws(() => group.commit('a', 1, encodeCursor(10n), false), code('ConsumerNotMatch'));
    assert.equal(group.checkpoints(1)[0]?.checkpoint, encodeCursor(9n));
  });

  test('what is no checkpoint is refused', () => {
    const { group } = setup(1);
    group.heartbeat('a', []);
    assert.throws(() => group.commit('a', 3, encodeCursor(1n), true), code('ShardNotExist'));
    assert.throws(() => group.commit('a', 0, 'not base64!', true), code('InvalidShardCheckPoint'));
    assert.throws(() => group.commit('a', 0, '', true), code('InvalidShardCheckPoint'));
  });
});

describe('consumer group: the end of a shard', () => {
  test('a read-only shard is over once its end is written, and comes back when the checkpoint is set back', () => {
    const { group, shards } = setup(2);
    group.heartbeat('a', []);
    shards[0]!.readOnly = true;
    group.commit('a', 0, encodeCursor(50n), false);
    assert.deepEqual(group.heartbeat('a', [0, 1]), [0, 1]);
    group.commit('a', 0, encodeCursor(END), false);
    assert.deepEqual(group.heartbeat('a', [0, 1]), [1]);
    group.commit('', 0, encodeCursor(50n), true);
    assert.deepEqual(group.heartbeat('a', [1]), [0, 1]);
  });

  test('an end reached before the shard turned read-only counts; strictly, only a new write does', () => {
    for (const strict of [false, true]) {
      const { group, shards } = setup(1, { strict });
      group.heartbeat('a', []);
      group.commit('a', 0, encodeCursor(END), false);
      shards[0]!.readOnly = true;
      assert.deepEqual(group.heartbeat('a', [0]), strict ? [0] : []);
      if (strict) group.commit('a', 0, encodeCursor(END), false);
      assert.deepEqual(group.heartbeat('a', [0]), []);
    }
  });

  test('in order, the children of a split wait for their parent, through the generations', () => {
    const { group, shards } = setup(1, { order: true });
    group.heartbeat('a', []);
    shards[0]!.readOnly = true;
    const [left, right, merged] = [new FakeShard(1, [0]), new FakeShard(2, [0]), new FakeShard(3, [1, 2])];
    for (const shard of [left, right]) group.addShard(shard);
    left.readOnly = right.readOnly = true;
    group.addShard(merged);
    assert.deepEqual(group.heartbeat('a', [0]), [0]);
    group.commit('a', 0, encodeCursor(END), false);
    assert.deepEqual(group.heartbeat('a', [0]), [1, 2]);
    group.commit('a', 1, encodeCursor(END), false);
    assert.deepEqual(group.heartbeat('a', [1, 2]), [2]);
    group.commit('a', 2, encodeCursor(END), false);
    assert.deepEqual(group.heartbeat('a', [2]), [3]);
  });

  test('an empty read-only parent holds up nobody, strictly until its end is written', () => {
    for (const strict of [false, true]) {
      const { group, shards } = setup(1, { order: true, strict });
      group.heartbeat('a', []);
      Object.assign(shards[0]!, { readOnly: true, empty: true });
      group.addShard(new FakeShard(1, [0]));
      assert.deepEqual(group.heartbeat('a', [0]), strict ? [0] : [1]);
    }
  });

  test('out of order, children are given out at once; taking the order away frees those who wait', () => {
    const { group } = setup(1, { order: true });
    group.heartbeat('a', []);
    group.addShard(new FakeShard(1, [0]));
    assert.deepEqual(group.heartbeat('a', [0]), [0]);
    group.update({ order: false });
    assert.deepEqual(group.heartbeat('a', [0]), [0, 1]);
    group.update({ order: true });
    assert.deepEqual(group.heartbeat('a', [0, 1]), [0, 1], 'only shards that come later wait');
  });

  test('a parent that has expired no longer holds up its children', () => {
    const { group } = setup(1, { order: true });
    group.heartbeat('a', []);
    group.addShard(new FakeShard(1, [0]));
    group.removeShard(0);
    assert.deepEqual(group.heartbeat('a', [0]), [1]);
  });
});
