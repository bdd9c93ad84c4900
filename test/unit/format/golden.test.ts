/** What each preset and mapping makes of each kind of log, in files to read. After a wanted change: GOLDEN=write npm run test:only unit. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { PRESET_NAMES } from '../../../src/config/presets.js';
import { toSettings } from '../../../src/config/settings.js';
import type { ProfileName } from '../../../src/emulator/sls/profiles/index.js';
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { assertCefTypes, parseCef, parseLeef } from '../../support/leef-cef.js';
import { formatAll } from '../../support/oracle/formatter.js';
import { framesOf, kernelOf, run, textOf } from '../../support/oracle/oracle.js';
import { encode } from '../../support/oracle/log-group-list.js';
import { logsOf, PROFILES } from '../../support/profile-logs.js';
import { minimal, parse } from '../config/parse.js';

const root = new URL('../../../../', import.meta.url);
const CURSOR = 1_447_299_606_896_632_356n;

function check(file: string, plan: FormatPlan, profile: ProfileName): void {
  const raw = logsOf(profile);
  const from = { shard: 3, cursor: Buffer.from(String(CURSOR)).toString('base64') };
  const result = kernelOf([plan]).format({
    plan: 0,
    body: raw,
    encoding: 'none',
    rawSize: raw.length,
    out: undefined,
    ...from,
  });
  const text = readable(framesOf(result));
  assert.equal(text, readable(formatAll(raw, plan, { shard: 3, cursor: CURSOR })));
  for (const line of text.trimEnd().split('\n')) readBack(line);
  const vector = new URL(`test/vectors/${file}`, root);
  if (process.env['GOLDEN'] === 'write') writeFileSync(vector, text);
  assert.equal(text, readFileSync(vector, 'utf8'));
}

/** What a SIEM would read. */
function readBack(line: string): void {
  const [body = ''] = /(?:LEEF|CEF):\d.*$/.exec(line) ?? [];
  if (body.startsWith('LEEF')) parseLeef(body);
  if (body.startsWith('CEF')) assertCefTypes(parseCef(body));
}

/** A line each, also where the framing has none. */
const readable = (frames: readonly Uint8Array[]): string =>
  frames.map((frame) => Buffer.from(frame).toString().replace(/\n?$/, '\n')).join('');

function planOf(pipeline: string): FormatPlan {
  const { pipelines } = toSettings(parse(minimal({ pipeline })), { cores: 1, consumer: 'c', now: 0 });
  assert.ok(pipelines[0] !== undefined);
  return pipelines[0].plan;
}

/** What sync_data_to_syslog.py meant to send: with the "-" of RFC 5424 where it left out the structured data, and a colon in the zone. */
test('preset aliyun-sample is what the old script meant', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const contents = [
    { key: bytes('level'), value: bytes('INFO') },
    { key: bytes('msg'), value: bytes('héllo') },
  ];
  const tags = [{ key: bytes('__hostname__'), value: bytes('client-host') }];
  const logs = [{ time: 1_700_000_000, timeNs: 123_456_789, contents }];
  const raw = encode([{ logs, topic: bytes('t'), source: bytes('1.2.3.4'), tags }]);
  const kernel = kernelOf([planOf('format: { preset: aliyun-sample, timeZone: Asia/Shanghai }')]);
  assert.deepEqual(textOf(framesOf(run(kernel, raw))), [
    '<14>1 2023-11-15T06:13:20.123456+08:00 client-host - - - - ' +
      '||__topic__=t||__source__=1.2.3.4||__time_ns_part__=123456789||__tag__:__hostname__=client-host||level=INFO||msg=héllo\n',
  ]);
});

for (const preset of PRESET_NAMES) {
  for (const profile of PROFILES) {
    test(`preset ${preset}, ${profile} logs`, () => {
      check(`${preset}.${profile}.txt`, planOf(`format: { preset: ${preset} }`), profile);
    });
  }
}

for (const file of readdirSync(new URL('mappings/', root))) {
  const name = file.replace('.yaml', '');
  test(`mapping ${name}`, () => {
    const text = readFileSync(new URL(`mappings/${file}`, root), 'utf8');
    check(`mapping.${name}.txt`, planOf(text), name.split('-')[0] as ProfileName);
  });
}
