import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { logGroupList } from '../../support/oracle/arbitrary.js';
import { decodeText } from '../../support/oracle/fields.js';
import { framesOf, kernelOf, PLAN, run, RUNS } from '../../support/oracle/oracle.js';
import { decode } from '../../support/oracle/log-group-list.js';

const quotedPlan = (separator: string, quote: 'whenNeeded' | 'always'): FormatPlan => ({
  ...PLAN,
  framing: 'octet-counting',
  header: { ...PLAN.header, style: 'none' },
  body: { kind: 'kv', separator, quote },
});

/** What a reader makes of it who knows of quotes and of nothing else. Throws at the first fault. */
function parsePairs(text: string, separator: string): [name: string, value: string][] {
  const odd = `\\0- "=\\\\\\x7f${separator}`;
  const pattern = new RegExp(`^([^${odd}]+)=(?:"((?:\\\\.|[^"\\\\])*)"|([^${odd}]*))`, 's');
  const pairs: [string, string][] = [];
  for (let rest = text; rest !== '';) {
    assert.ok(rest.startsWith(separator), rest);
    const [pair, name = '', quoted, bare = ''] = pattern.exec(rest.slice(separator.length)) ?? assert.fail(rest);
    const value = quoted?.replace(/\\(.)/gs, (_, c: string) => ESCAPES.get(c) ?? c);
    pairs.push([name, value ?? bare]);
    rest = rest.slice(separator.length + pair.length);
  }
  return pairs;
}

const ESCAPES = new Map([
  ['n', '\n'],
  ['r', '\r'],
]);

test('quoted key=value reads back to what was in the log', () => {
  const separators = ['||', '\t', ' ', ', '];
  const plans = separators.flatMap((one) => (['whenNeeded', 'always'] as const).map((quote) => quotedPlan(one, quote)));
  const kernel = kernelOf(plans);
  fc.assert(
    fc.property(logGroupList, fc.nat(plans.length - 1), (raw, index) => {
      const frames = framesOf(run(kernel, raw, index)).map((frame) => Buffer.from(frame).toString());
      const logs = decode(raw).flatMap(({ logs: some }) => some);
      for (const [i, frame] of frames.entries()) {
        const separator = separators[index >> 1] ?? '';
        const pairs = parsePairs(frame.slice(frame.indexOf(' ') + 1), separator);
        const { contents } = logs[i]!;
        const expected = contents.map(({ value }) => mended(value));
        assert.deepEqual(
          pairs.slice(pairs.length - contents.length).map(([, value]) => value),
          expected,
        );
      }
    }),
    { numRuns: 100 * RUNS },
  );
});

/** NUL goes, other control characters but TAB and line breaks are spaces. */
function mended(value: Uint8Array): string {
  const kept = decodeText(value).replaceAll('\0', '');
  return Array.from(kept, (c) => ((c < ' ' && !'\t\n\r'.includes(c)) || c === '\x7f' ? ' ' : c)).join('');
}
