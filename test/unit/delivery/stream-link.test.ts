import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import type { KernelSocket } from '../../../src/delivery/kernel/kernel-sockets.js';
import { SpanLedger } from '../../../src/delivery/span-ledger.js';
import type { PeerState } from '../../../src/delivery/kernel/stall-watch.js';
import { StreamLink } from '../../../src/delivery/links/stream-link.js';
import { ManualClock } from '../../support/manual-clock.js';
import { endpointAt, Receiver } from './support.js';

const MEGABYTE = 1024 * 1024;
const settings = {
  stallTimeoutMs: 20_000,
  shutWindowNoticeMs: 5_000,
  shutWindowTimeoutMs: 60_000,
  sendBufferBytes: 5 * MEGABYTE,
  blindAckMs: 10_000,
  maxUnackedBytes: 16 * MEGABYTE,
  sliceBytes: MEGABYTE,
};
const row = (change: Partial<KernelSocket> = {}): KernelSocket => ({
  unackedBytes: 0,
  probing: false,
  retransmits: 0,
  probes: 0,
  ...change,
});

const look = (link: StreamLink, clock: ManualClock, row: KernelSocket | undefined): PeerState =>
  link.kernel.sample()(clock.monotonic(), row);

/** A link over a real socket; what the kernel says of it, and the time, come from the test. */
async function withLink(body: (link: StreamLink, clock: ManualClock, siem: Receiver) => Promise<void>): Promise<void> {
  const siem = await Receiver.listen();
  const raw = connect(siem.port, '127.0.0.1');
  await once(raw, 'connect');
  const clock = new ManualClock();
  const link = new StreamLink({ stream: raw, raw }, endpointAt(siem.port), settings, clock, {
    onChange: () => undefined,
  });
  try {
    await body(link, clock, siem);
  } finally {
    link.leave();
    await link.closed;
    await siem.close();
  }
}

test('acked is what was flushed before the look, less what the kernel holds; an older look takes nothing back', () =>
  withLink(async (link, clock) => {
    const oldest = link.kernel.sample();
    await link.write(new Uint8Array(1_000));
    const old = link.kernel.sample();
    await link.write(new Uint8Array(500));
    old(clock.monotonic(), row({ unackedBytes: 300 }));
    assert.equal(link.flushed, 1_500);
    assert.equal(link.acked, 700);
    assert.equal(link.kernel.busy, true);
    oldest(clock.monotonic(), row());
    assert.equal(link.acked, 700);
    look(link, clock, row());
    assert.equal(link.acked, 1_500);
    assert.equal(link.kernel.busy, false);
  }));

test('what no longer fits into our send buffer is acked without a look; a buffer found to be larger counts from then', () =>
  withLink(async (link, clock) => {
    for (let written = 0; written < 8; written++) await link.write(new Uint8Array(MEGABYTE));
    assert.equal(link.acked, 3 * MEGABYTE);
    look(link, clock, row({ unackedBytes: 6 * MEGABYTE }));
    for (let written = 0; written < 8; written++) await link.write(new Uint8Array(MEGABYTE));
    assert.equal(link.acked, 4 * MEGABYTE);
  }));

test('flows only while more goes out between two questions than our send buffer holds', () =>
  withLink(async (link) => {
    const write = async (megabytes: number): Promise<void> => {
      for (let written = 0; written < megabytes; written++) await link.write(new Uint8Array(MEGABYTE));
    };
    await write(5);
    assert.equal(link.kernel.flows(), false);
    await write(6);
    assert.equal(link.kernel.flows(), true);
    assert.equal(link.kernel.flows(), false, 'nothing since');
  }));

test('where the kernel does not tell, what is old enough counts as acked', () =>
  withLink(async (link, clock) => {
    await link.write(new Uint8Array(1_000));
    look(link, clock, undefined);
    assert.equal(link.kernel.blind, false, 'it may just be going away');
    look(link, clock, row({ unackedBytes: 1_000 }));
    look(link, clock, undefined);
    assert.equal(link.kernel.blind, false);
    look(link, clock, undefined);
    assert.equal(link.kernel.blind, true);
    for (let seconds = 0; seconds < 20; seconds++) {
      assert.equal(link.acked, 0, `after ${seconds} s`);
      clock.freeze(1_000);
      look(link, clock, undefined);
    }
    assert.equal(link.acked, 1_000);
  }));

test('where the kernel does not tell, a send buffer, half the replay window and a batch are unsettled at most, at any speed', () =>
  withLink(async (link, clock) => {
    await link.write(new Uint8Array(1_000));
    look(link, clock, undefined);
    look(link, clock, undefined);
    const proofBytes = 6 * MEGABYTE;
    const horizon = { holdMs: 2_000, holdBytes: proofBytes, proofMs: 2_000, proofBytes };
    const ledger = new SpanLedger<number>({ guarantee: 'settled', ...horizon });
    let [unsettled, most] = [0, 0];
    for (let batch = 0; batch < 40; batch++) {
      assert.ok(link.hasRoom, 'nothing waits for what nobody will tell');
      ledger.push(MEGABYTE);
      await link.write(new Uint8Array(MEGABYTE));
      ledger.written(link.flushed, clock.monotonic());
      ledger.acked(link.acked, clock.monotonic());
      unsettled += MEGABYTE;
      for (const bytes of ledger.settle(clock.monotonic(), 0, true)) unsettled -= bytes;
      most = Math.max(most, unsettled);
    }
    assert.equal(most, settings.sendBufferBytes + proofBytes);
    clock.freeze(60_000);
    look(link, clock, undefined);
    clock.freeze(60_000);
    look(link, clock, undefined);
    ledger.acked(link.acked, clock.monotonic());
    clock.freeze(20_000);
    assert.equal(ledger.settle(clock.monotonic(), 0, true).length * MEGABYTE, most, 'the rest is settled by time');
  }));

test('a connection idle for long is not blamed for it when it is used again', () =>
  withLink(async (link, clock) => {
    await link.write(new Uint8Array(1_000));
    look(link, clock, row());
    clock.freeze(3_600_000);
    await link.write(new Uint8Array(1_000));
    clock.freeze(200);
    assert.equal(look(link, clock, row({ unackedBytes: 1_000, retransmits: 1 })), 'fine');
  }));

test('… nor where the kernel does not tell, while the first write after the rest is under way', () =>
  withLink(async (link, clock) => {
    await link.write(new Uint8Array(1_000));
    while (link.kernel.busy) {
      clock.freeze(settings.blindAckMs);
      look(link, clock, undefined);
    }
    clock.freeze(3_600_000);
    const written = link.write(new Uint8Array(1_000));
    assert.equal(link.kernel.busy, true);
    assert.equal(look(link, clock, undefined), 'fine');
    await written;
  }));

test('what a receiver says is counted, and its end is heard', { timeout: 10_000 }, () =>
  withLink(async (link, _, siem) => {
    await siem.until(() => siem.sockets.length === 1);
    siem.sockets[0]?.end('hello?');
    const end = await link.closed;
    assert.equal(link.received, 6);
    assert.equal(end.is === 'lost' && end.error.code, 'CONNECTION_ENDED');
  }),
);

test('a shut window, and bytes that do not move, are trouble', () =>
  withLink(async (link, clock) => {
    await link.write(new Uint8Array(1_000));
    look(link, clock, row({ unackedBytes: 1_000 }));
    const quiet = link.kernel.troubledAt;
    clock.freeze(200);
    look(link, clock, row({ unackedBytes: 500 }));
    assert.equal(link.kernel.troubledAt, quiet, 'they moved');
    clock.freeze(200);
    look(link, clock, row({ unackedBytes: 500 }));
    assert.equal(link.kernel.troubledAt, clock.monotonic());
    clock.freeze(200);
    look(link, clock, row({ unackedBytes: 400, probing: true }));
    assert.equal(link.kernel.troubledAt, clock.monotonic());
  }));

test('a link that is over listens to its socket no more, and its end is told once', async () => {
  const siem = await Receiver.listen();
  for (const is of ['lost', 'ended'] as const) {
    const raw = connect(siem.port, '127.0.0.1');
    await once(raw, 'connect');
    // As those who dial do.
    raw.on('error', () => undefined);
    const listeners = () => ['data', 'end', 'error'].map((event) => raw.listenerCount(event));
    const before = listeners();
    const dialled = { stream: raw, raw };
    const link = new StreamLink(dialled, endpointAt(siem.port), settings, new ManualClock(), {
      onChange: () => undefined,
    });
    const error = new ForwarderError('CONNECTION_STALLED', 'the first');
    if (is === 'lost') link.kill(error);
    else link.leave();
    assert.deepEqual(listeners(), before);
    link.leave();
    link.kill(new ForwarderError('CONNECTION_STALLED', 'a later one'));
    assert.deepEqual(await link.closed, is === 'lost' ? { is, error, refusal: undefined } : { is });
  }
  await siem.close();
});
