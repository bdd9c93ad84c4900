import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram } from '../../../src/flow/histogram.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { connection, destination, lag, pipeline, shard, snapshot } from './snapshots.js';

test('a scrape shows the snapshot of that moment; what is gone or unknown has no series', async () => {
  const main = pipeline();
  let now = snapshot({
    pipelines: [
      pipeline({
        shards: [
          shard({ shard: 0, lag: lag(4.5, { logGroups: 7, estimatedEvents: 70 }), inFlightBytes: 77 }),
          shard({ shard: 1 }),
        ],
        retention: 86_400,
        totals: { ...main.totals, errors: { SLS_SERVER: 2 }, shardsReleased: { unassigned: 1 } },
      }),
    ],
    destinations: [
      destination({
        connections: [
          connection({ unackedBytes: 5, stall: 'zeroWindow' }),
          connection({ phase: 'waiting', unackedBytes: 6, blind: true }),
        ],
      }),
    ],
  });
  const metrics = createMetrics(() => now);
  const first = await metrics.render();
  const labels = 'pipeline="main",source="sg",project="p",logstore="l"';
  for (const line of [
    `forwarder_settled_events_total{${labels}} 400`,
    `forwarder_shard_lag_seconds{${labels},shard="0"} 4.5`,
    `forwarder_shard_in_flight_bytes{${labels},shard="0"} 77`,
    `forwarder_lag_max_seconds{${labels}} 4.5`,
    `forwarder_shard_lag_log_groups{${labels},shard="0"} 7`,
    `forwarder_lag_events_estimate{${labels}} 70`,
    `forwarder_time_to_loss_seconds{${labels}} 86395.5`,
    `forwarder_shard_time_to_loss_seconds{${labels},shard="1"} 86400`,
    `forwarder_shards_owned{${labels}} 2`,
    `forwarder_source_errors_total{${labels},code="SLS_SERVER"} 2`,
    `forwarder_shards_released_total{${labels},reason="unassigned"} 1`,
    'forwarder_destination_connections{destination="siem",phase="connected"} 1',
    'forwarder_destination_stalled_connections{destination="siem",kind="zeroWindow"} 1',
    'forwarder_destination_stalled_connections{destination="siem",kind="silent"} 0',
    'forwarder_destination_blind_connections{destination="siem"} 1',
    'forwarder_destination_unacked_bytes{destination="siem"} 11',
    'forwarder_destination_certificate_days_left{destination="siem",certificate="own"} 12.5',
    'forwarder_destination_eps_used{destination="siem"} 120',
    'forwarder_budget_limit_bytes 1000000',
  ]) {
    assert.ok(first.includes(`\n${line}\n`), line);
  }
  assert.ok(!first.includes(`forwarder_shard_lag_log_groups{${labels},shard="1"}`));
  assert.match(first, /\nforwarder_build_info\{version="\d+\.\d+\.\d+[^"]*",node="v\d+/);
  assert.match(first, /\nprocess_cpu_user_seconds_total /);

  now = snapshot({
    pipelines: [pipeline({ shards: [shard({ shard: 1 })], totals: { ...main.totals, settledEvents: 500 } })],
  });
  const second = await metrics.render();
  assert.ok(
    second.includes(`\nforwarder_settled_events_total{${labels}} 500\n`),
    'a total is set, not added to itself',
  );
  assert.ok(!second.includes('shard="0"'), 'the series of a shard vanish with it');
  assert.ok(!second.includes('SLS_SERVER'));
  assert.doesNotMatch(second, /time_to_loss_seconds\{/, 'nobody knows the retention');
});

test('how long batches take is shown by stage, cumulative and in seconds', async () => {
  const took = new Histogram();
  for (const ms of [0.1, 3, 3, 70_000]) took.observe(ms);
  const main = pipeline();
  const stages = { ...main.totals.stages, pull: took.snapshot() };
  const now = snapshot({ pipelines: [pipeline({ totals: { ...main.totals, stages } })] });
  const text = await createMetrics(() => now).render();
  const labels = 'pipeline="main",source="sg",project="p",logstore="l",stage="pull"';
  for (const line of [
    '# TYPE forwarder_stage_seconds histogram',
    `forwarder_stage_seconds_bucket{${labels},le="0.00025"} 1`,
    `forwarder_stage_seconds_bucket{${labels},le="0.0025"} 1`,
    `forwarder_stage_seconds_bucket{${labels},le="0.005"} 3`,
    `forwarder_stage_seconds_bucket{${labels},le="60"} 3`,
    `forwarder_stage_seconds_bucket{${labels},le="+Inf"} 4`,
    `forwarder_stage_seconds_sum{${labels}} 70.0061`,
    `forwarder_stage_seconds_count{${labels}} 4`,
    'forwarder_destination_stage_seconds_count{destination="siem",stage="acked"} 0',
  ])
    assert.ok(text.includes(`${line}\n`), line);
});

test('names follow the conventions', async () => {
  const text = await createMetrics(() => snapshot()).render();
  const own = [...text.matchAll(/^# TYPE (forwarder_\w+) (\w+)$/gm)];
  assert.ok(own.length > 30);
  for (const [, name = '', type] of own) {
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.ok(new RegExp(`^# HELP ${name} [A-Z1].*\\.$`, 'm').test(text), `${name} says what it is`);
  }
});

test('what patterns find is counted by whether it is read', async () => {
  const one = { pipeline: 'audit', source: 'sg', looked: true, found: 5, unread: 2, failing: undefined };
  const text = await createMetrics(() => snapshot({ discoveries: [one] })).render();
  assert.match(text, /^forwarder_found_logstores\{pipeline="audit",source="sg",state="read"\} 3$/m);
  assert.match(text, /^forwarder_found_logstores\{pipeline="audit",source="sg",state="unread"\} 2$/m);
});
