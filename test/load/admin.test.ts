/** What only Node's own timers end. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startAdmin } from '../../src/telemetry/admin.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { snapshot } from '../unit/telemetry/snapshots.js';

const fine = () => ({ ok: true, problems: [] });

test('a request that comes a byte at a time is ended after five seconds', async () => {
  const listen = { host: '127.0.0.1', port: 0 };
  const admin = await startAdmin({ listen, metrics: createMetrics(() => snapshot()), health: fine, ready: fine });
  const begun = performance.now();
  const socket = connect(Number(new URL(admin.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write('GET /healthz HTTP/1.1\r\nx-slow: ');
  const more = setInterval(() => socket.write('x'), 200);
  await new Promise((resolve) => socket.on('close', resolve));
  clearInterval(more);
  await admin.close();
  assert.ok(performance.now() - begun < 20_000, 'Node looks each half minute if it is not told');
});
