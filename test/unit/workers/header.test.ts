import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FormatPlan, Template } from '../../../src/model/format-plan.js';
import { PLAN } from '../../support/oracle/oracle.js';
import { format, group, log } from '../../support/oracle/logs.js';

const fixed = (text: string): Template => [{ kind: 'literal', text }];

function header(said: Partial<FormatPlan['header']>): string {
  const plan = { ...PLAN, header: { ...PLAN.header, ...said } };
  return format([group([log(1)])], plan)[0]!.split('||')[0]!;
}

test('fixed header fields are no longer than RFC 5424 §6 allows', () => {
  const long = fixed('x'.repeat(300));
  const [, , ...fields] = header({ hostname: long, appName: long, procId: long, msgId: long }).split(' ');
  assert.deepEqual(
    fields.slice(0, 4).map(({ length }) => length),
    [255, 48, 128, 32],
  );
});

test('the tag of RFC 3164 has 32 bytes at most, and a colon behind it and its process', () => {
  const old = { style: 'rfc3164', dialect: 'iso8601', hostname: fixed('h'), appName: fixed('t'.repeat(40)) } as const;
  assert.ok(header({ ...old, procId: [] }).endsWith(` h ${'t'.repeat(32)}: `));
  assert.ok(header({ ...old, procId: fixed('7') }).endsWith(` h ${'t'.repeat(32)}[7]: `));
});

test('what no header field may hold becomes _, in a fixed one too: blanks, controls, DEL and what is not ASCII', () => {
  const [, , hostname, appName] = header({ hostname: fixed('a b\u007f!~\u0001é'), appName: fixed('') }).split(' ');
  assert.equal(hostname, 'a_b_!~___'.slice(0, 6) + '___');
  assert.equal(appName, '-');
});

test('the BOM is there where it is asked for, also behind structured data', () => {
  assert.ok(header({ bom: true }).endsWith(' - \ufeff'));
  const structuredData = [{ id: 'a@1', params: [{ name: 'n', value: fixed('v') }] }];
  assert.ok(header({ bom: true, structuredData }).endsWith('[a@1 n="v"] \ufeff'));
});

test('each severity has its rating in LEEF: 1 for debug, 10 for emerg', () => {
  const body: FormatPlan['body'] = {
    ...{ kind: 'leef', format: '2.0', delimiter: '\t', members: [], rest: 'contents' },
    ...{ vendor: [], product: [], version: [], eventId: [] },
  };
  const ratings = Array.from({ length: 8 }, (_, severity) => {
    const plan = { ...PLAN, body, header: { ...PLAN.header, priority: 128 + severity } };
    return Number(/\tsev=(\d+)/.exec(format([group([log(1)])], plan)[0]!)?.[1]);
  });
  assert.deepEqual(ratings, [10, 9, 8, 7, 5, 3, 2, 1]);
});
