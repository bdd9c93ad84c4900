import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RelpServer, type RelpAnswer } from '../../support/relp-server.js';
import {
  always,
  batch,
  commands,
  endpointAt,
  expectedFrames,
  firstSeen,
  open,
  soon,
} from '../../unit/delivery/support.js';

const fault = fc.record({
  answer: fc.constantFrom<RelpAnswer>('reset', 'serverclose', 'garble', 'skip'),
  at: fc.integer({ min: 1, max: 300 }),
});
const plan = fc.record({
  faults: fc.array(fault, { maxLength: 6 }),
  sizes: fc.array(fc.integer({ min: 16, max: 20_000 }), { minLength: 1, maxLength: 25 }),
  connections: fc.integer({ min: 1, max: 3 }),
  sliceBytes: fc.integer({ min: 1_000, max: 100_000 }),
});

test('under random faults: what is settled was answered, nothing is lost, order kept', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ faults, sizes, connections, sliceBytes }) => {
      const siem = await RelpServer.listen({
        answer: (session, count) => (faults[session]?.at === count ? faults[session].answer : 'ok'),
      });
      const endpoints = [endpointAt(siem.port, 'relp')];
      const settings = { endpoints, guarantee: 'relp', connections, retry: { initialMs: 1, maxMs: 4 } } as const;
      const { destination } = open(settings, { sliceBytes: { tcp: sliceBytes, tls: sliceBytes }, beatMs: 5 });
      const taken = (): string[][] => siem.messages.map((session) => session.map((text) => text.split(' ')[0] ?? ''));
      try {
        const sent = [0, 1, 2].map((shard) => {
          const route = destination.openRoute(always);
          return Promise.all(
            sizes.map(async (size, seq) => {
              await route.send(commands(batch(shard, seq, 10, size)));
              const there = new Set(taken().flat());
              for (let n = 0; n < 10; n++) assert.ok(there.has(`${shard}:${seq}:${n}`), 'settled, but never answered');
            }),
          );
        });
        await destination.end(soon(20_000));
        await Promise.all(sent);
        for (let shard = 0; shard < 3; shard++) {
          const own = taken().map((frames) => frames.filter((frame) => frame.startsWith(`${shard}:`)));
          assert.deepEqual(firstSeen(own), expectedFrames(shard, sizes.length));
        }
        const { totals } = destination.snapshot();
        assert.ok(taken().flat().length - 30 * sizes.length <= totals.resentEvents);
      } finally {
        await destination.closeHard();
        await siem.close();
      }
    }),
    { numRuns: 40 },
  );
});
