import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Link } from '../../../src/delivery/links/link.js';
import { Successor, type Succession, type SuccessorDeps } from '../../../src/delivery/successor.js';
import { ManualClock } from '../../support/manual-clock.js';
import { endpointAt } from './support.js';

const ENDPOINTS = [endpointAt(1), endpointAt(2), { ...endpointAt(3), host: 'siem.example' }];
const fakeLink = (more: Partial<Link> = {}): Link => ({ flushed: 100, address: '10.0.0.1', ...more }) as Link;

interface Scene {
  readonly clock: ManualClock;
  /** Ports that answer. */
  readonly up: Set<number>;
  readonly dialled: number[];
  retired: number;
  readonly found: () => Succession | undefined;
  readonly stop: () => Promise<void>;
}

function scene(index: number, link: Link, more: Partial<SuccessorDeps> = {}): Scene {
  const stop = new AbortController();
  let found: Succession | undefined;
  const made: Scene = {
    clock: new ManualClock(),
    up: new Set(),
    dialled: [],
    retired: 0,
    found: () => found,
    stop: () => {
      stop.abort();
      return searching;
    },
  };
  const deps: SuccessorDeps = {
    failback: { intervalMs: 10_000, probes: 3 },
    rebind: { afterMs: undefined, afterBytes: undefined },
    resolveIntervalMs: 60_000,
    lookoutMs: 1_000,
    clock: made.clock,
    dial: ({ port }) => {
      made.dialled.push(port);
      return made.up.has(port) ? Promise.resolve(fakeLink()) : Promise.reject(new Error('refused'));
    },
    resolve: () => Promise.resolve(['10.0.0.1']),
    retire: () => (made.retired += 1),
    random: () => 0.5,
    ...more,
  };
  const searching = new Successor(deps, ENDPOINTS, index, link).find(stop.signal).then((result) => {
    found = result;
  });
  return made;
}

/** In steps that are no longer than a lookout. */
async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) await clock.advance(1_000);
}

test('at the receiver it prefers a connection looks for no other', async () => {
  const { clock, dialled, stop, ...rest } = scene(0, fakeLink());
  await pass(clock, 600);
  assert.deepEqual(dialled, []);
  await stop();
  assert.equal(rest.found(), undefined);
  assert.equal(clock.pending, 0);
});

test('a preferred receiver is gone back to after three probes in a row; one that flaps is left alone', async () => {
  const made = scene(2, fakeLink());
  await pass(made.clock, 11);
  assert.deepEqual(made.dialled, [1, 2], 'in the order of preference');
  for (let round = 0; round < 3; round++) {
    made.up.add(2);
    await pass(made.clock, 20);
    made.up.delete(2);
    await pass(made.clock, 10);
  }
  assert.equal(made.found(), undefined, 'it flaps');
  assert.equal(made.retired, 6, 'probes are taken down');
  made.up.add(1);
  await pass(made.clock, 32);
  assert.deepEqual([made.found()?.index, made.found()?.reason], [0, 'failback']);
  assert.equal(made.retired, 8);
});

test('an old connection, or one that has carried enough, is made anew; while that fails the old one stays', async () => {
  const old = scene(0, fakeLink(), { rebind: { afterMs: 100_000, afterBytes: undefined } });
  await pass(old.clock, 99);
  assert.deepEqual(old.dialled, []);
  await pass(old.clock, 20);
  assert.deepEqual(old.dialled, [1, 1]);
  old.up.add(1);
  await pass(old.clock, 10);
  assert.deepEqual([old.found()?.index, old.found()?.reason], [0, 'rebind']);

  const link = { ...fakeLink(), flushed: 100 };
  const full = scene(0, link, { rebind: { afterMs: undefined, afterBytes: 1_000 } });
  full.up.add(1);
  link.flushed = 1_099;
  await pass(full.clock, 5);
  assert.equal(full.found(), undefined);
  link.flushed = 1_100;
  await pass(full.clock, 1);
  assert.equal(full.found()?.reason, 'rebind');
});

test('the time to a rebind is spread by a fifth either way', async () => {
  for (const [chance, seconds] of [
    [0, 80],
    [0.999, 120],
  ] as const) {
    const made = scene(0, fakeLink(), { rebind: { afterMs: 100_000, afterBytes: undefined }, random: () => chance });
    made.up.add(1);
    await pass(made.clock, seconds - 2);
    assert.equal(made.found(), undefined);
    await pass(made.clock, 4);
    assert.equal(made.found()?.reason, 'rebind');
  }
});

test('a connection to an address its name no longer has is made anew; a name server that is away changes nothing', async () => {
  let resolve: () => Promise<string[]> = () => Promise.reject(new Error('EAI_AGAIN'));
  const made = scene(2, fakeLink(), { resolve: () => resolve(), failback: { intervalMs: 3_600_000, probes: 1 } });
  made.up.add(3);
  await pass(made.clock, 130);
  resolve = () => Promise.resolve(['10.0.0.2', '10.0.0.1']);
  await pass(made.clock, 130);
  assert.equal(made.found(), undefined);
  resolve = () => Promise.resolve(['10.0.0.2']);
  await pass(made.clock, 61);
  assert.deepEqual([made.found()?.index, made.found()?.reason], [2, 'moved']);
});
