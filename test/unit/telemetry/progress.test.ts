import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Retention, Snapshot } from '../../../src/model/snapshot.js';
import { startProgress, statusLine, summingUp } from '../../../src/telemetry/status-line.js';
import { TimeLeft } from '../../../src/telemetry/time-left.js';
import { Screen } from '../../../src/telemetry/screen.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { connection, destination, lag, pipeline, shard, snapshot } from './snapshots.js';
import { TextSink } from './text-sink.js';

function at(settledEvents: number, more: Partial<Snapshot> = {}): Snapshot {
  const totals = { ...pipeline().totals, settledEvents, settledBytes: settledEvents * 300, checkpoints: 7 };
  const sent = { writtenEvents: settledEvents, writtenBytes: settledEvents * 300 };
  const to = destination(more.destinations?.[0]);
  return snapshot({
    pipelines: [pipeline({ totals, shards: [shard({ lag: lag(0.42) }), shard({ lag: lag(90) })] })],
    ...more,
    destinations: [{ ...to, totals: { ...to.totals, ...sent } }],
  });
}

test('the status line says how it goes', () => {
  const now = at(25_000, {
    budget: { limitBytes: 64e6, reservedBytes: 12.3e6, waiting: 0 },
    destinations: [
      destination({ connections: [connection({ unprovenEvents: 4100 }), connection({ phase: 'dialling' })] }),
    ],
  });
  assert.equal(
    statusLine(now, at(0), 2),
    '12,500 events/s · 3.8 MB/s · lag 90.0 s · 12.3 MB in flight · 4,100 wait for proof · 2 shards · 1/2 connected',
  );
  const idle = snapshot({ pipelines: [pipeline({ shards: [] })] });
  assert.equal(
    statusLine(idle, idle, 1),
    '0 events/s · 0.0 kB/s · lag unknown · 0.0 kB in flight · 0 shards · 2/2 connected',
  );
});

test('the status line says how much waits and when it will be lost, of a shard that is behind', () => {
  const waiting = { estimatedEvents: 1_234_567 };
  const shards = [shard({ lag: lag(3 * 3600, waiting) }), shard({ lag: lag(1, { estimatedEvents: 0 }) })];
  const behind = (retention: Retention | undefined): string => {
    const now = snapshot({ pipelines: [pipeline({ shards, retention })] });
    return statusLine(now, now, 1).split(' · ')[2] ?? '';
  };
  assert.equal(behind(undefined), 'lag 3 h, about 1.2 M events');
  assert.equal(behind('forEver'), 'lag 3 h, about 1.2 M events');
  assert.equal(behind(30 * 86_400), 'lag 3 h, about 1.2 M events');
  assert.equal(behind(86_400), 'lag 3 h, about 1.2 M events, lost in 21 h');
  assert.equal(behind(3600), 'lag 3 h, about 1.2 M events, LOSING LOGS');
});

test('the status line of a bounded run says how long it will take', () => {
  const timeLeft = new TimeLeft();
  const reading = (...left: readonly (number | undefined)[]): Snapshot =>
    snapshot({ pipelines: [pipeline({ shards: left.map((leftGroups, id) => shard({ shard: id, leftGroups })) })] });
  const said = (now: Snapshot, before: Snapshot): string | undefined =>
    statusLine(now, before, 10, timeLeft)
      .split(' · ')
      .find((part) => part.endsWith(' left'));
  assert.equal(said(reading(5000), reading(undefined)), undefined, 'nothing was done yet');
  assert.equal(said(reading(4000), reading(5000)), 'about 80 s left', '1,000 in 20 s');
  assert.equal(said(reading(3000, 6000), reading(4000)), 'about 2 min left', 'a new shard is no step back');
  assert.equal(said(reading(3000, undefined), reading(3000)), undefined, 'the end of a shard is not known');
  assert.equal(said(snapshot({ pipelines: [pipeline({ shards: [] })] }), reading(0)), undefined);
});

test('at 80 columns, and at fewer, what is wrong keeps its place', async () => {
  const clock = new ManualClock();
  const many = Array.from({ length: 64 }, (_, id) =>
    shard({ shard: id, lag: lag(7 * 3600, { estimatedEvents: 1e6 }) }),
  );
  const seen = (columns: number): Promise<string> => {
    const terminal = new TextSink(true, columns);
    const stop = startProgress({
      ...{ clock, log: new RecordingLog(), screen: new Screen(terminal) },
      snapshot: () => snapshot({ pipelines: [pipeline({ shards: many, retention: 86_400 })] }),
    });
    return clock.advance(1000).then(() => {
      stop();
      return terminal.text.split('\r\u001b[K')[1] ?? '';
    });
  };
  assert.equal(
    await seen(160),
    '0 events/s · 0.0 kB/s · lag 7 h, about 64.0 M events, lost in 17 h · 0.0 kB in flight · 64 shards · 2/2 connected',
  );
  assert.equal(await seen(80), 'lag 7 h, about 64.0 M events, lost in 17 h · 64 shards · 2/2 connected');
  assert.equal(await seen(40), '64 shards · 2/2 connected');
});

test('the summing up says what was done', () => {
  const resent = { ...destination().totals, resentEvents: 12 };
  const end = at(1_234_567, { destinations: [destination({ totals: resent })] });
  assert.equal(
    summingUp(end, 61.26),
    'delivered 1,234,567 events (370.4 MB) in 61.3 s; 12 duplicates resent; 7 checkpoints',
  );
});

test('without a terminal a log line comes each ten seconds, with its figures', async () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  let events = 0;
  const stop = startProgress({ clock, log, screen: undefined, snapshot: () => at(events) });
  events = 1000;
  await clock.advance(9999);
  assert.equal(log.lines.length, 0);
  await clock.advance(1);
  events = 1500;
  await clock.advance(10_000);
  assert.deepEqual(
    log.lines.map(({ fields }) => fields['eventsPerSecond']),
    [100, 50],
  );
  assert.match(log.lines[0]?.message ?? '', /^100 events\/s · /);
  stop();
  assert.equal(clock.pending, 0);
});

test('on a terminal the line is redrawn below the log, and goes at the end', async () => {
  const clock = new ManualClock();
  const terminal = new TextSink(true, 20);
  const screen = new Screen(terminal);
  const log = new RecordingLog();
  const stop = startProgress({ clock, log, screen, snapshot: () => at(0) });
  await clock.advance(1000);
  assert.equal(terminal.text, '\r\u001b[K2 shards · 2/2 conn', 'cut to the width');
  terminal.text = '';
  screen.print('a line\n');
  assert.equal(terminal.text, '\r\u001b[Ka line\n2 shards · 2/2 conn');
  terminal.text = '';
  stop();
  screen.print('the end\n');
  assert.equal(terminal.text, '\r\u001b[Kthe end\n');
  assert.deepEqual(log.lines, []);
});

test('what ended counts in the summing-up', () => {
  const { totals } = pipeline();
  const now = snapshot({ pipelines: [], ended: [totals, totals] });
  assert.match(summingUp(now, 1), /^delivered 800 events \(24\.0 kB\) .* 4 checkpoints$/);
});
