import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneOf } from '../../../src/config/time-zone.js';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { framesOf, kernelOf, PLAN, run, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';

const LEEF: FormatPlan['body'] = {
  ...{ kind: 'leef', format: '2.0', delimiter: '\t', members: [], rest: 'contents' },
  ...{ vendor: [], product: [], version: [], eventId: [] },
};

/** The message of a log with this time and the field `k`. */
function format(plan: FormatPlan, time: number, value = 'v', timeNs?: number): string {
  const contents = [{ key: Buffer.from('k'), value: Buffer.from(value) }];
  const raw = encode([{ logs: [{ time, timeNs, contents }], tags: [] }]);
  return textOf(framesOf(run(kernelOf([plan]), raw)))[0] ?? '';
}

test('headers: zones, the dialects of RFC 3164, none at all', () => {
  const start = (header: Partial<FormatPlan['header']>, time = 1_700_000_000): string => {
    const plan: FormatPlan = { ...PLAN, header: { ...PLAN.header, hostname: [], ...header } };
    return format(plan, time, 'v', 500_000_000).split('||')[0]!;
  };
  const zone = zoneOf('Asia/Shanghai');
  const old = { style: 'rfc3164', appName: [] } as const;
  assert.equal(start({ zone, fractionDigits: 3 }), '<134>1 2023-11-15T06:13:20.500+08:00 - store - - - ');
  assert.equal(
    start({ zone: zoneOf('America/St_Johns'), fractionDigits: 0 }),
    '<134>1 2023-11-14T18:43:20-03:30 - store - - - ',
  );
  assert.equal(start({ zone: zoneOf('-05:00') }, 0), '<134>1 1969-12-31T19:00:00.500000-05:00 - store - - - ');
  assert.equal(start({ ...old, zone, dialect: 'bsd' }), '<134>Nov 15 06:13:20 - ');
  assert.equal(start({ ...old, zone, dialect: 'bsd' }, 1_699_000_000), '<134>Nov  3 16:26:40 - ');
  assert.equal(start({ ...old, zone, dialect: 'year' }), '<134>Nov 15 2023 06:13:20 - ');
  assert.equal(start({ ...old, zone, dialect: 'iso8601', fractionDigits: 0 }), '<134>2023-11-15T06:13:20+08:00 - ');
  assert.equal(start({ ...old, dialect: 'iso8601' }), '<134>2023-11-14T22:13:20.500000Z - ');
  assert.equal(start({ style: 'none' }), '');
  assert.equal(start({ style: 'none', bom: true }), '\ufeff');
  const berlin = zoneOf('Europe/Berlin');
  const change = Date.UTC(2026, 9, 25, 1) / 1000;
  assert.match(start({ zone: berlin }, change - 1), /T02:59:59.500000\+02:00/);
  assert.match(start({ zone: berlin }, change), /T02:00:00.500000\+01:00/);
});

test('the time of an event from a field, or that of its log', () => {
  const stamp = (value: string, eventTime: Omit<NonNullable<FormatPlan['eventTime']>, 'ref'>): string => {
    const plan: FormatPlan = { ...PLAN, eventTime: { ...eventTime, ref: { kind: 'content', key: 'k' } } };
    return format(plan, 1_700_000_000, value).split(' ')[1]!;
  };
  const utc = undefined;
  const read = [
    ['1767225600.25', 's', '2026-01-01T00:00:00.250000Z'],
    ['1767225600123', 'ms', '2026-01-01T00:00:00.123000Z'],
    ['1767225600123456', 'us', '2026-01-01T00:00:00.123456Z'],
    ['1767225600123456789', 'ns', '2026-01-01T00:00:00.123456Z'],
    ['2026-01-01T08:00:00.5+08:00', 'iso8601', '2026-01-01T00:00:00.500000Z'],
    ['2026-01-01T00:00:00Z', 'iso8601', '2026-01-01T00:00:00.000000Z'],
    ['2026/01/01 00:00', 'iso8601', '2026-01-01T00:00:00.000000Z'],
    ['2025-12-31T23:59:60Z', 'iso8601', '2026-01-01T00:00:00.000000Z'],
    ['2026-01-01T07:59:60.25+08:00', 'iso8601', '2026-01-01T00:00:00.250000Z'],
    ['2025-12-31T24:00:00Z', 'iso8601', '2026-01-01T00:00:00.000000Z'],
    ['31/Dec/2025:24:00:00 +0000', 'clf', '2026-01-01T00:00:00.000000Z'],
    [' \t2026-01-01T00:00:00Z\r\n', 'iso8601', '2026-01-01T00:00:00.000000Z'],
    [' 1767225600 ', 's', '2026-01-01T00:00:00.000000Z'],
    ['01/Jan/2026:08:00:00 +0800', 'clf', '2026-01-01T00:00:00.000000Z'],
  ] as const;
  for (const [value, kind, expected] of read) assert.equal(stamp(value, { format: kind, zone: utc }), expected, value);
  const zone = zoneOf('Asia/Shanghai');
  assert.equal(stamp('2026-01-01 08:00:00', { format: 'iso8601', zone }), '2026-01-01T00:00:00.000000Z');
  const own = '2023-11-14T22:13:20.000000Z';
  for (const value of [
    '',
    'soon',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01T00:00:00Zx',
    '2026-01-01T00:00:60Z',
    '2026-01-01T07:59:60Z',
    '2025-12-31T24:00:01Z',
    '2025-12-31T24:00:00.1Z',
    '2025-12-31T25:00:00Z',
    '1e9',
    '-5',
  ]) {
    for (const kind of ['s', 'iso8601', 'clf'] as const)
      assert.equal(stamp(value, { format: kind, zone: utc }), own, value);
  }
  const leef: FormatPlan = {
    ...PLAN,
    body: LEEF,
    eventTime: { ref: { kind: 'content', key: 'k' }, format: 's', zone: utc },
  };
  assert.match(format(leef, 1, '1767225600.25'), /\|devTime=1767225600250\t/);
});
