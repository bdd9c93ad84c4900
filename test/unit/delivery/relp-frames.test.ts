import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { framed } from '../../../src/format/frame.js';
import { RELP } from '../../../src/model/format-plan.js';
import {
  LAST_TXNR,
  numberCommands,
  readRelpFrame,
  skipOks,
  type Answered,
} from '../../../src/delivery/links/relp-frames.js';

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

const someTxnr = fc.oneof(
  fc.integer({ min: 1, max: 1_001 }),
  fc.integer({ min: LAST_TXNR - 3, max: LAST_TXNR }),
  fc.constantFrom(9, 99_999_999, 100_000_000),
);
const after = (txnr: number): number => (txnr === LAST_TXNR ? 1 : txnr + 1);

test('numbered commands are read as they were, their numbers one after the other', () => {
  const messages = fc.array(fc.string({ minLength: 1, maxLength: 200 }), { maxLength: 30 });
  fc.assert(
    fc.property(messages, someTxnr, fc.nat(1_000_000), (texts, first, start) => {
      const frames = texts.map((text) => framed(Buffer.from(text), RELP));
      const bytes = Buffer.concat(frames);
      let length = 0;
      const ends = Uint32Array.from(frames, (frame) => start + (length += frame.length));
      numberCommands(bytes, ends, start, first);
      let [at, txnr] = [0, first];
      for (const [index, text] of texts.entries()) {
        const got = readRelpFrame(bytes, at);
        assert.ok(typeof got !== 'string');
        assert.deepEqual([got.txnr, got.command, got.next], [txnr, 'syslog', (ends[index] ?? 0) - start]);
        assert.deepEqual(bytes.subarray(got.from, got.to), Buffer.from(text));
        [at, txnr] = [got.next, after(txnr)];
      }
      assert.equal(at, bytes.length);
    }),
  );
});

/** The same by the parser of frames. */
function plainOks(bytes: Buffer, txnr: number, most: number): Answered {
  const answered = { at: 0, count: 0 };
  for (let expected = txnr; answered.count < most; expected = after(expected)) {
    const frame = readRelpFrame(bytes, answered.at);
    if (typeof frame === 'string' || frame.txnr !== expected || frame.command !== 'rsp') break;
    if (bytes.toString('latin1', frame.from, frame.to) !== '200 OK') break;
    answered.at = frame.next;
    answered.count += 1;
  }
  return answered;
}

test('plain answers are skipped as far as they come as they should, wherever the bytes end', () => {
  const other = fc.constantFrom(
    '5 rsp 6 200 OK\n',
    '1 rsp 0\n',
    '0 serverclose 0\n',
    '2 rsp 16 500 no room left\n',
    'x',
  );
  const change = fc.record({ behind: fc.nat(6), text: other });
  const input = fc.record({
    first: someTxnr,
    count: fc.nat(6),
    change: fc.option(change, { nil: undefined }),
    cut: fc.nat(30),
    most: fc.nat(8),
  });
  fc.assert(
    fc.property(input, ({ first, count, change, cut, most }) => {
      let txnr = first;
      const answers = Array.from({ length: count }, () => {
        const text = `${txnr} rsp 6 200 OK\n`;
        txnr = after(txnr);
        return text;
      });
      if (change !== undefined) answers.splice(change.behind, 0, change.text);
      const text = answers.join('');
      const bytes = Buffer.from(text.slice(0, Math.max(0, text.length - cut)), 'latin1');
      const answered = { at: 0, count: 0 };
      skipOks(bytes, answered, first, most);
      assert.deepEqual(answered, plainOks(bytes, first, most));
    }),
    { numRuns: 500 },
  );
});
