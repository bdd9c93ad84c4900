import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, PLAN, RUNS } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { lz4Decompress } from '../../support/oracle/lz4-block.js';

/** Matches of every short offset and of lengths around the width of a vector: what compressors rarely choose. */
const sequence = fc.record({
  literals: fc.oneof(fc.nat(20), fc.nat(600)),
  offset: fc.oneof(fc.nat(40), fc.nat()),
  match: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 4, max: 900 })),
});

test('decodes every valid block as the plain decoder does, whatever the offsets and lengths', () => {
  const kernel = kernelOf([PLAN]);
  fc.assert(
    fc.property(fc.array(sequence, { minLength: 1, maxLength: 12, size: 'max' }), (sequences) => {
      const block = blockOf(sequences);
      const raw = lz4Decompress(block);
      const result = kernel.format({ plan: 0, body: block, encoding: 'lz4', rawSize: raw.length, out: undefined });
      assert.deepEqual(
        framesOf(result).map(String),
        formatAll(raw, PLAN).map((frame) => String(new Uint8Array(frame))),
      );
    }),
    { numRuns: 400 * RUNS },
  );
});

/** A block that inflates to a LogGroupList whose only value is what the sequences yield. */
function blockOf(sequences: readonly { literals: number; offset: number; match: number }[]): Uint8Array {
  const size = sequences.reduce((sum, { literals, match }) => sum + literals + match, 1);
  const empty = encode([
    { logs: [{ time: 1, contents: [{ key: Buffer.from('k'), value: Buffer.alloc(size) }] }], tags: [] },
  ]);
  const head = empty.subarray(0, empty.length - size);
  const parts: Uint8Array[] = [];
  let pending: number[] = [...head, 0x61];
  let yielded = 1;
  for (const [i, { literals, offset, match }] of sequences.entries()) {
    for (let n = 0; n < literals; n++) pending.push(0x61 + ((i * 7 + n) % 26));
    yielded += literals;
    parts.push(encodeSequence(pending, 1 + (offset % Math.min(yielded, 0xffff)), match));
    yielded += match;
    pending = [];
  }
  return new Uint8Array(Buffer.concat([...parts, encodeSequence([])]));
}

function encodeSequence(literals: readonly number[], offset?: number, match = 4): Uint8Array {
  const token = (nibble(literals.length) << 4) | nibble(match - 4);
  const start = [token, ...extension(literals.length), ...literals];
  if (offset === undefined) return Uint8Array.from(start);
  return Uint8Array.from([...start, offset & 255, offset >> 8, ...extension(match - 4)]);
}

const nibble = (length: number): number => Math.min(15, length);

function extension(length: number): number[] {
  if (length < 15) return [];
  const rest = length - 15;
  return [...Array.from({ length: Math.floor(rest / 255) }, () => 255), rest % 255];
}
