import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LAST_TXNR, readRelpFrame, RelpWriter } from '../../../src/syslog/relp-frames.js';

const read = (text: string) => readRelpFrame(Buffer.from(text, 'latin1'), 0);

test('frames with data, and without', () => {
  assert.deepEqual(read('2 rsp 6 200 OK\n3 rs'), { txnr: 2, command: 'rsp', from: 8, to: 14, next: 15 });
  assert.deepEqual(read('0 serverclose 0\n'), { txnr: 0, command: 'serverclose', from: 15, to: 15, next: 16 });
});

test('what can never become a frame is told from what is not complete yet', () => {
  const whole = '123456789 rsp 10 200 OK\nabc\n';
  for (let length = 0; length < whole.length; length++)
    assert.equal(read(whole.slice(0, length)), 'incomplete', `${length}`);
  for (const text of [
    '1234567890 rsp 0\n',
    'HTTP/1.1 400 Bad Request\r\n',
    '1 rsp x\n',
    '1 rsp 6\n200 OK\n',
    '1 rsp 5 200 OK\n',
    '1  0\n',
    'a'.repeat(20),
    `1 ${'x'.repeat(40)}`,
    '1 rsp 99999999 x',
  ]) {
    assert.equal(read(text), 'garbage', text);
  }
});

test('whatever comes, reading ends within the buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const frame = readRelpFrame(Buffer.from(bytes), 0);
      if (typeof frame === 'string') return;
      assert.ok(frame.from <= frame.to && frame.to < frame.next && frame.next <= bytes.length);
    }),
  );
});

test('what is written is read as it was', () => {
  const txnr = fc.oneof(fc.integer({ min: 1, max: 1_001 }), fc.constantFrom(LAST_TXNR, 99_999_999, 100_000_000));
  const frame = fc.record({ txnr, text: fc.string({ minLength: 1, maxLength: 1_200 }) });
  const writer = new RelpWriter();
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
      const encoded = frames.map(({ txnr, text }) => ({ txnr, data: Buffer.from(`${text}\n`) }));
      writer.begin(
        frames.length,
        encoded.reduce((sum, { data }) => sum + data.length, 0),
      );
      const ends = encoded.map(({ txnr, data }) => writer.add(txnr, data));
      const bytes = Buffer.from(writer.bytes);
      assert.equal(ends.at(-1) ?? 0, bytes.length);
      let at = 0;
      for (const [index, { txnr, data }] of encoded.entries()) {
        const got = readRelpFrame(bytes, at);
        assert.ok(typeof got !== 'string');
        assert.deepEqual([got.txnr, got.command, got.next], [txnr, 'syslog', ends[index]]);
        assert.deepEqual(bytes.subarray(got.from, got.next), data);
        at = got.next;
      }
    }),
  );
});
