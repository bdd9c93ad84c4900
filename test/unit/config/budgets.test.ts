import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetsOf, budgetWarnings } from '../../../src/config/budgets.js';
import { toSettings, type ForwarderSettings } from '../../../src/config/settings.js';
import { minimal, parse } from './parse.js';

const MIB = 2 ** 20;
const settingsOf = (text: string): ForwarderSettings => toSettings(parse(text), { cores: 2, consumer: 'c', now: 0 });

/** A second destination, used or not. */
const two = (used: boolean): string => {
  const pipeline = '- { name: other, project: p, logstore: l, consumerGroup: g2, destination: other }';
  const text = minimal().replace('destinations:', `${used ? `  ${pipeline}\n` : ''}destinations:`);
  return `${text}\n  other: { endpoints: ['tcp://other:514'] }`;
};

test('the byte budget is divided among the destinations that are used', () => {
  assert.deepEqual([...budgetsOf(settingsOf(minimal()))], [['siem', 48 * MIB]]);
  assert.deepEqual([...budgetsOf(settingsOf(two(false)))], [['siem', 48 * MIB]]);
  assert.deepEqual(
    [...budgetsOf(settingsOf(two(true)))],
    [
      ['siem', 24 * MIB],
      ['other', 24 * MIB],
    ],
  );
});

test('a budget too small for bytes to settle bytes is warned of, with what to write instead', () => {
  assert.deepEqual(budgetWarnings(settingsOf(minimal())), []);
  assert.deepEqual(budgetWarnings(settingsOf(minimal({ destination: 'replayBytes: 16MiB' }))), [
    'flow.maxInFlightBytes: leaves 48 MiB for destination siem, and memory there is given back late, which is slow, below 64 MiB (2 × its connections × replayBytes); raise it to 64 MiB, or lower replayBytes',
  ]);
  assert.deepEqual(budgetWarnings(settingsOf(minimal({ destination: 'replayBytes: 16MiB\nguarantee: acked' }))), []);
  assert.equal(budgetWarnings(settingsOf(two(true))).length, 2);
});

test('a window too small for one shard to settle by bytes is warned of', () => {
  assert.deepEqual(budgetWarnings(settingsOf(minimal({ pipeline: 'pull: { maxBytes: 256KiB, window: 48 }' }))), []);
  const small = minimal({ pipeline: 'pull: { maxBytes: 256KiB, window: 2 }' });
  assert.deepEqual(budgetWarnings(settingsOf(small)), [
    'pipelines.main.pull: window × maxBytes is 0.5 MiB, and a shard that sends alone gets its memory back late, which is slow, below 12 MiB (half of connections × replayBytes of destination siem); raise window or maxBytes',
  ]);
  const acked = minimal({ pipeline: 'pull: { maxBytes: 256KiB, window: 2 }', destination: 'guarantee: acked' });
  assert.deepEqual(budgetWarnings(settingsOf(acked)), []);
});
