import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  endCursor,
  expectsLittle,
  repliesWithout,
  stepped,
  type Reading,
  type ReadingStep,
} from '../../../src/shard/reading-state.js';

const BEGUN: Reading = { cursor: '0', ahead: { is: 'much' }, end: { is: 'open' } };

const after = (...steps: readonly ReadingStep[]): Reading => steps.reduce(stepped, BEGUN);

test('a reply moves the cursor, and says whether little comes behind it', () => {
  const much = after({ to: 'replied', nextCursor: '7', ahead: 'much' });
  assert.deepEqual(much, { cursor: '7', ahead: { is: 'much' }, end: { is: 'open' } });
  assert.equal(expectsLittle(much.ahead), false);
  assert.equal(expectsLittle(after({ to: 'replied', nextCursor: '7', ahead: 'little' }).ahead), true);
});

test('empty replies in a row are counted, what a watch finds is not; data end the row', () => {
  const empty = after({ to: 'foundEmpty', at: 1 }, { to: 'foundEmpty', at: 2 }, { to: 'stillEmpty', at: 3 });
  assert.deepEqual(empty.ahead, { is: 'nothing', at: 3, repliesInARow: 2 });
  assert.equal(expectsLittle(empty.ahead), true);
  assert.equal(repliesWithout(stepped(empty, { to: 'replied', nextCursor: '1', ahead: 'little' }).ahead), 0);
});

test('a failure at the tip: the next request is a pull with none behind it, and the tip stays known', () => {
  const { ahead } = after({ to: 'foundEmpty', at: 1 }, { to: 'failed' });
  assert.deepEqual(ahead, { is: 'nothing', at: 1, repliesInARow: 0 });
  assert.equal(expectsLittle(ahead), false);
  assert.deepEqual(after({ to: 'replied', nextCursor: '7', ahead: 'little' }, { to: 'failed' }).ahead, { is: 'much' });
});

test('a jump moves the cursor and nothing else', () => {
  assert.deepEqual(after({ to: 'foundEmpty', at: 1 }, { to: 'jumped', cursor: '9' }), {
    cursor: '9',
    ahead: { is: 'nothing', at: 1, repliesInARow: 1 },
    end: { is: 'open' },
  });
});

test('reading ends at the end asked for first, once that is known and reached', () => {
  const asked = after({ to: 'askedToEnd', position: { unixSeconds: 5 } }, { to: 'askedToEnd', position: 'end' });
  assert.deepEqual(asked.end, { is: 'asked', position: { unixSeconds: 5 } });
  assert.equal(endCursor(asked.end), undefined);
  const known = stepped(asked, { to: 'endFound', cursor: '8' });
  assert.equal(endCursor(known.end), '8');
  const before = stepped(known, { to: 'replied', nextCursor: '7', ahead: 'much' });
  assert.equal(before.end.is, 'known');
  const end = { is: 'reached', cursor: '8' };
  assert.deepEqual(stepped(before, { to: 'replied', nextCursor: '8', ahead: 'much' }).end, end);
  assert.deepEqual(stepped(before, { to: 'foundEmpty', at: 1 }).end, end, 'nothing comes before the end');
});

test('an empty reply does not end what was asked to end while it was on its way', () => {
  assert.equal(after({ to: 'askedToEnd', position: 'end' }, { to: 'foundEmpty', at: 1 }).end.is, 'asked');
});
