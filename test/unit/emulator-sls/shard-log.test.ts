import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Preload, ShardGenerator } from '../../../src/emulator/sls/generator.js';
import { bytesOf, replyEnd } from '../../../src/emulator/sls/segment.js';
import { ShardLog } from '../../../src/emulator/sls/shard-log.js';

const START = 1_700_000_000_000;
const HOUR = 3_600_000;
const ALL = { count: 1000, end: Infinity, maxBytes: Infinity };

function preloaded(events: number, repeat = false): ShardLog {
  const settings = { profile: 'vpcflow', seed: 1 } as const;
  return new ShardLog(new Preload(new ShardGenerator(settings, 3), 'vpcflow', events, START, HOUR), repeat, 1e9);
}

/** Ten bytes that say which group this is. */
const element = (group: number): Buffer => Buffer.from(String(group).padStart(10, '0'));

function live(groups: number, retainBytes = 1e9): ShardLog {
  const log = new ShardLog(undefined, false, retainBytes);
  for (let group = 0; group < groups; group++) log.append(element(group), START + group * 1000);
  return log;
}

function text(log: ShardLog, group: number, limits = {}): string {
  const slice = log.read(group, { ...ALL, ...limits });
  return slice === undefined ? '' : Buffer.from(bytesOf(slice)).toString('latin1');
}

describe('written logs', () => {
  test('come back in order, by count, up to an end and by size', () => {
    const log = live(30);
    assert.equal(text(log, 28), '00000000280000000029');
    assert.equal(text(log, 3, { count: 1 }), '0000000003');
    assert.equal(text(log, 3, { end: 5 }), '00000000030000000004');
    assert.equal(text(log, 3, { maxBytes: 25 }), '00000000030000000004');
    assert.equal(text(log, 3, { maxBytes: 1 }), '0000000003', 'one group is always given');
    assert.equal(text(log, 30), '');
    assert.equal(text(log, 5, { end: 5 }), '');
  });

  test('a reply never crosses from one segment into the next, and none is left out', () => {
    const log = live(2500);
    let group = 0;
    const sizes: number[] = [];
    for (let slice = log.read(group, ALL); slice !== undefined; slice = log.read(group, ALL)) {
      sizes.push(slice.to - slice.from);
      assert.equal(Number(Buffer.from(bytesOf(slice)).toString('latin1', 0, 10)), group);
      group += slice.to - slice.from;
    }
    assert.deepEqual(sizes, [1000, 1000, 500]);
  });

  test('what has been read stays as it was while more is written', () => {
    const log = live(5);
    const before = log.read(0, ALL)!;
    const bytes = bytesOf(before);
    for (let group = 5; group < 900; group++) log.append(element(group), START);
    assert.deepEqual(bytesOf(before), bytes);
  });

  test('the oldest are forgotten on demand and when there are too many', () => {
    const log = live(2500);
    log.expire(1500);
    assert.deepEqual([log.first, log.end], [1500, 2500]);
    assert.equal(text(log, 1500, { count: 1 }), '0000001500');
    const full = live(2500, 15_000);
    assert.deepEqual([full.first, full.end], [1000, 2500]);
    log.expire(5000);
    assert.deepEqual([log.first, log.end], [2500, 2500]);
  });

  test('are found by the time they were received', () => {
    const log = live(1500);
    assert.equal(log.at(START), 0);
    assert.equal(log.at(START - 1), 0);
    assert.equal(log.at(START + 1_200_001), 1201);
    assert.equal(log.at(START + HOUR), 1500);
    log.expire(100);
    assert.equal(log.at(START), 100);
    assert.equal(log.receivedAt(1400), START + 1_400_000);
  });
});

describe('preloaded logs', () => {
  test('are made when read, the same each time, with ten logs a group', () => {
    const [one, other] = [preloaded(10_013), preloaded(10_013)];
    assert.equal(one.end, 1002);
    assert.equal(text(one, 0), text(other, 0));
    assert.equal(text(one, 1000).match(/emu_seq/g)?.length, 13);
    assert.match(text(one, 1001), /emu_seq..3-10012/s);
  });

  test('are followed by written ones', () => {
    const log = preloaded(95);
    log.append(element(10), START + 2 * HOUR);
    assert.equal(text(log, 9).match(/emu_seq/g)?.length, 5);
    assert.equal(text(log, 10), '0000000010');
    assert.equal(log.at(START + HOUR), 10);
    assert.equal(log.at(START + 1), 1);
  });

  test('begin anew at their end where they repeat', () => {
    const log = preloaded(10_050, true);
    assert.equal(text(log, 1000).match(/emu_seq/g)?.length, 50);
    assert.equal(text(log, 1005), text(log, 0));
    assert.equal(text(log, 1005 * 7 + 1000), text(log, 1000));
    assert.equal(log.receivedAt(1005 * 3), START);
    assert.equal(log.at(START + 10 * HOUR), 1005);
  });
});

test('readers with different counts meet at the same places', () => {
  assert.equal(replyEnd(0, 1000), 1000);
  assert.equal(replyEnd(7, 1000), 1000);
  assert.equal(replyEnd(0, 999), 500);
  assert.equal(replyEnd(500, 700), 1000);
  assert.equal(replyEnd(130, 100), 200);
  assert.equal(replyEnd(130, 49), 179, 'few are given exactly');
  for (let count = 1; count <= 1000; count++)
    assert.ok(replyEnd(333, count) - 333 <= count && replyEnd(333, count) > 333);
});
