import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InFlightWindow, type InFlightEntry } from '../../../src/flow/in-flight-window.js';
import { settle } from '../../support/manual-clock.js';

test('the watermark is the highest position with everything before it settled', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 40 }), (picks) => {
      const window = new InFlightWindow<number>(Infinity);
      const open: { position: number; entry: InFlightEntry }[] = [];
      const arrived = new Set<number>();
      const settled = new Set<number>();
      let next = 0;
      for (const pick of picks) {
        if (pick % 3 !== 0 || open.length === 0) {
          const position = next++;
          open.push({ position, entry: window.track(position) });
        } else {
          const at = pick % open.length;
          const picked = open[at];
          if (picked === undefined) continue;
          const { position, entry } = picked;
          arrived.add(position);
          if (pick % 2 === 0) {
            entry.arrived();
            entry.arrived();
          } else {
            entry.settle();
            entry.settle();
            settled.add(position);
            open.splice(at, 1);
          }
        }
        let reached = -1;
        while (arrived.has(reached + 1)) reached += 1;
        assert.equal(window.arrived, reached < 0 ? undefined : reached);
        assert.equal(window.oldest, reached + 1 < next ? reached + 1 : undefined);
        assert.equal(window.held, next - arrived.size);
        let expected = -1;
        while (settled.has(expected + 1)) expected += 1;
        assert.equal(window.watermark, expected < 0 ? undefined : expected);
        assert.equal(window.size, next - expected - 1);
      }
    }),
  );
});

test('room is the capacity, counted over entries that have not arrived', async () => {
  const window = new InFlightWindow<string>(2);
  const signal = new AbortController().signal;
  const first = window.track('a');
  const second = window.track('b');
  let room = false;
  void window.whenRoom(signal).then(() => (room = true));
  await settle();
  assert.equal(room, false, 'both are held');
  second.arrived();
  await settle();
  assert.equal(room, true, 'b needs no memory any more');
  assert.equal(window.size, 2);
  first.settle();
  second.settle();
  assert.equal(window.size, 0);
});

test('waiting ends when the signal aborts', async () => {
  const window = new InFlightWindow<string>(1);
  window.track('a');
  const abort = new AbortController();
  const both = Promise.all([window.whenRoom(abort.signal), window.whenEmpty(abort.signal)]);
  abort.abort();
  await both;
  assert.equal(window.size, 1);
});
