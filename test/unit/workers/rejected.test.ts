/** Logs that are too large for the receiver, kept as batches of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rejected } from '../../../workers/kernel/rejected.js';
import { decode, encode } from '../../support/oracle/log-group-list.js';
import { bytes, group, pair } from '../../support/oracle/logs.js';

/** Adds the only log of each of these groups, which lie one behind the other. */
function reject(...values: readonly { readonly tag: string; readonly value: string }[]) {
  const rejected = new Rejected((index) => `cursor-${index}`, 1 << 20);
  values.forEach(({ tag, value }, groupIndex) => {
    const list = encode([group([{ time: 1, contents: [pair('k', value)] }], [{ key: bytes('t'), value: bytes(tag) }])]);
    // Field 1 with a length of one or two bytes: the group; and in it, first, the log.
    const [groupAt, groupLength] = payload(list, 0);
    const [logAt, logLength] = payload(list, groupAt);
    const found = { group: groupAt, groupLength, log: logAt, logLength, groupIndex, index: 0, messageBytes: 9 };
    rejected.add(list, found);
  });
  return rejected.logs;
}

function payload(list: Uint8Array, at: number): [at: number, length: number] {
  const [low = 0, high = 0] = [list[at + 1], list[at + 2]];
  return low < 0x80 ? [at + 2, low] : [at + 3, (low & 0x7f) | (high << 7)];
}

const read = (raw: Uint8Array): unknown =>
  decode(raw).map(({ logs, tags }) => [logs.map(({ contents }) => contents.map(textOf)), tags.map(textOf)]);
const textOf = ({ value }: { readonly value: Uint8Array }): string => Buffer.from(value).toString();

test('each has the tags of its own group, and its place', () => {
  const logs = reject({ tag: 'first', value: 'a' }, { tag: 'second', value: 'b' });
  assert.deepEqual(
    logs.map(({ raw }) => read(raw)),
    [[[[['a']], ['first']]], [[[['b']], ['second']]]],
  );
  assert.deepEqual(
    logs.map(({ cursor }) => cursor),
    ['cursor-0', 'cursor-1'],
  );
});

test('lengths around the border of one byte are written as they are read', () => {
  for (let size = 90; size < 140; size++) {
    const value = 'x'.repeat(size);
    const [one] = reject({ tag: '', value });
    assert.deepEqual(read(one?.raw ?? new Uint8Array()), [[[[value]], ['']]], String(size));
  }
});
