import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText } from '../../../src/flow/duration-text.js';

test('durations are seconds up to two minutes, minutes up to two hours, then hours', () => {
  assert.deepEqual(
    [0, 95, 119, 120, 1200, 7199, 7200, 86_400].map((seconds) => durationText(seconds)),
    ['0 s', '95 s', '119 s', '2 min', '20 min', '120 min', '2 h', '24 h'],
  );
  assert.equal(durationText(1.25, 1), '1.3 s');
});
