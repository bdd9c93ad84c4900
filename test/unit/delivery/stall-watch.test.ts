import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelSocket } from '../../../src/delivery/kernel/kernel-sockets.js';
import { StallWatch } from '../../../src/delivery/kernel/stall-watch.js';

const limits = { stallTimeoutMs: 20_000, shutWindowNoticeMs: 5_000, shutWindowTimeoutMs: 60_000 };
const row = (change: Partial<KernelSocket> = {}): KernelSocket => ({
  unackedBytes: 1_000,
  probing: false,
  retransmits: 0,
  probes: 0,
  ...change,
});

/** Looks every second; the time of the first verdict that is none of these, and which. */
function watch(
  seconds: number,
  at: (second: number) => { flushed: number; row: KernelSocket | undefined },
  ...expected: readonly string[]
): string {
  const stalls = new StallWatch(limits, 0);
  for (let second = 1; second <= seconds; second++) {
    const { flushed, row } = at(second);
    const verdict = stalls.look(second * 1_000, flushed, row);
    if (verdict !== 'fine' && !expected.includes(verdict)) return `${verdict} at ${second}`;
  }
  return 'fine';
}

test('no answer to retransmissions: silent after the stall timeout', () => {
  assert.equal(
    watch(100, () => ({ flushed: 5_000, row: row({ retransmits: 3 }) })),
    'silent at 21',
  );
});

test('the same while our kernel still takes bytes from us: silent, too', () => {
  const at = (second: number) => ({
    flushed: 5_000 + second,
    row: row({ unackedBytes: 1_000 + second, retransmits: 3 }),
  });
  assert.equal(watch(100, at), 'silent at 21');
});

test('no answer to window probes: silent', () => {
  assert.equal(
    watch(100, () => ({ flushed: 5_000, row: row({ probing: true, probes: 2 }) })),
    'silent at 21',
  );
});

test('a single probe without an answer does not count against a receiver', () => {
  const at = () => ({ flushed: 5_000, row: row({ probing: true, probes: 1 }) });
  assert.equal(watch(50, at, 'shut'), 'fine');
});

test('a shut window whose probes are answered: alive, soon named, and only after a minute too long', () => {
  const at = (second: number) => ({ flushed: 5_000, row: row({ probing: true, probes: second % 2 }) });
  assert.equal(watch(100, at), 'shut at 6');
  assert.equal(watch(100, at, 'shut'), 'stuck at 61');
});

test('a slow reader is neither: what is unacked moves although we can write nothing', () => {
  const at = (second: number) => ({
    flushed: 5_000,
    row: row({ probing: true, unackedBytes: 1_000 + (second % 50 === 0 ? second : 0) }),
  });
  assert.equal(watch(1_000, at, 'shut'), 'fine');
});

test('a retransmission that is answered counts from then', () => {
  const at = (second: number) => ({ flushed: 5_000, row: row({ retransmits: second % 20 === 0 ? 0 : 1 }) });
  assert.equal(watch(59, at), 'fine');
});

test('where the kernel does not tell, only the longer limit counts', () => {
  assert.equal(
    watch(100, () => ({ flushed: 5_000, row: undefined })),
    'silent at 61',
  );
  assert.equal(
    watch(100, (second) => ({ flushed: second, row: undefined })),
    'fine',
  );
});

test('time counts anew from the first look after a rest, however long the rest', () => {
  const stalls = new StallWatch(limits, 0);
  const dead = row({ retransmits: 1 });
  stalls.look(1_000, 1, dead);
  stalls.rest(20_000);
  assert.equal(stalls.look(3_600_000, 1, dead), 'fine');
  assert.equal(stalls.look(3_619_999, 1, dead), 'fine');
  assert.equal(stalls.look(3_620_000, 1, dead), 'silent');
});

test('what kind of stall it is shows at the first look, and is gone at the first that sees none', () => {
  const stalls = new StallWatch(limits, 0);
  const kinds = [
    row({ probing: true, probes: 1 }),
    row({ probing: true, probes: 2 }),
    row({ retransmits: 1 }),
    row({ retransmits: 2 }),
    row(),
    undefined,
  ].map((each) => {
    stalls.look(1_000, 5_000, each);
    return stalls.stall;
  });
  assert.deepEqual(kinds, ['zeroWindow', 'silent', undefined, 'silent', undefined, undefined]);
});
