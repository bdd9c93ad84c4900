import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configOf, withEnds, type Ends, type EndsOptions } from '../support/emulator-ends.js';

const MINUTE = 60_000;
const PATTERNS = {
  project: ['demo', 'prod-*'],
  logstore: ['audit', '*-audit', '!test-*'],
  discovery: { interval: '1s' },
  drainTimeout: '2s',
  format: { preset: 'rfc5425', hostname: '%{__logstore__}' },
};
const OPTIONS: EndsOptions = {
  logstore: { shards: 1, preload: 100 },
  receiver: { tracking: 'sequence', keep: 100_000 },
};

const create = ({ emulator }: Ends, logstore: string, preload: number, project = 'demo'): Promise<unknown> =>
  emulator.control('logstores/create', { project, logstore, profile: 'vpcflow', shards: 1, preload });

const append = ({ emulator }: Ends, logstore: string, events: number, project = 'demo'): Promise<unknown> =>
  emulator.control('append', { project, logstore, events });

/** How often each event came, by logstore; `emu_seq` numbers them by shard, and here a logstore has one. */
async function arrived({ receiver }: Ends): Promise<Map<string, Map<string, number>>> {
  const all = new Map<string, Map<string, number>>();
  for (const line of await receiver.last(100_000)) {
    const [, , host = ''] = line.split(' ');
    const [sequence = ''] = /emu_seq[^0-9]+\d+-\d+/.exec(line) ?? [];
    const events = all.get(host) ?? new Map<string, number>();
    all.set(host, events.set(sequence, (events.get(sequence) ?? 0) + 1));
  }
  return all;
}

/** Each logstore has sent so many events, each once. */
async function assertArrived(ends: Ends, wanted: Readonly<Record<string, number>>): Promise<void> {
  const events = Object.values(wanted).reduce((sum, count) => sum + count, 0);
  await ends.receiver.waitFor({ events }, MINUTE);
  const all = await arrived(ends);
  const counts = Object.fromEntries([...all].map(([logstore, seen]) => [logstore, seen.size]));
  assert.deepEqual(counts, wanted);
  const again = [...all.values()].flatMap((seen) => [...seen.values()]).filter((times) => times > 1);
  assert.deepEqual(again, []);
}

test('patterns: a logstore is created, written, deleted and created again while the forwarder runs', async () => {
  await withEnds(OPTIONS, async (ends) => {
    await create(ends, 'test-audit', 50);
    await create(ends, 'waf', 50);
    const forwarder = ends.fleet.start(configOf(ends, { pipeline: { ...PATTERNS, start: 'end' } }));
    await forwarder.said('reading what the patterns find');
    await forwarder.said('shard acquired');

    // What is written before it is found came after the start: it is read too, though the start is "end".
    await create(ends, 'b-audit', 0);
    await append(ends, 'b-audit', 300);
    const c = { name: 'c-audit', profile: 'vpcflow', shards: 1, preload: 0 };
    await ends.emulator.control('projects/create', { name: 'prod-x', logstores: [c] });
    await append(ends, 'c-audit', 200, 'prod-x');
    await append(ends, 'b-audit', 700);
    await assertArrived(ends, { 'b-audit': 1000, 'c-audit': 200 });

    await ends.emulator.control('logstores/delete', { logstore: 'b-audit' });
    await forwarder.line(({ msg, logstore }) => msg.includes('the logstore is gone') && logstore === 'demo/b-audit');
    await forwarder.line(({ msg, logstore }) => msg.includes('shard released') && logstore === 'demo/b-audit');
    await ends.receiver.reset();
    await create(ends, 'b-audit', 0);
    await append(ends, 'b-audit', 400);
    await append(ends, 'audit', 30);
    await assertArrived(ends, { 'b-audit': 400, audit: 30 });

    const joins = forwarder.lines.filter(({ msg }) => msg.includes('a pattern finds this logstore'));
    assert.deepEqual(
      joins.map(({ logstore }) => logstore),
      ['demo/b-audit', 'prod-x/c-audit', 'demo/b-audit'],
    );
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
    assert.ok(
      forwarder.lines.some(({ msg }) => msg.startsWith('delivered 1,630 events')),
      forwarder.text(),
    );
  });
});

test('patterns: fifty logstores that are created at once are read to their last event', async () => {
  await withEnds(OPTIONS, async (ends) => {
    const forwarder = ends.fleet.start(configOf(ends, { pipeline: PATTERNS }));
    await assertArrived(ends, { audit: 100 });
    const names = Array.from({ length: 50 }, (_, i) => `l${i}-audit`);
    await Promise.all(names.map((name) => create(ends, name, 100)));
    await assertArrived(ends, { audit: 100, ...Object.fromEntries(names.map((name) => [name, 100])) });
    forwarder.kill('SIGTERM');
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
  });
});

test('patterns: --once reads what is there at the start; rights that are missing are named', async () => {
  await withEnds(OPTIONS, async (ends) => {
    await create(ends, 'b-audit', 300);
    const config = ends.fleet.writeConfig(configOf(ends, { pipeline: PATTERNS }));
    await ends.emulator.control('deny', { actions: ['log:ListProject', 'log:ListLogStores'] });
    const forwarder = ends.fleet.run(['--once', '--config', config]);
    const refused = await forwarder.line(({ code }) => code === 'SLS_UNAUTHORIZED');
    assert.match(refused.msg, /the patterns of this pipeline need log:ListProject on project\/\*/);
    await ends.emulator.control('deny', { actions: ['log:ListLogStores'] });
    await forwarder.said('the patterns of this pipeline need log:ListLogStores on project/demo/logstore/*');
    await ends.emulator.control('deny', { actions: [] });
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
    await assertArrived(ends, { audit: 100, 'b-audit': 300 });
  });
});

test('patterns: of several logstores the built-in receiver says how many events came, and not what is missing', async () => {
  await withEnds(OPTIONS, async (ends) => {
    await create(ends, 'b-audit', 300);
    const change = { pipeline: PATTERNS, destination: { endpoints: ['embedded'] } };
    const forwarder = ends.fleet.run(['--once', '--config', ends.fleet.writeConfig(configOf(ends, change))]);
    assert.equal((await forwarder.exited).code, 0, forwarder.text());
    const { msg } = await forwarder.said('the built-in receiver has seen');
    assert.equal(msg, 'the built-in receiver has seen 400 events');
  });
});

test('patterns alone that nobody may list end the program with the exit code of credentials', async () => {
  await withEnds(OPTIONS, async (ends) => {
    await ends.emulator.control('deny', { actions: ['log:ListLogStores'] });
    const forwarder = ends.fleet.start(configOf(ends, { pipeline: { ...PATTERNS, project: 'demo', logstore: '*' } }));
    assert.equal((await forwarder.exited).code, 77, forwarder.text());
    assert.match(forwarder.text(), /log:ListLogStores on project\/demo\/logstore\/\*/);
  });
});

test('validate --connect says what the patterns find today, and the exit code says what is wrong', async () => {
  await withEnds(OPTIONS, async (ends) => {
    await create(ends, 'b-audit', 300);
    const validate = async (pipeline: object): Promise<[code: number | null, output: string[]]> => {
      const config = ends.fleet.writeConfig(configOf(ends, { pipeline }));
      const forwarder = ends.fleet.run(['validate', '--connect', '--config', config]);
      const { code } = await forwarder.exited;
      return [code, forwarder.output];
    };
    const [code, lines] = await validate(PATTERNS);
    assert.equal(code, 0);
    assert.deepEqual(lines.slice(1, -1), [
      'main: demo/audit (1 shard)',
      'main: demo/b-audit (1 shard)',
      'main: its patterns find 1 logstore today',
    ]);
    assert.match(lines[0] ?? '', /^main: demo, prod-\* \/ audit, \*-audit, !test-\* \(patterns, each 1 s\) as siem/);
    assert.match(lines.at(-1) ?? '', /is fine$/);

    const [missing, said] = await validate({ logstore: ['audit', 'none'] });
    assert.equal(missing, 78);
    assert.equal(said[1], 'main: demo/audit (1 shard)');
    assert.match(said[2] ?? '', /^main: list of the shards of demo\/none: refused with 404 .*check project, logstore/);
    assert.equal(said.length, 3, 'it is not called fine');
    await ends.emulator.control('deny', { actions: ['log:ListProject'] });
    const [refused, why] = await validate(PATTERNS);
    assert.equal(refused, 77);
    assert.match(why.join('\n'), /log:ListProject on project\/\*/);
  });
});
