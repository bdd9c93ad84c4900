import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRange } from '../../../src/cli/range.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');

test('a range is what it says', () => {
  assert.deepEqual(parseRange({ once: false }, NOW), { from: undefined, to: undefined });
  assert.deepEqual(parseRange({ once: true, from: '-2h' }, NOW), { from: { secondsAgo: 7200 }, to: 'end' });
  assert.deepEqual(parseRange({ once: false, from: 'begin', to: '2026-06-01T13:00:00+08:00' }, NOW), {
    from: 'begin',
    to: { unixSeconds: Date.parse('2026-06-01T05:00:00Z') / 1000 },
  });
});

test('a range that can not be meant is refused with the reason', () => {
  const cases: readonly (readonly [Parameters<typeof parseRange>[0], RegExp])[] = [
    [{ once: true, to: 'end' }, /leave one of the two out/],
    [{ once: false, to: 'begin' }, /would read nothing/],
    [{ once: false, to: '2026-06-01T12:00:01Z' }, /in the future/],
    [{ once: false, from: '2026-06-01T12:00:01Z' }, /--from is in the future/],
    [{ once: false, from: '-1h', to: '-2h' }, /--from must be before --to/],
    [{ once: false, from: '2026-06-01' }, /--from: a time needs its zone/],
    [{ once: false, to: 'tomorrow' }, /--to: expected begin, end/],
  ];
  for (const [given, message] of cases) {
    assert.throws(() => parseRange(given, NOW), { code: 'USAGE', message });
  }
});
