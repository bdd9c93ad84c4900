import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failing } from '../../../src/model/snapshot.js';
import type { RouteWait } from '../../../src/model/ports.js';
import { WatermarkWatch } from '../../../src/shard/watermark-watch.js';
import { FakeProcess, shardSettings } from '../../support/fake-pipeline.js';
import { FakeService } from '../../support/fake-service.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const QUIET_MS = 30_000;
const WAIT: RouteWait = {
  seq: 7,
  stage: 'waiting',
  connection: 3,
  endpoint: 'tls://siem:6514',
  phase: 'waiting',
  proof: 'probation',
  stall: undefined,
  failure: { code: 'DIAL_FAILED', message: 'connection refused', seconds: 12 },
};

/** A shard that waits as told; what it says while `seconds` go by, a look each second. */
function said(of: {
  watermark?: (second: number) => string;
  stored?: string;
  open?: string;
  wait?: RouteWait;
  failing?: readonly Failing[];
  waitsForRoom?: boolean;
  seconds: number;
}) {
  const [clock, log] = [new ManualClock(), new RecordingLog()];
  let second = 0;
  const watermark = () => of.watermark?.(second) ?? 'w';
  const watch = new WatermarkWatch({
    ...{ shard: 5, clock, log, watermark, quietMs: QUIET_MS },
    route: { waitsFor: () => of.wait },
    stored: () => of.stored ?? watermark(),
    open: () => of.open,
    waitsForRoom: () => of.waitsForRoom === true,
    failing: () => of.failing ?? [],
  });
  for (; second < of.seconds; second++) {
    watch.look();
    clock.freeze(1_000);
  }
  return log.lines.map(({ level, fields }) => ({ level, ...fields }));
}

test('a receiver that is away: the line names the batch, the connection, its endpoint, its state, and since when', () => {
  const [line, ...more] = said({ open: 'o', wait: WAIT, seconds: 31 });
  assert.deepEqual(more, []);
  const where = { ...WAIT, shard: 5, watermark: 'w', stored: 'w', until: 'o' };
  assert.deepEqual(line, { level: 'debug', waitsFor: 'a connection', seconds: 30, ...where });
});

test('each thing that a watermark or a checkpoint waits for has its own word', () => {
  const failing = (deed: Failing['deed'], code: string): Failing[] => [{ deed, code, seconds: 40 }];
  const words = (of: Omit<Parameters<typeof said>[0], 'seconds'>) => {
    const [line] = said({ ...of, seconds: 31 }) as { waitsFor?: string; failure?: Failing; because?: string }[];
    return [line?.waitsFor, line?.failure?.code ?? line?.because];
  };
  assert.deepEqual(words({ open: 'o', wait: { ...WAIT, failure: undefined, stage: 'written' } }), [
    'a connection',
    undefined,
  ]);
  assert.deepEqual(words({ open: 'o', wait: { ...WAIT, failure: undefined, stage: 'acked' } }), ['a proof', undefined]);
  assert.deepEqual(words({ open: 'o', wait: { ...WAIT, failure: undefined, stage: 'arrived' } }), [
    'a proof',
    undefined,
  ]);
  const corrupt = failing('format', 'FORMAT_CORRUPT');
  assert.deepEqual(words({ open: 'o', failing: corrupt }), ['a batch that is formatted', 'FORMAT_CORRUPT']);
  assert.deepEqual(words({ failing: failing('pull', 'SLS_QUOTA') }), ['a pull', 'SLS_QUOTA']);
  assert.deepEqual(words({ waitsForRoom: true }), ['a pull', 'the byte budget is full']);
  const refused = failing('commit', 'SLS_SERVER');
  assert.deepEqual(words({ stored: 'older', open: 'o', wait: WAIT, failing: refused }), ['a commit', 'SLS_SERVER']);
});

test('it is said again after each such time, and not at all at the tip, or while the watermark moves', () => {
  assert.deepEqual(
    said({ open: 'o', wait: WAIT, seconds: 95 }).map((line) => (line as { seconds?: number }).seconds),
    [30, 60, 90],
  );
  assert.deepEqual(said({ seconds: 300 }), []);
  const moving = (second: number) => String(Math.floor(second / 29));
  assert.deepEqual(said({ watermark: moving, open: 'o', wait: WAIT, seconds: 300 }), []);
});

test('a shard whose receiver settles nothing says so by itself', async () => {
  const clock = new ManualClock();
  const service = new FakeService(clock, new Map([[0, 20]]));
  const process = new FakeProcess(service, clock, 'one', { shard: shardSettings });
  process.destination.prompt = false;
  await process.start();
  await clock.advance(20 * shardSettings.checkpointIntervalMs);
  const lines = process.log.lines.filter(({ message }) => message === 'the checkpoint does not move');
  assert.ok(lines.length > 0);
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields['waitsFor'], fields['endpoint'], fields['seq']])[0],
    ['debug', 'a connection', 'tcp://siem:514', 0],
  );
});
