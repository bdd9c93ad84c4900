import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRfc5424 } from '../../../src/emulator/receiver/rfc5424.js';
import { gapFrame } from '../../../src/format/gap-frame.js';
import { LINE_FEED } from '../../../src/model/format-plan.js';
import { PLAN } from '../../support/oracle/oracle.js';

const ORIGIN = { project: 'demo', logstore: 'audit', hostname: 'relay.example' };
const GAP = {
  shard: 3,
  seq: 9,
  cursor: 'MTQ0NzMyOTQ2OQ==',
  nextCursor: 'MTQ0NzMyOTQ3MA==',
  reason: 'undecodable',
  events: undefined,
  deadLetter: 'demo.audit.3.0123456789abcdef',
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
} as const;
const header = { ...PLAN.header, priority: 16 * 8 + 6 };

test('a gap event is RFC 5424 with the facility of the pipeline, severity error and the range', () => {
  const { bytes, ends, seq, nextCursor } = gapFrame({ ...PLAN, header, framing: LINE_FEED }, ORIGIN, GAP);
  assert.deepEqual([[...ends], seq, nextCursor], [[bytes.length], 9, GAP.nextCursor]);
  assert.equal(bytes.at(-1), 10);
  const parsed = parseRfc5424(Buffer.from(bytes.subarray(0, -1)));
  assert.ok(parsed.ok);
  const { facility, severity, timestamp, hostname, appName, msgId, msg } = parsed;
  assert.deepEqual([facility, severity, timestamp], [16, 3, '2026-01-02T03:04:05.678Z']);
  assert.deepEqual([hostname, appName, msgId], ['relay.example', 'forwarder', 'GAP']);
  assert.equal(
    msg,
    'EVENTS MISSING: they could not be decoded and were put aside; reason=undecodable project=demo logstore=audit shard=3 ' +
      'from=MTQ0NzMyOTQ2OQ== to=MTQ0NzMyOTQ3MA== dead_letter=demo.audit.3.0123456789abcdef',
  );
});

test('octet counting counts it; a hostname no header can hold is mended', () => {
  const origin = { ...ORIGIN, hostname: 'my höst' };
  const { bytes } = gapFrame({ ...PLAN, header, framing: 'octet-counting' }, origin, { ...GAP, deadLetter: undefined });
  const [, length = '', message = ''] = /^(\d+) (.*)$/s.exec(Buffer.from(bytes).toString()) ?? [];
  assert.equal(Number(length), Buffer.byteLength(message));
  const parsed = parseRfc5424(Buffer.from(message));
  assert.equal(parsed.ok && parsed.hostname, 'my_h_st');
  assert.match(message, /dead_letter=none$/);
});
