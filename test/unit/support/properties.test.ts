import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

test('property tests reach the sizes they name, not ten elements', () => {
  const longest = (arbitrary: fc.Arbitrary<{ readonly length: number }>): number =>
    Math.max(...fc.sample(arbitrary, { numRuns: 2000, seed: 1 }).map(({ length }) => length));
  assert.ok(longest(fc.array(fc.nat(), { maxLength: 80 })) >= 75);
  assert.ok(longest(fc.uint8Array({ maxLength: 300 })) >= 290);
  assert.ok(longest(fc.string({ maxLength: 40 })) >= 38);
});
