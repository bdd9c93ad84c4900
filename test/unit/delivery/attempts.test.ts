import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attempts } from '../../../src/delivery/attempts.js';
import { endpointAt } from './support.js';

const RETRY = { initialMs: 1000, maxMs: 60_000 };

test('each receiver is tried once without a pause, then they come round with growing ones', () => {
  const attempts = new Attempts([endpointAt(1), endpointAt(2), endpointAt(3)], RETRY);
  const tried: [number, boolean][] = [];
  for (let failure = 0; failure < 6; failure++) {
    const at = attempts.endpoint.port;
    tried.push([at, attempts.failed() > 0]);
  }
  assert.deepEqual(tried, [
    [1, false],
    [2, false],
    [3, true],
    [1, true],
    [2, true],
    [3, true],
  ]);
  assert.equal(attempts.clean, false);
});

test('a receiver that proved to be good begins it anew, the pauses too', () => {
  const attempts = new Attempts([endpointAt(1)], RETRY);
  const longest = Math.max(...Array.from({ length: 12 }, () => attempts.failed()));
  assert.ok(longest > 1000);
  attempts.proven();
  assert.equal(attempts.clean, true);
  const pause = attempts.failed();
  assert.ok(pause >= 100 && pause <= 1000, String(pause));
});
