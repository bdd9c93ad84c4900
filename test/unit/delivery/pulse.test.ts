import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelSocket, KernelSockets, SocketKey } from '../../../src/delivery/kernel/kernel-sockets.js';
import { Pulse, type Pulsed } from '../../../src/delivery/kernel/pulse.js';
import { WatchedClock } from '../../../src/delivery/watched-clock.js';
import { ManualClock } from '../../support/manual-clock.js';

const RHYTHM = { beatMs: 200, restPerLook: 50 };
const rowOf = (unackedBytes: number): KernelSocket => ({ unackedBytes, probing: false, retransmits: 0, probes: 0 });

/** A connection that asks about its socket, if it has one, and has something unsettled for so many beats. */
class FakeMember implements Pulsed {
  readonly answers: (number | undefined)[] = [];
  name: string | undefined;
  beats = 0;
  isOpen = true;
  #left: number;

  constructor(name: string | undefined, beats: number) {
    this.name = name;
    this.#left = beats;
  }

  question() {
    const key: SocketKey | undefined = this.name === undefined ? undefined : { table: 'tcp', needle: this.name };
    return (
      key && {
        key,
        isOpen: () => this.isOpen,
        answer: (row: KernelSocket | undefined) => this.answers.push(row?.unackedBytes),
      }
    );
  }

  beat(): boolean {
    this.beats += 1;
    this.#left -= 1;
    return this.#left > 0;
  }
}

function setUp(members: readonly FakeMember[], rows: Readonly<Record<string, KernelSocket>>) {
  const clock = new ManualClock();
  const seen = { reads: 0, blind: 0 };
  const sockets = {
    read: () => {
      seen.reads += 1;
      return Promise.resolve(({ needle }: SocketKey) => rows[needle]);
    },
  } as unknown as KernelSockets;
  const watched = new WatchedClock(clock, 30_000);
  const pulse = new Pulse(clock, watched, sockets, RHYTHM, members, () => (seen.blind += 1));
  return { clock, watched, seen, pulse };
}

test('one look answers all that ask, each with its own row, and goes on while somebody has something unsettled', async () => {
  const members = [new FakeMember('a', 1), new FakeMember(undefined, 1), new FakeMember('b', 3)];
  const { clock, seen, pulse } = setUp(members, { a: rowOf(1), b: rowOf(2) });
  pulse.wake();
  await clock.advance(10_000);
  assert.equal(seen.reads, 3);
  assert.deepEqual(
    members.map(({ answers, beats }) => [answers, beats]),
    [
      [[1, 1, 1], 3],
      [[], 3],
      [[2, 2, 2], 3],
    ],
  );
  assert.equal(clock.pending, 0);
});

test('without a question nothing is read, and the beats go on', async () => {
  const member = new FakeMember(undefined, 2);
  const { clock, seen, pulse } = setUp([member], {});
  pulse.wake();
  await clock.advance(10_000);
  assert.deepEqual([seen.reads, seen.blind, member.beats], [0, 0, 2]);
});

test('a kernel that tells nothing is told of once, at the second look', async () => {
  const once = setUp([new FakeMember('a', 1)], {});
  once.pulse.wake();
  await once.clock.advance(10_000);
  assert.equal(once.seen.blind, 0);
  const often = setUp([new FakeMember('a', 5)], {});
  often.pulse.wake();
  await often.clock.advance(10_000);
  assert.equal(often.seen.blind, 1);
});

test('two sockets that are not found, each once, or that are closed by then, do not make the kernel blind', async () => {
  const member = new FakeMember('a', 9);
  const { clock, seen, pulse } = setUp([member], {});
  pulse.wake();
  await clock.advance(200);
  member.name = 'the next connection';
  await clock.advance(200);
  member.name = 'and the next';
  await clock.advance(200);
  member.isOpen = false;
  await clock.advance(600);
  assert.ok(seen.reads >= 5, `${seen.reads}`);
  assert.equal(seen.blind, 0);
  member.isOpen = true;
  await clock.advance(600);
  assert.equal(seen.blind, 1);
});

test('time counts while it beats: not while nothing waits, and no more than two seconds of what a stopped process slept', async () => {
  const { clock, watched, pulse } = setUp([new FakeMember('a', 6)], { a: rowOf(1) });
  clock.freeze(3_600_000);
  pulse.wake();
  const begun = watched.monotonic();
  await clock.advance(1_000);
  assert.equal(watched.monotonic() - begun, 1_000);
  clock.freeze(60_000);
  await clock.advance(0);
  assert.equal(watched.monotonic() - begun, 3_000);
});
