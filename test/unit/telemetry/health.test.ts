import assert from 'node:assert/strict';
import { test } from 'node:test';
import { health, readiness } from '../../../src/telemetry/health.js';
import { connection, destination, pipeline, shard, snapshot } from './snapshots.js';

const settings = { maxStallSeconds: 300 };
const time = 'time: events that stay acknowledged on a connection that has proven itself (settle)';
const proof = { siem: time };
const withShard = (more: Parameters<typeof shard>[0], receivers = [connection()]) =>
  snapshot({
    pipelines: [pipeline({ shards: [shard(more)] })],
    destinations: [destination({ connections: receivers })],
  });

test('fine while shards move or have nothing to do', () => {
  assert.deepEqual(health(snapshot(), settings), { ok: true, problems: [], proof });
  assert.ok(health(withShard({ idleSeconds: 9999, caughtUp: true }), settings).ok);
  assert.ok(health(withShard({ idleSeconds: 299, caughtUp: false, inFlightBatches: 3 }), settings).ok);
  assert.ok(health(snapshot({ pipelines: [] }), settings).ok);
});

test('a shard with data and no progress is told', () => {
  const problems = ['pipeline main: shard 0 has data but made no progress for 301 s'];
  assert.deepEqual(health(withShard({ idleSeconds: 301, caughtUp: false }), settings), { ok: false, problems, proof });
  assert.deepEqual(health(withShard({ idleSeconds: 301, inFlightBatches: 1 }), settings), {
    ok: false,
    problems,
    proof,
  });
});

test('a receiver that is away or takes nothing is no reason to restart us', () => {
  const stuck = { idleSeconds: 3000, inFlightBatches: 5, caughtUp: false };
  const away = connection({ phase: 'waiting' });
  const full = connection({ unprovenEvents: 1 });
  assert.ok(health(withShard(stuck, [away, away]), settings).ok);
  assert.ok(health(withShard(stuck, [away, full]), settings).ok);
  assert.ok(!health(withShard(stuck, [away, connection()]), settings).ok, 'one that takes everything is no excuse');
  assert.ok(
    !health(withShard({ ...stuck, inFlightBatches: 0 }, [away]), settings).ok,
    'nor is any for a shard that does not even read',
  );
});

test('a heartbeat that is older than its timeout is told, one that never was is not', () => {
  const aged = (heartbeatAgeSeconds: number | undefined) =>
    health(snapshot({ pipelines: [pipeline({ heartbeatAgeSeconds })] }), settings);
  assert.deepEqual(aged(31.4).problems, ['pipeline main: no heartbeat was accepted for 31 s (timeout 30 s)']);
  assert.ok(aged(30).ok);
  assert.ok(aged(undefined).ok);
});

test('ready once every group is joined and every destination was connected', () => {
  assert.ok(readiness(snapshot()).ok);
  const totals = { ...destination().totals, connects: 0 };
  const early = snapshot({ pipelines: [pipeline({ heartbeats: 0 })], destinations: [destination({ totals })] });
  assert.deepEqual(readiness(early), {
    ok: false,
    problems: ['pipeline main: has not joined consumer group g yet', 'destination siem: has not been connected yet'],
  });
});

test('a pipeline that can not join its group says why, and from which source', () => {
  const failing = (seconds: number) =>
    snapshot({ pipelines: [pipeline({ heartbeats: 0, startFailing: { code: 'SLS_NETWORK', seconds } })] });
  const early = 'pipeline main: has not joined consumer group g yet (source sg: SLS_NETWORK for 5 s)';
  assert.deepEqual(readiness(failing(5.2)), { ok: false, problems: [early] });
  const lasting = "pipeline main: can't join its consumer group (source sg: SLS_NETWORK for 90 s)";
  const { ok, warnings } = health(failing(90), { maxStallSeconds: 300 });
  assert.deepEqual({ ok, warnings }, { ok: true, warnings: [lasting] });
});

test('a log that can not be written is a warning, and no reason to restart', () => {
  const now = snapshot({ log: { lostLines: 3, fault: 'the disk is full' } });
  const warnings = ["the log can't be written: the disk is full; 3 lines are lost"];
  assert.deepEqual(health(now, { maxStallSeconds: 300 }), { ok: true, problems: [], warnings, proof });
  assert.deepEqual(readiness(now).warnings, warnings);
});

test('a receiver that is down or takes nothing is a warning with its code, since when and why, never a failure', () => {
  const failure = { code: 'DIAL_FAILED', message: "tcp://siem:514: can't connect: nothing listens there", seconds: 31 };
  const down = connection({ phase: 'waiting', failure });
  const full = connection({ stall: 'zeroWindow', unprovenEvents: 1 });
  const now = withShard({}, [down, connection(), { ...down, failure: { ...failure, seconds: 90 } }, full]);
  const what = 'the events wait and are sent when the receiver takes them; check the receiver and the way to it';
  const expected = {
    ok: true,
    problems: [],
    warnings: [
      `destination siem: 2 of 4 connections not usable for 90 s: DIAL_FAILED: ${failure.message}; ${what}`,
      `destination siem: 1 of 4 connections not usable: tcp://siem:514: the receiver is alive but reads nothing; ${what}`,
    ],
  };
  assert.deepEqual(health(now, settings), { ...expected, proof });
  assert.deepEqual(readiness(now), expected);
});

test('a shard that the service refuses is told with its code, and is no reason to restart', () => {
  const failing = [{ deed: 'pull', code: 'SLS_UNAUTHORIZED', seconds: 400 }] as const;
  const warnings = ['pipeline main: shard 0: pulls have failed for 400 s (SLS_UNAUTHORIZED)'];
  assert.deepEqual(health(withShard({ idleSeconds: 400, caughtUp: false, failing }), settings), {
    ok: true,
    problems: [],
    warnings,
    proof,
  });
  const ours = [{ deed: 'format', code: 'INTERNAL', seconds: 400 }] as const;
  assert.ok(
    !health(withShard({ idleSeconds: 400, inFlightBatches: 1, failing: ours }), settings).ok,
    'a restart may heal that',
  );
  const commit = [{ deed: 'commit', code: 'SLS_SERVER', seconds: 400 }] as const;
  assert.ok(
    !health(withShard({ idleSeconds: 400, caughtUp: false, failing: commit }), settings).ok,
    'that does not explain it',
  );
});

test('health says what makes events count as delivered, of the connection that proves least', () => {
  const proofOf = (guarantee: string, ...proofs: readonly ('answer' | 'time' | 'probation' | 'none')[]) => {
    const connections = proofs.map((one) => connection({ proof: one }));
    return health(snapshot({ destinations: [destination({ guarantee, connections })] }), settings).proof?.['siem'];
  };
  assert.equal(proofOf('settled', 'time', 'time'), time);
  assert.match(proofOf('settled', 'time', 'probation') ?? '', /^none yet: a connection is young/);
  assert.match(proofOf('settled', 'probation', 'none', 'time') ?? '', /^none: connections are accepted and then ended/);
  assert.match(proofOf('relp', 'answer') ?? '', /^answer: /);
  assert.match(proofOf('acked', 'answer') ?? '', /^acknowledgement: /);
  assert.match(proofOf('written', 'answer') ?? '', /^none: our kernel took the event/);
});

test('a load balancer behind which nobody reads is a warning with its endpoint and the events that wait', () => {
  const unread = connection({ endpoint: 'tcp://lb:514', proof: 'none', unprovenEvents: 20 });
  const now = snapshot({ destinations: [destination({ connections: [unread, { ...unread, unprovenEvents: 5 }] })] });
  assert.deepEqual(health(now, settings).warnings, [
    'destination siem: tcp://lb:514 accepts connections and ends them early, as a load balancer does when nobody behind it reads; 25 events wait for proof and are sent again; check the servers behind it',
  ]);
});

test('patterns: what nobody looked for is not ready, a list that is refused and what is left out are told', () => {
  const one = { pipeline: 'audit', source: 'sg', looked: true, found: 5, unread: 0, failing: undefined };
  const fine = snapshot({ discoveries: [one] });
  assert.deepEqual([readiness(fine), health(fine, settings).warnings], [{ ok: true, problems: [] }, undefined]);
  const failing = { code: 'SLS_UNAUTHORIZED', seconds: 90 };
  const early = snapshot({ discoveries: [{ ...one, looked: false, found: 0, failing }] });
  assert.deepEqual(readiness(early).problems, [
    'pipeline audit: its patterns have not been looked for yet (source sg: SLS_UNAUTHORIZED for 90 s)',
  ]);
  assert.deepEqual(health(early, settings).warnings, [
    'pipeline audit: not all that its patterns may find can be listed (source sg: SLS_UNAUTHORIZED for 90 s)',
  ]);
  const left = snapshot({ discoveries: [{ ...one, unread: 2 }] });
  assert.ok(health(left, settings).ok, 'a restart would not mend it');
  assert.deepEqual(health(left, settings).warnings, [
    'pipeline audit: 2 logstores that its patterns find are not read; the log says why',
  ]);
});
