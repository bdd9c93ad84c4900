import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  always,
  batch,
  endpointAt,
  expectedFrames,
  firstSeen,
  open,
  Receiver,
  soon,
} from '../../unit/delivery/support.js';

/** What a receiver does to one of its connections once it has read so many bytes. */
interface Fault {
  readonly kind: 'reset' | 'fin' | 'pause' | 'talk';
  readonly afterBytes: number;
}

function inflict({ kind, afterBytes }: Fault, socket: Socket): void {
  let got = 0;
  const listen = (chunk: Buffer): void => {
    got += chunk.length;
    if (got < afterBytes) return;
    socket.off('data', listen);
    if (kind === 'reset') socket.resetAndDestroy();
    else if (kind === 'fin') socket.end();
    else if (kind === 'talk') socket.write('hello?\n');
    else {
      socket.pause();
      setImmediate(() => socket.resume());
    }
  };
  socket.on('data', listen);
}

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom('reset', 'reset', 'fin', 'pause', 'talk'),
  afterBytes: fc.integer({ min: 1, max: 300_000 }),
});
const plan = fc.record({
  faults: fc.array(fault, { maxLength: 8 }),
  sizes: fc.array(fc.integer({ min: 16, max: 20_000 }), { minLength: 1, maxLength: 40 }),
  connections: fc.integer({ min: 1, max: 3 }),
  sliceBytes: fc.integer({ min: 1_000, max: 100_000 }),
});

test('under random faults: nothing lost, order kept, no duplicates beyond those declared, all memory given back', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ faults, sizes, connections, sliceBytes }) => {
      const siem = await Receiver.listen({
        onSocket: (socket, index) => {
          const fault = faults[index];
          if (fault !== undefined) inflict(fault, socket);
        },
      });
      const settings = {
        endpoints: [endpointAt(siem.port)],
        connections,
        proofMs: 5,
        retry: { initialMs: 1, maxMs: 4 },
      };
      const { destination } = open(settings, { sliceBytes: { tcp: sliceBytes, tls: sliceBytes }, beatMs: 1 });
      try {
        const sent = [0, 1, 2].map((shard) => {
          const route = destination.openRoute(always);
          return Promise.all(sizes.map((size, seq) => route.send(batch(shard, seq, 10, size))));
        });
        await destination.end(soon(20_000));
        await Promise.all(sent);
        for (let shard = 0; shard < 3; shard++) {
          const own = siem.frames().map((frames) => frames.filter((frame) => frame.startsWith(`${shard}:`)));
          assert.deepEqual(firstSeen(own), expectedFrames(shard, sizes.length));
        }
        const { totals, connections: ended } = destination.snapshot();
        const events = 3 * 10 * sizes.length;
        assert.equal(totals.settledEvents, events);
        assert.ok(siem.frames().flat().length - events <= totals.resentEvents);
        assert.ok(ended.every(({ phase, pendingBytes }) => phase === 'closed' && pendingBytes === 0));
      } finally {
        await destination.closeHard();
        await siem.close();
      }
    }),
    { numRuns: 40 },
  );
});
