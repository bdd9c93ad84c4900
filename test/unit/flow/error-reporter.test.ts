import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { ErrorReporter } from '../../../src/flow/error-reporter.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

test('a lasting failure is one line, then one with a count, then one when it is over', async () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const reporter = new ErrorReporter(clock, log);
  const error = new ForwarderError('SLS_SERVER', 'the service is busy');
  for (let second = 0; second < 35; second++) {
    reporter.failed(error, 1000, { shard: 3 });
    await clock.advance(1000);
  }
  reporter.succeeded({ shard: 3 });
  reporter.succeeded({ shard: 3 });
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields['repeated']]),
    [
      ['warn', undefined],
      ['warn', 29],
      ['info', 4],
    ],
  );
});

test('another failure is said at once, and one that needs an operator is an error', () => {
  const log = new RecordingLog();
  const reporter = new ErrorReporter(new ManualClock(), log);
  reporter.failed(new ForwarderError('SLS_SERVER', 'a'), 1, {});
  reporter.failed(new ForwarderError('SLS_UNAUTHORIZED', 'b'), 1, {});
  assert.deepEqual(
    log.lines.map(({ level, message }) => [level, message]),
    [
      ['warn', 'a'],
      ['error', 'b'],
    ],
  );
});

test('at a quota, where successes and refusals take turns, it begins once and ends once', async () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const reporter = new ErrorReporter(clock, log);
  for (let turn = 0; turn < 200; turn++) {
    reporter.failed(new ForwarderError('SLS_QUOTA', 'too much'), 50, {});
    reporter.succeeded({});
    // A shard at its quota is refused each ten seconds or so.
    await clock.advance(turn < 190 ? 100 : 20_000);
  }
  assert.deepEqual(
    log.lines.filter(({ level }) => level !== 'warn'),
    [],
  );
  assert.equal(reporter.trouble?.code, 'SLS_QUOTA');
  const warned = log.lines.length;
  assert.ok(warned <= 8, 'then with a count, each half minute at most');
  await clock.advance(60_000);
  reporter.succeeded({});
  assert.equal(log.lines.length, warned + 1);
  assert.equal(reporter.trouble, undefined);
});
