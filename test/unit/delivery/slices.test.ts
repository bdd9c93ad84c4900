import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sliceEnd } from '../../../src/delivery/links/slices.js';

test('slices hold whole frames, as many as may be, and at least one', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 50 });
  const maxEvents = fc.constantFrom(1, 3, 10, Infinity);
  const maxBytes = fc.constantFrom(20, 100, Infinity);
  fc.assert(
    fc.property(sizes, maxEvents, maxBytes, (sizes, maxEvents, maxBytes) => {
      let total = 0;
      const ends = Uint32Array.from(sizes, (size) => (total += size));
      let start = 0;
      for (let from = 0; from < ends.length;) {
        const to = sliceEnd(ends, from, start, maxEvents, maxBytes);
        const fits = (count: number): boolean =>
          count <= maxEvents && sizes.slice(from, from + count).reduce((a, b) => a + b, 0) <= maxBytes;
        assert.ok(to === from + 1 || (to > from && fits(to - from)));
        assert.ok(to === ends.length || !fits(to - from + 1));
        start = ends[to - 1]!;
        from = to;
      }
    }),
  );
});
