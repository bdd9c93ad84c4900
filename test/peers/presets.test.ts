/** Every preset into real receivers: they see header fields, severity and body as they were sent. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { PRESET_NAMES, type PresetName } from '../../src/config/presets.js';
import { toSettings } from '../../src/config/settings.js';
import { unframed } from '../../src/format/frame.js';
import type { FormatPlan } from '../../src/model/format-plan.js';
import { framesOf, kernelOf } from '../support/oracle/oracle.js';
import { PROFILES, logsOf } from '../support/profile-logs.js';
import type { Peer, PeerFields } from '../support/peer.js';
import { instant, ours } from '../support/peer-fields.js';
import { startRsyslog } from '../support/rsyslog.js';
import { startSyslogNg } from '../support/syslog-ng.js';
import { minimal, parse } from '../unit/config/parse.js';

/** A severity of its own for some events, structured data with the event's id where the header has room for it. */
function planOf(preset: PresetName): FormatPlan {
  const isOld = preset === 'sentinel-cef' || preset === 'arcsight';
  const data = isOld ? '' : 'structuredData: { "sls@32473": { id: "%{__event_id__}", quoted: "a\\"b]" } },';
  const rules = 'rules: [{ when: { field: __topic__, equals: flow_log }, severity: err, facility: local3 }]';
  const format = `format: { preset: ${preset}, ${data} ${rules} }`;
  const { pipelines } = toSettings(parse(minimal({ pipeline: format })), { cores: 1, consumer: 'c', now: 0 });
  return pipelines[0]?.plan ?? assert.fail();
}

function framesFor(plan: FormatPlan): Uint8Array[] {
  const kernel = kernelOf([plan]);
  return PROFILES.flatMap((profile) => {
    const raw = logsOf(profile);
    return framesOf(kernel.format({ plan: 0, body: raw, encoding: 'none', rawSize: raw.length, out: undefined }));
  });
}

/** RFC 3164: the marker of CEF is what receivers take for the TAG, and the year is theirs. */
function oursOld(text: string): PeerFields {
  const [, pri, hostname, msg = ''] = /^<(\d+)>\w{3} [ \d]\d \S+ (\S+) CEF:(.*)$/s.exec(text) ?? assert.fail(text);
  return {
    pri: Number(pri),
    timestamp: undefined,
    hostname,
    appName: 'CEF',
    procId: undefined,
    msgId: undefined,
    structuredData: undefined,
    msg,
  };
}

async function agree(peer: Peer, plan: FormatPlan, kept = (text: string): string => text): Promise<void> {
  const frames = framesFor(plan);
  const sent = frames.map((frame) => Buffer.from(unframed(frame, plan.framing)).toString());
  try {
    const socket = createConnection({ host: '127.0.0.1', port: peer.port });
    await once(socket, 'connect');
    socket.resume().end(Buffer.concat(frames));
    await once(socket, 'close');
    await peer.received(sent.length, 20_000);
    const expected = sent.map(kept);
    assert.deepEqual(await peer.messages(), expected);
    const isOld = plan.header.style === 'rfc3164';
    const theirs = (await peer.fields()).map((field) => ({
      ...field,
      timestamp: isOld ? undefined : field.timestamp && instant(field.timestamp),
    }));
    assert.deepEqual(theirs, expected.map(isOld ? oursOld : ours));
    assert.ok(new Set(theirs.map(({ pri }) => pri)).size > 1, 'more than one severity');
  } finally {
    await peer.stop();
  }
}

/** rsyslog escapes control characters as it receives them, unless it is told not to; LEEF through it wants another delimiter. */
const withoutTabs = (text: string): string => text.replaceAll('\t', '#011');

for (const preset of PRESET_NAMES) {
  test(`${preset} into rsyslog`, async () => {
    await agree(await startRsyslog({ transport: 'tcp', fields: true }), planOf(preset), withoutTabs);
  });

  test(`${preset} into syslog-ng`, async () => {
    const plan = planOf(preset);
    const framing = plan.framing === 'octet-counting' ? plan.framing : 'lf';
    await agree(await startSyslogNg({ transport: 'tcp', framing, fields: true }), plan);
  });
}
