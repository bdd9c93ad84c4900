import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from '../../../src/emulator/sls/log-group-reader.js';
import { LogGroupWriter } from '../../../src/emulator/sls/log-group-writer.js';
import { filterGroups, parseSpl } from '../../../src/emulator/sls/spl.js';

const pick = (query: string, contents: object): boolean => parseSpl(query)(new Map(Object.entries(contents)));

test('equal and not equal, names in quotes, quotes in values', () => {
  assert.equal(pick("* | where level = 'ERROR'", { level: 'ERROR' }), true);
  assert.equal(pick("* | where level = 'ERROR'", { level: 'error' }), false);
  assert.equal(pick("*|WHERE level!='ERROR'", {}), true);
  assert.equal(pick(`* | where "log-status" = 'it''s'`, { 'log-status': "it's" }), true);
  for (const query of ['*', "* | where level like 'E%'", "* | where level = 'E' limit 1", '']) {
    assert.throws(() => parseSpl(query), /of SPL only/, query);
  }
});

test('what is left are the logs that match, with everything else of their group, byte for byte', () => {
  const log = (level: string) => ({ time: 1_700_000_000, nanos: 5, contents: [['level', level]] as const });
  const group = (levels: readonly string[]) => ({
    logs: levels.map(log),
    topic: 't',
    source: 's',
    machineUuid: 'm',
    tags: [['k', 'v']] as const,
  });
  const encode = (...groups: readonly (readonly string[])[]): Uint8Array => {
    const writer = new LogGroupWriter();
    for (const levels of groups) writer.add(group(levels));
    return Uint8Array.from(writer.out.view());
  };
  const left = filterGroups(encode(['E', 'I', 'E'], ['I'], ['E']), parseSpl("* | where level = 'E'"));
  assert.deepEqual(Uint8Array.from(left.body), encode(['E', 'E'], ['E']));
  assert.deepEqual([left.groups, left.scannedLogs, left.keptLogs], [2, 5, 3]);
  assert.equal(fieldsOf(left.body).length, 2);
  assert.equal(filterGroups(encode(['I']), parseSpl("* | where level = 'E'")).body.length, 0);
});
