import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { readHead } from '../../../src/sls/http/direct/reply-head.js';
import { SameReply } from '../../../src/sls/http/direct/same-reply.js';

const head = (date: string, id: string, cursor: string): Buffer =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\nDate: ${date}\r\nContent-Length: 0\r\nServer: x\r\nx-log-requestid: ${id}\r\n` +
      `x-log-time: 1700000001\r\nx-log-cursor-time: 1700000001\r\nx-log-count: 0\r\nx-log-cursor: ${cursor}\r\n\r\n`,
    'latin1',
  );

const FIRST = head('Wed, 15 Nov 2023 00:26:00 GMT', '655412A87E3B2C0001000001', 'MTcwMDAwMDAwMQ==');
const REPLY = { status: 200, headers: {}, body: new ArrayBuffer(0), bodyLength: 0 };

function remembering(bytes: Buffer): SameReply {
  const same = new SameReply();
  same.remember(bytes, REPLY);
  return same;
}

test('a reply of another second and with another id is the same; more behind it does not matter', () => {
  const first = Buffer.from(FIRST);
  const same = remembering(first);
  first.fill(0);
  const next = head('Thu, 16 Nov 2023 01:02:03 GMT', '655412A87E3B2C0001FFFFFF', 'MTcwMDAwMDAwMQ==');
  assert.equal(same.size, FIRST.length);
  assert.equal(same.in(next), REPLY);
  assert.equal(same.in(Buffer.concat([next, Buffer.from('HTTP/1.1 …')])), REPLY);
  assert.equal(same.in(next.subarray(0, -1)), undefined, 'less than it');
  assert.equal(
    same.in(head('Wed, 15 Nov 2023 00:26:00 GMT', '655412A87E3B2C0001000001', 'MTcwMDAwMDAwMg==')),
    undefined,
  );
  assert.equal(new SameReply().in(Buffer.alloc(0)), undefined, 'nothing is remembered');
});

test('whatever is taken for the same is read as the same', () => {
  const same = remembering(FIRST);
  const known = told(readHead(FIRST));
  const edit = fc.record({
    at: fc.nat(FIRST.length - 1),
    byte: fc.oneof(fc.constantFrom(10, 13, 58, 32, 48), fc.nat(255)),
  });
  const seen = { same: 0, other: 0 };
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
      const bytes = Buffer.from(FIRST);
      for (const { at, byte } of edits) bytes[at] = byte;
      const isSame = same.in(bytes) !== undefined;
      seen[isSame ? 'same' : 'other'] += 1;
      if (isSame) assert.deepEqual(told(readHead(bytes)), known);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(seen.same > 1000 && seen.other > 1000, JSON.stringify(seen));
});

/** What a head says, but for what is never the same. */
function told(read: ReturnType<typeof readHead>): object | string {
  if (typeof read === 'string') return read;
  const headers = Object.entries(read.headers).filter(
    ([name]) => !/^(date|x-log-(requestid|time|cursor-time))$/.test(name),
  );
  return { ...read, headers };
}
