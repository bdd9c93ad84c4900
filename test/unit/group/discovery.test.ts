import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../../src/errors/codes.js';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { Discovery, type Found } from '../../../src/group/discovery.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLog } from '../../support/recording-log.js';

const MINUTE = 60_000;

/** A Log Service that knows names only. */
class Names {
  readonly projects = new Map<string, Set<string>>();
  /** By project; `''`: the list of projects. */
  readonly faults = new Map<string, ErrorCode>();
  requests = 0;

  add(project: string, ...logstores: string[]): void {
    this.projects.set(project, new Set([...(this.projects.get(project) ?? []), ...logstores]));
  }

  async listProjects(): Promise<readonly string[]> {
    await this.#asked('');
    return [...this.projects.keys()];
  }

  async listLogstores(project: string): Promise<readonly string[]> {
    await this.#asked(project);
    const logstores = this.projects.get(project);
    if (logstores === undefined) throw new ForwarderError('SLS_NOT_FOUND', `no project ${project}`);
    return [...logstores];
  }

  /** What a test says after it has begun counts too. */
  async #asked(of: string): Promise<void> {
    this.requests += 1;
    await Promise.resolve();
    const code = this.faults.get(of);
    if (code !== undefined) throw new ForwarderError(code, 'refused');
  }
}

function setUp(projects: string[], logstores: string[], once = false) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const names = new Names();
  const looks: string[][] = [];
  const stuck: (string | undefined)[] = [];
  const ended = new AbortController();
  const discovery = new Discovery({
    settings: {
      name: 'audit',
      source: 'sg',
      projects,
      logstores,
      intervalMs: MINUTE,
      retry: { initialMs: 100, maxMs: 20_000 },
      once,
    },
    lister: names,
    clock,
    log,
    onLooked: (found) => {
      looks.push(found.map(({ project, logstore }: Found) => `${project}/${logstore}`));
      return 2;
    },
    onStuck: (error) => stuck.push(error?.code),
  });
  const done = discovery.run(ended.signal);
  return { clock, log, names, looks, stuck, discovery, done, end: () => ended.abort() };
}

test('finds what the patterns choose at the start, and again each interval', async () => {
  const { clock, log, names, looks, discovery, end, done } = setUp(['p*', '!px', 'q'], ['*-audit', 'named', '!b-*']);
  names.add('p1', 'a-audit', 'b-audit', 'named', 'waf');
  names.add('px', 'a-audit');
  names.add('q', 'named', 'c-audit');
  names.add('other', 'a-audit');
  await clock.advance(0);
  // q/named is in the config, so it is read whatever a list says.
  const first = ['p1/a-audit', 'p1/named', 'q/c-audit'];
  assert.deepEqual(looks, [first]);
  assert.equal(names.requests, 3, 'one for the projects, one for each project that is chosen');
  names.add('p2', 'd-audit');
  names.projects.get('p1')?.delete('a-audit');
  await clock.advance(MINUTE - 1);
  assert.equal(looks.length, 1);
  await clock.advance(1);
  assert.deepEqual(looks[1], ['p1/named', 'p2/d-audit', 'q/c-audit']);
  assert.deepEqual(discovery.snapshot(), {
    pipeline: 'audit',
    source: 'sg',
    looked: true,
    found: 3,
    unread: 2,
    failing: undefined,
  });
  assert.deepEqual(log.lines, []);
  end();
  await done;
  assert.equal(clock.pending, 0);
});

test('nobody is asked for what is named: no list of projects, no list where only names are wanted', async () => {
  const { clock, names, looks } = setUp(['p', 'q'], ['*']);
  names.add('p', 'a');
  names.add('q');
  await clock.advance(0);
  assert.deepEqual([names.requests, looks], [2, [['p/a']]]);
  const other = setUp(['p', 'r*'], ['a']);
  other.names.add('p', 'a');
  other.names.add('r1', 'a', 'b');
  await other.clock.advance(0);
  assert.deepEqual([other.names.requests, other.looks], [2, [['r1/a']]]);
});

test('a list that fails takes nothing away, is said once with the right that is missing, and heals by itself', async () => {
  const { clock, log, names, looks, stuck, discovery } = setUp(['p*'], ['*']);
  names.add('p1', 'a');
  names.add('p2', 'b');
  await clock.advance(0);
  names.faults.set('p2', 'SLS_UNAUTHORIZED');
  names.add('p1', 'c');
  await clock.advance(MINUTE);
  assert.deepEqual(looks[1], ['p1/a', 'p1/c', 'p2/b']);
  await clock.advance(2 * MINUTE);
  assert.deepEqual(stuck.filter(Boolean), [], 'the others go on');
  assert.equal(discovery.snapshot().failing?.code, 'SLS_UNAUTHORIZED');
  const said = log.lines.filter(({ message }) => message.includes('log:ListLogStores on project/p2/logstore/*'));
  assert.ok(said.length >= 1 && said.length <= 5, `said ${said.length} times in two minutes`);
  names.faults.clear();
  names.add('p2', 'd');
  await clock.advance(20_000);
  assert.deepEqual(looks.at(-1), ['p1/a', 'p1/c', 'p2/b', 'p2/d']);
  assert.equal(discovery.snapshot().failing, undefined);
  assert.ok(log.lines.some(({ message }) => message === 'works again'));

  names.faults.set('', 'SLS_SERVER');
  names.add('p3', 'e');
  await clock.advance(MINUTE);
  assert.deepEqual(looks.at(-1), ['p1/a', 'p1/c', 'p2/b', 'p2/d'], 'the projects known before count on');
});

test('what nobody may list from the start is stuck, until it may', async () => {
  const { clock, names, looks, stuck, discovery } = setUp(['p*'], ['*']);
  names.add('p1', 'a');
  names.faults.set('', 'SLS_UNAUTHORIZED');
  await clock.advance(0);
  assert.deepEqual([looks, stuck, discovery.snapshot().looked], [[], ['SLS_UNAUTHORIZED'], false]);
  names.faults.clear();
  await clock.advance(20_000);
  assert.deepEqual([looks, stuck.at(-1), discovery.snapshot().looked], [[['p1/a']], undefined, true]);
});

test('with its project everything in it is gone', async () => {
  const { clock, names, looks } = setUp(['p', 'q'], ['*']);
  names.add('p', 'a');
  names.add('q', 'b');
  await clock.advance(0);
  names.projects.delete('q');
  await clock.advance(MINUTE);
  assert.deepEqual(looks, [['p/a', 'q/b'], ['p/a']]);
});

test('a bounded run looks until everything could be listed once, then no more', async () => {
  const { clock, names, looks, done } = setUp(['p'], ['*'], true);
  names.add('p', 'a');
  names.faults.set('p', 'SLS_SERVER');
  await clock.advance(1000);
  assert.deepEqual(looks, []);
  names.faults.clear();
  await clock.advance(20_000);
  await done;
  assert.deepEqual(looks, [['p/a']]);
});
