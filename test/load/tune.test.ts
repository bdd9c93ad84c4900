import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { EMBEDDED_CREDENTIALS } from '../../src/app/embedded.js';
import { systemClock } from '../../src/flow/clock.js';
import { Candidate } from '../../src/tune/candidate.js';
import { configOf, withEnds } from '../support/emulator-ends.js';
import { Fleet, type ForwarderProcess } from '../support/forwarder.js';

const SECRET = 'a-secret-that-must-not-show';
const REAL = {
  sources: {
    hangzhou: { endpoint: 'cn-hangzhou', credentials: { accessKeyId: 'id', accessKeySecret: '${SK}' } },
  },
  pipelines: [{ name: 'main', project: 'prod', logstore: 'vpc-flow', consumerGroup: 'siem', destination: 'siem' }],
  destinations: { siem: { endpoints: ['tls://siem.example.com:6514'] } },
};

/** Until the config was measured as it is; then somebody has had enough. */
async function interrupted(tune: ForwarderProcess): Promise<string> {
  await tune.lineOfText('as it is:');
  tune.kill('SIGINT');
  assert.deepEqual(await tune.exited, { code: 0, signal: null }, tune.text());
  return tune.text();
}

/** The config of the window that runs or has just run. */
function derivedIn(directory: string): string {
  const scratch = readdirSync(directory).find((name) => name.startsWith('forwarder-tune-'));
  assert.ok(scratch !== undefined);
  for (;;) {
    const text = readFileSync(join(directory, scratch, 'config.yaml'), 'utf8');
    if (text.endsWith('}\n')) return text;
  }
}

test('tune measures against ends of its own; Ctrl-C ends it with what it knows, and no secret shows', async () => {
  const fleet = new Fleet();
  try {
    const config = fleet.writeConfig(REAL);
    const [json, html] = [`${config}.json`, `${config}.html`];
    const args = ['tune', '-c', config, '--minutes', '1', '--seconds', '1', '--json', json, '--html', html];
    const tune = fleet.run(args, { SK: SECRET, TMPDIR: dirname(config) });
    await tune.lineOfText('as it is:');
    assert.match(derivedIn(dirname(config)), /"consumerGroup": "siem-tune"/, 'one for all windows: a logstore has 30');
    const text = await interrupted(tune);
    assert.match(text, /start +[\d,]+ \([\d,]+ to [\d,]+\)/);
    assert.match(text, /Keep your config: .* \(not everything was tried: stopped by you\)/);
    const results = JSON.parse(readFileSync(json, 'utf8')) as { startSamples: { eventsPerSecond: number }[] };
    assert.equal(results.startSamples.length, 2);
    assert.ok(results.startSamples.every(({ eventsPerSecond }) => eventsPerSecond > 1000));
    assert.match(readFileSync(html, 'utf8'), /<svg viewBox/);
    for (const written of [text, readFileSync(json, 'utf8'), readFileSync(html, 'utf8')])
      assert.ok(!written.includes(SECRET));
  } finally {
    await fleet.end();
  }
});

test('tune --live reads the user’s service as a group of its own, and sends to the user’s receiver', async () => {
  await withEnds({ logstore: { profile: 'vpcflow', shards: 2, preload: 20_000, repeat: true } }, async (ends) => {
    const config = ends.fleet.writeConfig(configOf(ends));
    const args = ['tune', '-c', config, '--live', '--minutes', '1', '--seconds', '1'];
    const refused = ends.fleet.run(args);
    assert.equal((await refused.exited).code, 64);
    assert.match(refused.text(), /sends real events .* add --yes/);
    assert.equal((await ends.receiver.stats()).events, 0);
    const text = await interrupted(ends.fleet.run([...args, '--yes']));
    assert.match(text, /LIVE: reading as consumer group .*-tune/);
    assert.ok((await ends.receiver.stats()).events > 1000);
    const logstore = (configOf(ends) as { pipelines: { logstore: string }[] }).pipelines[0]!.logstore;
    const groups = (await ends.emulator.control('groups', { logstore })) as { name: string }[];
    assert.deepEqual(
      groups.map(({ name }) => name.endsWith('-tune')),
      [true],
    );
  });
});

test('a window that fails says what its process complained of', async () => {
  const fleet = new Fleet();
  const candidateWith = (change: object): Candidate =>
    new Candidate(fleet.writeConfig({ ...REAL, admin: { listen: '127.0.0.1:0' }, ...change }), systemClock);
  const wrong = candidateWith({ flow: { maxInFlight: '1MiB' } });
  const alone = candidateWith({
    sources: { away: { endpoint: 'http://127.0.0.1:1', credentials: EMBEDDED_CREDENTIALS } },
  });
  try {
    await assert.rejects(wrong.read(), /the forwarder under test ended; it last said: .*:\d+:\d+: .*maxInFlight/);
    // It goes on trying, so it answers until it has said so.
    while (!alone.failed('stuck').message.includes('; it last said: ')) await alone.read();
    assert.match(alone.failed('stuck').message, /^stuck; it last said: .*127\.0\.0\.1/);
  } finally {
    await Promise.all([wrong.stop(), alone.stop()]);
    await fleet.end();
  }
});

const MISTAKES: readonly (readonly [
  what: string,
  change: object,
  args: readonly string[],
  code: number,
  said: RegExp,
])[] = [
  ['no config', {}, ['-c', '/nowhere.yaml'], 66, /nowhere\.yaml: can't be read/],
  ['a wrong key', { flow: { maxInFlight: '1MiB' } }, [], 78, /:\d+:\d+: .*maxInFlight/],
  ['udp', { destinations: { siem: { endpoints: ['udp://siem.example.com'] } } }, [], 64, /UDP/],
  ['relp', { destinations: { siem: { endpoints: ['relp://siem.example.com:20514'] } } }, [], 64, /RELP.*--live/],
  ['--live without ends', { sources: { demo: { endpoint: 'embedded' } } }, ['--live', '--yes'], 64, /real service/],
  ['no time', {}, ['--minutes', '0'], 64, /--minutes must be a whole number from 1 to 120/],
  ['a number as memory', {}, ['--memory', '512'], 64, /--memory: expected a size/],
  ['--yes alone', {}, ['--yes'], 64, /--yes is for --live only/],
  ['results nowhere', {}, ['--json', '/nowhere/x.json'], 64, /--json: can't write/],
  ['an option that is none', {}, ['--minute', '3'], 64, /unknown option --minute; did you mean "--minutes"/],
];

test('whatever is wrong with a tuning run is one line and an exit code, before anything is measured', async () => {
  const fleet = new Fleet();
  try {
    await Promise.all(
      MISTAKES.map(async ([what, change, args, code, said]) => {
        const config = fleet.writeConfig({ ...REAL, ...change });
        const tune = fleet.run(['tune', ...(args.includes('-c') ? [] : ['-c', config]), ...args], { SK: SECRET });
        assert.deepEqual(await tune.exited, { code, signal: null }, `${what}:\n${tune.text()}`);
        assert.match(tune.text(), said, what);
        assert.equal(tune.text().trim().split('\n').length, 1, tune.text());
      }),
    );
  } finally {
    await fleet.end();
  }
});
