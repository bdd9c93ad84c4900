import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logGroupList, plan } from '../../support/oracle/arbitrary.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, RUNS } from '../../support/oracle/kernel.js';
import { lz4Compress } from '../../support/oracle/lz4-block.js';

const batch = fc.record({
  raw: logGroupList,
  encoding: fc.constantFrom('none' as const, 'lz4' as const),
  plan: fc.nat(2),
  outSize: fc.option(fc.nat(60_000), { nil: undefined }),
});

test('the kernel writes what the plain formatter writes, batch after batch through one instance', () => {
  const scenario = fc.record({
    plans: fc.array(plan, { minLength: 3, maxLength: 3 }),
    batches: fc.array(batch, { minLength: 1, maxLength: 4, size: 'max' }),
  });
  fc.assert(
    fc.property(scenario, ({ plans, batches }) => {
      const kernel = kernelOf(plans);
      for (const { raw, encoding, plan: index, outSize } of batches) {
        const body = encoding === 'lz4' ? lz4Compress(raw) : raw;
        const out = outSize === undefined ? undefined : new ArrayBuffer(outSize);
        const result = kernel.format({ plan: index, body, encoding, rawSize: raw.length, out });
        const expected = formatAll(raw, plans[index]!);
        const actual = framesOf(result);
        assert.equal(actual.length, expected.length);
        for (const [i, frame] of expected.entries()) {
          if (Buffer.compare(actual[i]!, frame) === 0) continue;
          assert.equal(Buffer.from(actual[i]!).toString('latin1'), Buffer.from(frame).toString('latin1'));
        }
      }
    }),
    { numRuns: 250 * RUNS },
  );
});
