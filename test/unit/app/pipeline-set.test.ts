import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PipelineSet, type Hooks, type SetPipeline } from '../../../src/app/pipeline-set.js';
import type { PatternPlan, PipelinePlan } from '../../../src/config/settings.js';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const DRAIN_MS = 20_000;

interface Place {
  readonly project: string;
  readonly logstore: string;
}

function planOf(name: string, place: Place, consumerGroup = 'g'): PipelinePlan {
  const settings = { name, ...place, consumerGroup, source: 'sg', shard: { drainTimeoutMs: DRAIN_MS } };
  return { settings } as unknown as PipelinePlan;
}

/** @param late told for each plan whether it was found after the start */
function patternOf(name: string, late: boolean[] = [], more: { group?: string; once?: boolean } = {}): PatternPlan {
  const planFor = (place: Place, isLate: boolean): PipelinePlan => {
    late.push(isLate);
    return planOf(name, place, more.group);
  };
  return { name, once: more.once ?? false, planFor } as unknown as PatternPlan;
}

class FakePipeline implements SetPipeline {
  readonly hooks: Hooks;
  readonly at: string;
  readonly holding = { held: 1, all: 1 };
  readonly did: string[] = [];
  join: () => void = () => undefined;
  drained: () => void = () => undefined;
  finish: () => void = () => undefined;
  readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  constructor(plan: PipelinePlan, hooks: Hooks) {
    this.at = `${plan.settings.project}/${plan.settings.logstore}`;
    this.hooks = hooks;
  }

  start(signal: AbortSignal): Promise<void> {
    this.did.push('start');
    return new Promise((resolve) => {
      this.join = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  }

  stop(): Promise<void> {
    this.did.push('stop');
    return new Promise((resolve) => (this.drained = resolve));
  }

  handedOver(): Promise<void> {
    return Promise.resolve();
  }

  hurry(): void {
    this.did.push('hurry');
    this.drained();
  }

  snapshot(): never {
    return { at: this.at } as never;
  }
}

function setUp() {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const made: FakePipeline[] = [];
  const down: string[] = [];
  const fatal: ForwarderError[] = [];
  const [soft, hard] = [new AbortController(), new AbortController()];
  const set = new PipelineSet({
    make: (plan, hooks) => {
      const pipeline = new FakePipeline(plan, hooks);
      made.push(pipeline);
      return pipeline;
    },
    logOf: () => log,
    serviceOf: () => 'region',
    onNamedDown: (plan) => {
      down.push(plan.settings.logstore);
      return false;
    },
    onNamedUp: () => undefined,
    onFatal: (error) => fatal.push(error),
    clock,
    soft: soft.signal,
    hard: hard.signal,
  });
  const at = (): unknown[] => set.snapshots().map((one) => (one as unknown as { at: string }).at);
  const said = (part: string): number => log.lines.filter(({ message }) => message.includes(part)).length;
  return { clock, log, made, down, fatal, soft, hard, set, at, said };
}

const A = { project: 'p', logstore: 'a' };
const B = { project: 'p', logstore: 'b' };

test('what is found joins once, what is gone drains and leaves; each is said once', async () => {
  const { made, set, at, said } = setUp();
  const late: boolean[] = [];
  const pattern = patternOf('audit', late);
  assert.equal(set.follow(pattern, [A]), 0);
  set.follow(pattern, [A, B]);
  set.follow(pattern, [A, B]);
  assert.deepEqual([at(), late, said('finds this logstore')], [['p/a', 'p/b'], [false, true], 2]);
  made[0]?.join();
  await settle();
  set.follow(pattern, [B]);
  set.follow(pattern, [B]);
  await settle();
  assert.deepEqual([made[0]?.did, at(), said('is gone')], [['start', 'stop'], ['p/a', 'p/b'], 1], 'it drains first');
  made[0]?.drained();
  await settle();
  assert.deepEqual(at(), ['p/b']);
});

test('one that is there again while it still ends joins at a later look, with the counters it had', async () => {
  const { made, set, at } = setUp();
  const pattern = patternOf('audit');
  set.follow(pattern, [A]);
  made[0]?.join();
  made[0]?.hooks.totals.countError('SLS_SERVER');
  set.follow(pattern, []);
  await settle();
  assert.equal(set.follow(pattern, [A]), 0, 'it counts as read');
  assert.equal(made.length, 1, 'two readers of one name would share its shards');
  made[0]?.drained();
  await settle();
  assert.deepEqual([at(), set.endedTotals().map(({ errors }) => errors)], [[], [{ SLS_SERVER: 1 }]]);
  set.follow(pattern, [A]);
  assert.deepEqual([at(), set.endedTotals()], [['p/a'], []]);
  assert.equal(made[1]?.hooks.totals, made[0]?.hooks.totals);
});

test('one that can not drain is hurried after its drainTimeout, or at a hard stop', async () => {
  const { clock, made, set, hard, at } = setUp();
  const pattern = patternOf('audit');
  set.follow(pattern, [A, B]);
  for (const one of made) one.join();
  set.follow(pattern, [B]);
  await clock.advance(DRAIN_MS - 1);
  assert.deepEqual(made[0]?.did, ['start', 'stop']);
  await clock.advance(1);
  assert.deepEqual([made[0].did, at()], [['start', 'stop', 'hurry'], ['p/b']]);
  set.follow(pattern, []);
  await settle();
  hard.abort();
  await settle();
  assert.deepEqual([made[1]?.did, at()], [['start', 'stop', 'hurry'], []]);
});

test('one that has not joined yet can be gone too', async () => {
  const { made, set, at } = setUp();
  const pattern = patternOf('audit');
  set.follow(pattern, [A]);
  set.follow(pattern, []);
  await settle();
  made[0]?.drained();
  await settle();
  assert.deepEqual([made[0]?.did, at()], [['start', 'stop'], []]);
});

test('one that fails leaves and is tried again at the next look; the others do not notice, and the program goes on', async () => {
  const { made, set, at, fatal, down, said } = setUp();
  const pattern = patternOf('audit');
  set.follow(pattern, [A, B]);
  for (const one of made) one.join();
  assert.equal(made[0]?.hooks.onStartFailed(new ForwarderError('SLS_UNAUTHORIZED', 'no')), false);
  made[0].hooks.onFailed(new ForwarderError('SLS_CURSOR_INVALID', 'expired'));
  await settle();
  made[0].drained();
  await settle();
  assert.deepEqual([at(), said('expired; this logstore is left, and tried again at the next look')], [['p/b'], 1]);
  set.follow(pattern, [A, B]);
  assert.deepEqual([at(), fatal, down], [['p/b', 'p/a'], [], []]);
});

test('in a bounded run nobody would try it again, so the program ends with the error', () => {
  const { made, set, fatal } = setUp();
  set.follow(patternOf('audit', [], { once: true }), [A]);
  made[0]?.hooks.onFailed(new ForwarderError('SLS_CURSOR_INVALID', 'expired'));
  assert.equal(fatal[0]?.code, 'SLS_CURSOR_INVALID');
});

test('what is named stays in the list when it fails, and is asked about at its start', async () => {
  const { made, set, at, down, said } = setUp();
  const started = set.add(planOf('main', A));
  made[0]?.hooks.onStartFailed(new ForwarderError('SLS_UNAUTHORIZED', 'no'));
  made[0]?.join();
  await started;
  made[0]?.hooks.onFailed(new ForwarderError('SLS_CURSOR_INVALID', 'expired'));
  await settle();
  assert.deepEqual([down, at(), made[0]?.did], [['a', 'a'], ['p/a'], ['start', 'stop']]);
  assert.equal(said('expired; this pipeline stops, the others go on'), 1);
});

test('a logstore that another pipeline reads with the same group is not read twice, and that is said once', async () => {
  const { made, set, at, said } = setUp();
  void set.add(planOf('main', A));
  const pattern = patternOf('audit');
  for (let look = 0; look < 3; look++) assert.equal(set.follow(pattern, [A, B]), 1);
  assert.deepEqual([at(), said('pipeline main reads p/a with the same consumer group already')], [['p/a', 'p/b'], 1]);
  assert.equal(set.follow(patternOf('other', [], { group: 'h' }), [A, B]), 0, 'another group reads everything itself');
  assert.equal(made.length, 4);
  await settle();
});

test('no more than a thousand are read, and what is left out is said', () => {
  const { set, at, said } = setUp();
  const found = Array.from({ length: 1003 }, (_, i) => ({ project: 'p', logstore: `l${i}` }));
  assert.equal(set.follow(patternOf('audit'), found), 3);
  assert.deepEqual([at().length, said('one process reads at most 1000 logstores')], [1000, 3]);
});

test('at the end of the program all are stopped once, and nothing more joins', async () => {
  const { made, set, soft } = setUp();
  const pattern = patternOf('audit');
  set.follow(pattern, [A, B]);
  made[0]?.join();
  set.follow(pattern, [B]);
  await settle();
  soft.abort();
  assert.equal(set.follow(pattern, [A, B]), 0);
  const stopped = set.stop();
  await set.handedOver();
  for (const one of made) one.drained();
  await stopped;
  assert.deepEqual(
    [made.length, made.map(({ did }) => did)],
    [
      2,
      [
        ['start', 'stop'],
        ['start', 'stop'],
      ],
    ],
  );
});
