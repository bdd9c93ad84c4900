import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InFlightWindow } from '../../../src/flow/in-flight-window.js';
import { settle } from '../../support/manual-clock.js';

test('the watermark is the highest position with everything before it settled', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 40 }), (picks) => {
      const window = new InFlightWindow<number>(Infinity);
      const open: { position: number; settle: () => void }[] = [];
      const settled = new Set<number>();
      let next = 0;
      for (const pick of picks) {
        if (pick % 3 !== 0 || open.length === 0) {
          const position = next++;
          open.push({ position, settle: window.track(position) });
        } else {
          const [entry] = open.splice(pick % open.length, 1);
          entry?.settle();
          entry?.settle();
          settled.add(entry?.position ?? -1);
        }
        let expected = -1;
        while (settled.has(expected + 1)) expected += 1;
        assert.equal(window.watermark, expected < 0 ? undefined : expected);
        assert.equal(window.size, next - expected - 1);
      }
    }),
  );
});

test('room is the capacity, counted over entries not passed by the watermark', async () => {
  const window = new InFlightWindow<string>(2);
  const signal = new AbortController().signal;
  const first = window.track('a');
  const second = window.track('b');
  let room = false;
  void window.whenRoom(signal).then(() => (room = true));
  second();
  await settle();
  assert.equal(room, false, 'b is settled but a still stands before it');
  first();
  await settle();
  assert.equal(room, true);
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
