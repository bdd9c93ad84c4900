import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { Backoff } from '../../../src/flow/backoff.js';
import { untilDone } from '../../../src/flow/retry.js';
import { ManualClock } from '../../support/manual-clock.js';

const backoff = { initialMs: 100, maxMs: 10_000 };

function failing(codes: ('SLS_SERVER' | 'SLS_UNAUTHORIZED' | 'SLS_CURSOR_INVALID')[]) {
  return (): Promise<string> => {
    const code = codes.shift();
    return code === undefined ? Promise.resolve('done') : Promise.reject(new ForwarderError(code, code));
  };
}

test('tries retryable failures with growing pauses and fatal ones at the slowest pace', async () => {
  const clock = new ManualClock();
  const pauses: number[] = [];
  const settings = {
    clock,
    backoff,
    signal: new AbortController().signal,
    onError: (_: unknown, ms: number) => pauses.push(ms),
  };
  const done = untilDone(settings, failing(['SLS_SERVER', 'SLS_SERVER', 'SLS_UNAUTHORIZED']));
  await clock.advance(20_000);
  assert.equal(await done, 'done');
  assert.equal(pauses.length, 3);
  assert.ok((pauses[0] ?? 0) <= 100 && (pauses[1] ?? 0) <= 200);
  assert.equal(pauses[2], 10_000);
});

test('throws permanent failures at once', async () => {
  const settings = {
    clock: new ManualClock(),
    backoff,
    signal: new AbortController().signal,
    onError: () => undefined,
  };
  await assert.rejects(untilDone(settings, failing(['SLS_CURSOR_INVALID'])), { code: 'SLS_CURSOR_INVALID' });
});

test('a stop ends the pause at once', async () => {
  const abort = new AbortController();
  const settings = { clock: new ManualClock(), backoff, signal: abort.signal, onError: () => abort.abort() };
  assert.equal(await untilDone(settings, failing(['SLS_SERVER'])), undefined);
});

test('the back-off stays within its ceiling, honours a hint and starts again after a reset', () => {
  const always = new Backoff(backoff, () => 0.999);
  const delays = Array.from({ length: 12 }, () => always.next());
  assert.ok(delays.every((delay, index) => delay <= Math.min(10_000, 100 * 2 ** index)));
  assert.ok((delays.at(-1) ?? 0) > 9_000);
  assert.equal(always.next(60_000), 60_000);
  always.reset();
  assert.ok(always.next() <= 100);
  assert.ok(new Backoff(backoff, () => 0).next() >= 10, 'never hammers');
});

test('the pauses are random, so that a crowd does not come back at one moment', () => {
  const delays = [0.2, 0.5, 0.9].map((chance) => new Backoff(backoff, () => chance).next());
  assert.deepEqual(delays, [20, 50, 90]);
});

test('nothing is tried before the pause is over', async () => {
  const clock = new ManualClock();
  let tries = 0;
  const settings = { clock, backoff, signal: new AbortController().signal, onError: () => undefined };
  const done = untilDone(settings, () => {
    tries += 1;
    return tries < 2 ? Promise.reject(new ForwarderError('SLS_UNAUTHORIZED', 'no')) : Promise.resolve('done');
  });
  await clock.advance(9_999);
  assert.equal(tries, 1);
  await clock.advance(1);
  assert.equal(await done, 'done');
});

test('what fails because it was stopped is not told', async () => {
  const stop = new AbortController();
  const told: string[] = [];
  const settings = {
    clock: new ManualClock(),
    backoff,
    signal: stop.signal,
    onError: ({ code }: ForwarderError) => told.push(code),
  };
  const attempt = (): Promise<string> => {
    stop.abort();
    return Promise.reject(new ForwarderError('SLS_TIMEOUT', 'given up'));
  };
  assert.equal(await untilDone(settings, attempt), undefined);
  assert.deepEqual(told, []);
});
