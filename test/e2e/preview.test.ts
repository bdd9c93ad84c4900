import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preview } from '../../src/preview/run-preview.js';
import { temporaryFile } from '../support/temporary.js';

const CONFIG = `sources: { demo: { endpoint: embedded } }
pipelines:
  - name: main
    project: demo-project
    logstore: flows
    consumerGroup: group
    destination: siem
    format:
      preset: qradar-leef
      eventId: flow
      procId: not_mended
      msgId: "%{action} of %{dstport}"
      exclude: { field: action, equals: ACCEPT }
      rules: [{ when: { field: action, equals: REJECT }, severity: warning }]
destinations: { siem: { endpoints: ["tcp://siem.example.com:514"], maxEventBytes: 1KiB } }
embedded: { profile: vpcflow, shards: 2, preload: 400, rate: 0 }
`;

async function run(count: number, hex: boolean, config = CONFIG): Promise<{ sent: Buffer; said: string[] }> {
  const configFile = temporaryFile('c.yaml', config);
  const sent: Buffer[] = [];
  const said: string[] = [];
  await preview({
    ...{ configFile, env: {}, pipeline: undefined, logstore: undefined, from: undefined, count, hex, lint: true },
    print: (bytes) => sent.push(Buffer.from(bytes)),
    say: (line) => said.push(line),
  });
  return { sent: Buffer.concat(sent), said };
}

test('preview prints what would be sent, and says what is worth knowing of it', async () => {
  const { sent, said } = await run(3, false);
  const lines = sent.toString().split('\n');
  assert.equal(lines.length, 4);
  for (const line of lines.slice(0, 3))
    assert.match(
      line,
      /^<132>1 \S+Z sls-demo-project-flows flows not_mended REJECT_of_\d+ - LEEF:2\.0\|.*\taction=REJECT\t/,
    );
  assert.match(said[0] ?? '', /^1: shard \d, \d+ bytes, facility 16, severity 4, log source "sls-demo-project-flows"$/);
  assert.ok(
    said.some((line) => /^looked at and left out by the filters: \d+ events$/.test(line)),
    said.join('\n'),
  );
  assert.deepEqual(
    said.filter((line) => line.startsWith('lint: ') && !/ has the MSGID REJECT_of_\d+ for "REJECT of \d+"/.test(line)),
    said.filter((line) => line.startsWith('lint: LEEF keys without a predefined meaning, ')),
  );
  assert.ok(
    said.some((line) => line.startsWith('lint: LEEF keys')) && said.some((line) => line.includes(' has the MSGID ')),
  );
  assert.equal(said.at(-1), 'nothing was sent, nothing was committed');
});

test('preview --hex shows every byte', async () => {
  const { sent, said } = await run(1, true);
  const [first = '', ...rest] = sent.toString().trimEnd().split('\n');
  assert.match(first, /^00000000 {2}3c 31 33 32 3e 31 20 .* {2}<132>1 /);
  const size = Number(/(\d+) bytes/.exec(said[0] ?? '')?.[1]);
  assert.equal(rest.length + 1, Math.ceil(size / 16));
  assert.match(rest.at(-1) ?? '', / 0a +\S*\.$/);
});

test('preview says of events that would not be sent what becomes of them', async () => {
  const large = CONFIG.replace('preset: qradar-leef', 'preset: qradar\n      appName: "%{__source__}"')
    .replace('      eventId: flow\n', '')
    .replace('maxEventBytes: 1KiB', 'maxEventBytes: 1KiB, oversize: deadLetter')
    .replace('profile: vpcflow', 'profile: actiontrail')
    .concat('deadLetters: { directory: /var/lib/forwarder/dead }\n');
  const kept = (await run(1, false, large)).said.join('\n');
  assert.match(kept, /^looked at and kept as dead letters, being larger than 1024 bytes: [1-9]\d* events$/m);
  const nothing = await run(
    1,
    false,
    CONFIG.replace('exclude: { field: action, equals: ACCEPT }', 'include: { field: x, exists: true }'),
  );
  assert.match(
    nothing.said[0] ?? '',
    /^none of the events looked at would be sent \(demo-project\/flows\); try another --from$/,
  );
  assert.equal(nothing.sent.length, 0);
  assert.match(nothing.said.join('\n'), /^lint: fields and paths that none of \d+ events has: x; correct/m);
});

test('--lint names the fields and paths that no event has', async () => {
  const config = CONFIG.replace('preset: qradar-leef', 'preset: qradar')
    .replace(
      '      eventId: flow\n',
      `      fields: { a: '%{srcadr|source}', b: '%{action.x."y.z"}', c: '%{srcaddr|nowhere}', d: '%{__tag__:no}' }\n`,
    )
    .replace('exclude: { field: action, equals: ACCEPT }', 'exclude: { field: acton, equals: ACCEPT }');
  const { said } = await run(5, false, config);
  const [found = ''] = said.filter((line) => line.includes('none of'));
  assert.match(
    found,
    /^lint: fields and paths that none of \d+ events has: (.*); correct their names/,
    said.join('\n'),
  );
  const [, names = ''] = /has: (.*); correct/.exec(found) ?? [];
  assert.deepEqual(names.split(', ').toSorted(), ['__tag__:no', 'action.x."y.z"', 'acton', 'srcadr|source']);
});

test('--lint says that a port of SC4S does not fit the framing', async () => {
  const config = CONFIG.replace('siem.example.com:514', 'siem.example.com:601').replace('qradar-leef', 'splunk-sc4s');
  const { said } = await run(1, false, config.replace('      eventId: flow\n', ''));
  const found = said.filter((line) =>
    line.startsWith('lint: tcp://siem.example.com:601: SC4S takes octet counting only'),
  );
  assert.equal(found.length, 1, said.join('\n'));
});
