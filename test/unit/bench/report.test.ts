import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMetrics, quantile, stageTimes } from '../../../bench/whole/metrics.js';
import { readOptions } from '../../../bench/whole/options.js';
import { bars, lines, ticks } from '../../../bench/whole/svg.js';

test('a quantile lies on a straight line inside its bucket; beyond the last bound it is the last bound', () => {
  const buckets = [
    [1, 0],
    [10, 10],
    [20, 20],
    [Infinity, 20],
  ] as const;
  assert.equal(quantile(buckets, 0.25), 5.5);
  assert.equal(quantile(buckets, 0.5), 10);
  assert.equal(quantile(buckets, 1), 20);
  assert.equal(quantile([...buckets.slice(0, 3), [Infinity, 1000]], 0.99), 20);
  assert.equal(
    quantile(
      [
        [1, 0],
        [Infinity, 0],
      ],
      0.5,
    ),
    0,
  );
});

test('only what came between two scrapes counts, and only of the stage asked for', () => {
  const scrape = (fast: number, slow: number): string => `# TYPE forwarder_stage_seconds histogram
forwarder_stage_seconds_bucket{pipeline="a b",stage="format",le="0.01"} 999
forwarder_stage_seconds_bucket{pipeline="a b",stage="pull",le="0.01"} ${fast}
forwarder_stage_seconds_bucket{pipeline="a b",stage="pull",le="0.1"} ${fast + slow}
forwarder_stage_seconds_bucket{pipeline="a b",stage="pull",le="+Inf"} ${fast + slow}
forwarder_stage_seconds_count{pipeline="a b",stage="pull"} 7
`;
  const [before, after] = [parseMetrics(scrape(100, 0)), parseMetrics(scrape(100, 50))];
  assert.deepEqual(stageTimes(before, after, 'pull'), { p50Ms: 55, p99Ms: 99.1 });
  assert.deepEqual(stageTimes(before, after, 'format'), undefined);
  assert.deepEqual(stageTimes(before, after, 'acked'), undefined);
});

test('an axis goes in round steps to the first one that is not below the highest value, whatever that is', () => {
  for (const [value, step, end] of [
    [0, 1, 1],
    [Number.NaN, 1, 1],
    [Number.POSITIVE_INFINITY, 1, 1],
    [0.07, 0.02, 0.08],
    [1, 0.2, 1],
    [1.01, 0.5, 1.5],
    [5, 1, 5],
    [99, 20, 100],
    [229, 50, 250],
    [1_385_356, 500_000, 1_500_000],
  ] as const) {
    const marks = ticks(value);
    assert.equal(marks[0], 0);
    assert.ok(Math.abs((marks[1] ?? 0) - step) < 1e-9, `${value}: ${marks.join(' ')}`);
    assert.ok(Math.abs((marks.at(-1) ?? 0) - end) < 1e-9, `${value}: ${marks.join(' ')}`);
  }
});

test('plots hold no number that is none and no text that is markup', () => {
  const row = { label: '<a> & "b"', parts: [{ name: 'x', value: 0 }], text: '0', range: [0, 0] } as const;
  for (const svg of [
    bars([row], { label: 'y' }),
    lines([{ name: '', points: [[0, 0]] }], { label: 'x' }, { label: '<y>' }),
  ]) {
    assert.doesNotMatch(svg, /NaN|Infinity|undefined|<a>|<y>/);
    assert.equal(svg.split('<svg').length, svg.split('</svg>').length);
  }
});

test('the matrix: --full is every combination, what is named limits it, and a wrong word is named', () => {
  const cases = (...args: string[]) => {
    const options = readOptions(args);
    return options === 'help' ? [] : options.cases;
  };
  assert.equal(cases('--full').length, 5 * 3 * 4 * 4);
  assert.deepEqual(cases('--full', '--profile', 'nginx', '--transport', 'relp', '--body', 'cef', '--shards', '64'), [
    { profile: 'nginx', transport: 'relp', body: 'cef', shards: 64 },
  ]);
  assert.deepEqual(cases('--body', 'kv,json'), [
    { profile: 'vpcflow', transport: 'tcp', body: 'kv', shards: 4 },
    { profile: 'vpcflow', transport: 'tcp', body: 'json', shards: 4 },
  ]);
  assert.equal(cases().length, 2);
  assert.throws(() => cases('--body', 'xml'), /"xml" is none of kv, json, leef, cef/);
  assert.throws(() => cases('--shards', '0'), /"0" is no whole number above 0/);
});
