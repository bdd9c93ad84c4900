import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Output } from '../../../workers/kernel/output.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const SETTINGS = { events: 1, rawSize: 100, expected: 100, limit: 10_000 };

test('memory too small for the ends of the frames is left alone', () => {
  const memory = new Uint8Array(8);
  const output = new Output({ ...SETTINGS, memory, events: 100 });
  output.append(Buffer.from('frame'), new Uint32Array([5]), 10);
  const { bytes, ends } = output.finish();
  assert.deepEqual([text(bytes), [...ends]], ['frame', [5]]);
  assert.deepEqual([...memory], Array<number>(8).fill(0));
});

test('an octet count that is longer than the place left for it finds room at the end of full memory', () => {
  // 16 bytes of frames, and one end.
  const output = new Output({ ...SETTINGS, memory: new Uint8Array(20) });
  output.append(Buffer.from('?fifteen letters'), new Uint32Array([16]), 100);
  output.writeCount(0, 1, 15);
  assert.equal(text(output.finish().bytes), '15 fifteen letters');
});
