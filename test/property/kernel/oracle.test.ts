import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRfc5424 } from '../../../src/emulator/receiver/rfc5424.js';
import { unframed } from '../../../src/format/frame.js';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { logGroupList } from '../../support/oracle/arbitrary.js';
import { plan } from '../../support/oracle/arbitrary-plan.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, RUNS } from '../../support/oracle/oracle.js';
import { encode, type Pair } from '../../support/oracle/log-group-list.js';
import { lz4Compress } from '../../support/oracle/lz4-block.js';

const batch = fc.record({
  raw: logGroupList,
  encoding: fc.constantFrom('none' as const, 'lz4' as const),
  plan: fc.nat(2),
  shard: fc.nat(1000),
  cursor: fc.bigInt({ min: 0n, max: 2n ** 63n }),
  outSize: fc.option(fc.nat(60_000), { nil: undefined }),
});

test('the kernel writes what the plain formatter writes, batch after batch through one instance', (context) => {
  const compared = { frames: 0, batches: 0, plans: 0 };
  const scenario = fc.record({
    plans: fc.array(plan, { minLength: 3, maxLength: 3 }),
    batches: fc.array(batch, { minLength: 1, maxLength: 4, size: 'max' }),
  });
  fc.assert(
    fc.property(scenario, ({ plans, batches }) => {
      const kernel = kernelOf(plans);
      compared.plans += plans.length;
      for (const { raw, encoding, plan: index, shard, cursor, outSize } of batches) {
        const body = encoding === 'lz4' ? lz4Compress(raw) : raw;
        const out = outSize === undefined ? undefined : new Uint8Array(new SharedArrayBuffer(outSize));
        const from = { shard, cursor: Buffer.from(String(cursor)).toString('base64') };
        const result = kernel.format({ plan: index, body, encoding, rawSize: raw.length, ...from, out });
        const expected = formatAll(raw, plans[index]!, { shard, cursor });
        const actual = framesOf(result);
        assert.equal(actual.length, expected.length);
        compared.batches += 1;
        compared.frames += actual.length;
        checkGrammar(plans[index]!, actual);
        for (const [i, frame] of expected.entries()) {
          if (Buffer.compare(actual[i]!, frame) === 0) continue;
          assert.equal(Buffer.from(actual[i]!).toString('latin1'), Buffer.from(frame).toString('latin1'));
        }
      }
    }),
    { numRuns: 125 * RUNS },
  );
  if (RUNS > 1)
    context.diagnostic(
      `${compared.frames} frames of ${compared.batches} batches under ${compared.plans} plans are equal byte for byte`,
    );
});

test('the same for logs of up to 5,000 fields and values of up to a megabyte', () => {
  const text = fc.constantFrom(
    ...['é', 'plain text ', '"\\', 'line\r\n', '{"a":[1,"x"]},', '日本 k=v|^', '\0\u0007\ud800'],
  );
  const value = fc
    .tuple(text, text, fc.constantFrom(0, 40, 3_000, 140_000, 1_000_000))
    .map(([one, other, length]) =>
      Buffer.from((one.repeat(7) + other).repeat(Math.ceil(length / 20)).slice(0, length)),
    );
  const content = fc.record({
    key: fc.constantFrom('a', 'host', 'eventName', 'other').map((text) => Buffer.from(text)),
    value,
  });
  const log = fc.oneof(
    fc.record({ time: fc.nat(9), contents: fc.array(content, { minLength: 1, maxLength: 4 }) }),
    fc.record({ time: fc.nat(9), contents: fc.nat(5_000).map((count) => Array.from({ length: count }, field)) }),
  );
  const scenario = fc.record({
    plans: fc.array(plan.map(withSmallBudget), { minLength: 3, maxLength: 3 }),
    logs: fc.array(log, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(scenario, ({ plans, logs }) => {
      const raw = encode([{ logs, tags: [] }]);
      const kernel = kernelOf(plans);
      for (const [index, one] of plans.entries()) {
        const actual = framesOf(
          kernel.format({
            plan: index,
            body: raw,
            encoding: 'none',
            rawSize: raw.length,
            cursor: CURSOR_0,
            out: undefined,
          }),
        );
        const expected = formatAll(raw, one);
        assert.equal(actual.length, expected.length);
        for (const [i, frame] of expected.entries()) assert.ok(Buffer.compare(actual[i]!, frame) === 0, `frame ${i}`);
      }
    }),
    { numRuns: 20 * RUNS, endOnFailure: true },
  );
});

/** The oracle tries every place to cut at, which takes long where there are many. */
function withSmallBudget(one: FormatPlan): FormatPlan {
  const { size } = one;
  return size === undefined ? one : { ...one, size: { ...size, maxBytes: Math.min(size.maxBytes, 2048) } };
}

const CURSOR_0 = Buffer.from('0').toString('base64');
const field = (_: unknown, i: number): Pair => ({
  key: Buffer.from(`field${i}`),
  value: Buffer.from(`value ${i % 7}`),
});

/** What the strict receiver thinks of it, and JSON.parse. A message that is cut may end within its header. */
function checkGrammar({ header, framing, body, size }: FormatPlan, frames: readonly Uint8Array[]): void {
  if (header.style !== 'rfc5424' || size !== undefined) return;
  for (const frame of frames) {
    const bytes = Buffer.from(frame);
    const message = Buffer.from(unframed(bytes, framing));
    const parsed = parseRfc5424(message);
    const ids = header.structuredData.map(({ id }) => id);
    // The one thing a plan may get wrong, and the config does not let it: the same id twice.
    if (new Set(ids).size < ids.length) continue;
    const text = message.toString('latin1');
    assert.ok(parsed.ok, parsed.ok ? '' : `${parsed.error} at ${parsed.offset}: ${text}`);
    assert.equal(parsed.facility * 8 + parsed.severity, Number(/^<(\d+)>/.exec(text)?.[1]));
    if (body.kind === 'json') JSON.parse(parsed.msg ?? '');
  }
}
