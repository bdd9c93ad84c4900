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
      ['info', undefined],
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
