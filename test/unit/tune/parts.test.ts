import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { test } from 'node:test';
import { plainConfig } from '../../../src/config/derive.js';
import { parseConfig } from '../../../src/config/load.js';
import { selfSigned } from '../../../src/emulator/self-signed.js';
import { derivedConfig } from '../../../src/tune/derived-config.js';
import { reportHtml } from '../../../src/tune/html.js';
import { Noise } from '../../../src/tune/noise.js';
import type { Point } from '../../../src/tune/point.js';
import { readingOf } from '../../../src/tune/reading.js';
import { reportText } from '../../../src/tune/report.js';
import type { SearchResult } from '../../../src/tune/search.js';
import { sampleOf } from '../../../src/tune/window-bench.js';
import { recommendedYaml, sizeText } from '../../../src/tune/words.js';
import { temporaryDirectory } from '../../support/temporary.js';

const MIB = 2 ** 20;
const POINT: Point = { threads: 3, connections: 4, budgetBytes: 96 * MIB, pullBytes: 6 * MIB, window: 128 };
const DIR = temporaryDirectory();
const PAIR = selfSigned(Date.now());
/** Certificate and key in one. */
const FILE = join(DIR, 'both.pem');
writeFileSync(FILE, PAIR.cert + PAIR.key);
const USER = Buffer.from(`
sources:
  beijing: { endpoint: cn-beijing, credentials: { source: environment } }
  hangzhou: { endpoint: cn-hangzhou, credentials: { accessKeyId: "\${AK}", accessKeySecret: "\${SK}" } }
pipelines:
  - { name: other, source: beijing, project: prod, logstore: other, consumerGroup: a, destination: siem }
  - name: main
    source: hangzhou
    project: prod
    logstore: [audit, vpc-flow]
    consumerGroup: "\${GROUP}"
    start: -2h
    destination: second
    pull: { idlePoll: 300ms, window: 4 }
    format: { preset: qradar }
destinations:
  siem: { endpoints: ["tcp://siem.example.com:514"] }
  second: &d
    endpoints: ["tls://siem.example.com:6514"]
    framing: octet-counting
    rate: { eps: 100 }
    tls: { ca: ${FILE}, cert: ${FILE}, key: ${FILE}, ciphers: "ECDHE+AESGCM", minVersion: TLSv1.3 }
deadLetters: { directory: /var/lib/dead, after: 1m }
log: { level: debug }
`);
const TUNED = {
  plain: plainConfig(USER),
  pipeline: 1,
  project: 'prod',
  logstore: 'vpc-flow',
  source: 'hangzhou',
  destination: 'second',
};
const ENV = { AK: 'id', SK: 'a-secret-key', GROUP: 'siem' };
const derive = (ends?: Parameters<typeof derivedConfig>[1]['ends']): string =>
  derivedConfig(TUNED, { point: POINT, consumerGroup: 'siem-tune', ends, deadLetterDirectory: '/tmp/x/dead' });

test('a derived config for live ends is the user’s own but for what is tuned and who reads, and holds no secret', () => {
  const text = derive();
  assert.ok(!text.includes('a-secret-key'));
  const config = parseConfig('derived', Buffer.from(text), ENV);
  const [pipeline, none] = config.pipelines;
  assert.equal(none, undefined);
  assert.deepEqual(
    [
      pipeline?.consumerGroup,
      pipeline?.consumer,
      pipeline?.pull.window,
      pipeline?.pull.maxBytes,
      pipeline?.pull.idlePoll,
    ],
    ['siem-tune', 'tune', 128, 6 * MIB, 300],
  );
  assert.deepEqual([pipeline?.project, pipeline?.logstore], [['prod'], ['vpc-flow']]);
  assert.deepEqual(pipeline?.start, { secondsAgo: 7200 });
  assert.equal(pipeline.format.preset, 'qradar');
  assert.deepEqual(Object.keys(config.destinations), ['second']);
  const { second } = config.destinations;
  assert.deepEqual([second?.connections, second?.rate.eps, second?.tls.ca], [4, 100, FILE]);
  assert.deepEqual([config.workers.threads, config.flow.maxInFlightBytes], [3, 96 * MIB]);
  assert.deepEqual([config.deadLetters.directory, config.deadLetters.after], ['/tmp/x/dead', 60_000]);
  assert.deepEqual(Object.keys(config.sources), ['hangzhou']);
  assert.equal(config.sources['hangzhou']?.credentials.accessKeySecret, 'a-secret-key');
});

test('with embedded ends nothing of the user’s service, receiver, credentials or rate is left', () => {
  const credentials = { accessKeyId: 'embedded', accessKeySecret: 'embedded' };
  const ends = { service: 'http://127.0.0.1:1', credentials, receiver: 'tls://127.0.0.1:2', caFile: FILE };
  const text = derive(ends);
  assert.ok(!/aliyuncs|example|\$\{/.test(text), text);
  const config = parseConfig('derived', Buffer.from(text), {});
  const { second } = config.destinations;
  assert.equal(second?.rate.eps, undefined);
  assert.deepEqual(
    [second?.tls.ca, second?.tls.cert, second?.tls.ciphers, second?.tls.minVersion, second?.framing],
    [FILE, undefined, 'ECDHE+AESGCM', 'TLSv1.3', 'octet-counting'],
  );
  assert.equal(config.pipelines[0]?.start, 'begin');
});

test('a certificate made here is one, names 127.0.0.1, and TLS takes it with itself as authority', async () => {
  const { cert, key } = PAIR;
  const parsed = new X509Certificate(cert);
  assert.ok(parsed.verify(parsed.publicKey));
  assert.ok(parsed.ca);
  assert.equal(parsed.checkIP('127.0.0.1'), '127.0.0.1');
  assert.ok(Date.parse(parsed.validTo) > Date.now());
  const server = createServer({ cert, key }, (socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port, ca: cert });
  await once(client, 'secureConnect');
  assert.ok(client.authorized);
  client.destroy();
  server.close();
});

test('the text of /metrics is read: sums over labels, and nothing of names that only begin alike', () => {
  const reading = readingOf(
    [
      '# HELP forwarder_destination_written_bytes_total Bytes',
      'forwarder_destination_written_bytes_total{destination="a b"} 1500',
      'forwarder_destination_written_events_total{destination="a"} 10',
      'process_cpu_seconds_total 1.25',
      'process_cpu_user_seconds_total 1',
      'forwarder_shard_caught_up{shard="0"} 1',
      'forwarder_shard_caught_up{shard="1"} 1',
      'forwarder_shards_owned{pipeline="p"} 3',
    ].join('\n'),
  );
  assert.deepEqual([reading.writtenBytes, reading.cpuSeconds, reading.caughtUp, reading.shards], [1500, 1.25, 2, 3]);
  const after = { ...reading, writtenEvents: 30, cpuSeconds: 1.75, peakRssBytes: 7 };
  assert.deepEqual(sampleOf(reading, after, 2), { eventsPerSecond: 10, eventsPerCpuSecond: 40, peakRssBytes: 7 });
  assert.throws(() => sampleOf(reading, reading, 2), /no event was sent/);
  assert.throws(() => sampleOf(reading, { ...after, resentEvents: 1 }, 2), /sent again/);
});

test('noise is learnt from differences within comparisons, not from what lies between them', () => {
  const noise = new Noise();
  for (let run = 0; run < 200; run++) noise.learn([run + 0.1, run - 0.1]);
  const error = noise.errorOf([0.1, -0.1]);
  assert.ok(Math.abs(error - 0.1) < 0.01, String(error));
});

const NAMES = { pipeline: 'main', destination: 'siem', destinations: 2 };
const START: Point = { threads: 1, connections: 2, budgetBytes: 24 * MIB, pullBytes: 3 * MIB, window: 64 };
const sample = (eventsPerSecond: number) => ({ eventsPerSecond, eventsPerCpuSecond: 500, peakRssBytes: 100 * MIB });

test('what is recommended are the changed keys, as a config that can be pasted, the budget for all destinations', () => {
  assert.equal(recommendedYaml(START, START, NAMES), '');
  assert.equal(
    recommendedYaml(START, POINT, NAMES),
    'workers:\n  threads: 3\nflow:\n  maxInFlightBytes: 192MiB\ndestinations:\n  siem:\n    connections: 4\n' +
      'pipelines:\n  - name: main\n    pull:\n      maxBytes: 6MiB\n      window: 128\n',
  );
  assert.deepEqual([sizeText(1536 * 1024), sizeText(1000), sizeText(MIB)], ['1536KiB', '1000B', '1MiB']);
});

test('the report says what was tried, kept and bought, and the page escapes what is in it', () => {
  const to = { ...START, threads: 2 };
  const pairs = [{ base: sample(1000), tried: sample(1500) }];
  const step = {
    knob: 'threads',
    from: START,
    to,
    pairs,
    kept: true,
    gain: 0.5,
    error: 0.02,
    why: 'gain beyond the noise',
  } as const;
  const found: SearchResult = {
    start: START,
    startSamples: [sample(1000), sample(1100)],
    best: to,
    steps: [step],
    check: undefined,
    ended: 'complete',
  };
  const text = reportText(found, NAMES);
  for (const part of [
    'start',
    '1,050 (1,000 to 1,100)',
    '+50.0 % ± 2.0, 1 pair',
    'kept: gain beyond the noise',
    '+50.0 % events/s',
    '  threads: 2',
    'not measured again',
  ])
    assert.ok(text.includes(part), `${part} in\n${text}`);
  const page = reportHtml(found, NAMES, '<b>&');
  assert.ok(page.includes('&lt;b&gt;&amp;') && !page.includes('<b>'));
  assert.match(
    reportText({ ...found, best: START, check: { ...step, confirmed: false } }, NAMES),
    /nothing is recommended/,
  );
  assert.match(reportText({ ...found, best: START, steps: [] }, NAMES), /Keep your config/);
});
