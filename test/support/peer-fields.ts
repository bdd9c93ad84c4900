import assert from 'node:assert/strict';
import { parseRfc5424 } from '../../src/emulator/receiver/rfc5424.js';
import type { PeerFields } from './peer.js';

/** What our own parser makes of a message, in the words of a peer. */
export function ours(text: string): PeerFields {
  const parsed = parseRfc5424(Buffer.from(text));
  assert.ok(parsed.ok, text);
  const { timestamp, hostname, appName, procId, msgId, structuredData } = parsed;
  const data = structuredData.map(({ id, params }) => {
    const pairs = params.map(({ name, value }) => ` ${name}="${value.replace(/["\\\]]/g, '\\$&')}"`);
    return `[${id}${pairs.join('')}]`;
  });
  return {
    pri: parsed.facility * 8 + parsed.severity,
    timestamp: timestamp === undefined ? undefined : instant(timestamp),
    hostname,
    appName,
    procId,
    msgId,
    structuredData: data.length === 0 ? undefined : data.join(''),
    msg: parsed.msg ?? '',
  };
}

/** Peers write the same time with more or fewer digits and another zone. */
export function instant(timestamp: string): string {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? '';
  const seconds = Date.parse(timestamp.replace(/\.\d+/, '')) / 1_000;
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}
