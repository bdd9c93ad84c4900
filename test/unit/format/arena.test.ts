import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../../src/format/arena.js';
import type { Region } from '../../../src/model/format-task.js';

const PAGE = 4096;

test('lends the lowest room there is, in pages, and joins what comes back', () => {
  const arena = new Arena(4 * PAGE);
  const [a, b, c] = [arena.take(1)!, arena.take(PAGE + 1)!, arena.take(0)!];
  assert.deepEqual(
    [a, b, c],
    [
      { at: 0, size: PAGE },
      { at: PAGE, size: 2 * PAGE },
      { at: 3 * PAGE, size: PAGE },
    ],
  );
  assert.equal(arena.take(1), undefined);
  arena.give(a);
  arena.give(c);
  assert.equal(arena.take(2 * PAGE), undefined, 'no room in one piece');
  arena.give(b);
  assert.deepEqual(arena.take(4 * PAGE), { at: 0, size: 4 * PAGE });
});

test('takes a region back once: somebody else may have it by the second time', () => {
  const arena = new Arena(2 * PAGE);
  const first = arena.take(PAGE)!;
  arena.give(first);
  const second = arena.take(PAGE)!;
  assert.equal(second.at, first.at);
  arena.give(first);
  assert.notEqual(arena.take(PAGE)?.at, second.at);
});

test('an arena of nothing lends nothing', () => {
  assert.equal(new Arena(0).take(0), undefined);
});

test('under any use no two regions overlap, and all given back is one piece again', () => {
  const step = fc.oneof(fc.record({ take: fc.integer({ min: 0, max: 6 * PAGE }) }), fc.record({ give: fc.nat() }));
  fc.assert(
    fc.property(fc.array(step, { size: 'large' }), (steps) => {
      const arena = new Arena(20 * PAGE);
      const lent: Region[] = [];
      for (const one of steps) {
        if ('give' in one) {
          const [region] = lent.splice(one.give % Math.max(1, lent.length), 1);
          if (region !== undefined) arena.give(region);
          continue;
        }
        const region = arena.take(one.take);
        const taken = lent.reduce((sum, { size }) => sum + size, 0);
        if (region === undefined) {
          assert.ok(taken + one.take > 0 && lent.length > 0, 'an empty arena has room');
          continue;
        }
        assert.ok(region.size >= one.take && region.at >= 0 && region.at + region.size <= arena.buffer.byteLength);
        for (const { at, size } of lent) assert.ok(region.at >= at + size || region.at + region.size <= at);
        lent.push(region);
      }
      for (const region of lent) arena.give(region);
      assert.deepEqual(arena.take(20 * PAGE), { at: 0, size: 20 * PAGE });
    }),
  );
});
