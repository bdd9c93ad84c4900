/** What the kernel does, slowly, with strings and library functions: the specification the kernel is compared with, byte for byte. */
import type { FormatPlan, Template } from '../../../src/model/format-plan.js';
import { bodyOf, controlsAsSpace } from './bodies.js';
import { isWanted, priorityOf } from './conditions.js';
import { nanoseconds, valuesOf, type Event } from './fields.js';
import { decode, type Log } from './log-group-list.js';
import { fit, type Message } from './size.js';

export interface Origin {
  readonly shard: number;
  readonly cursor: bigint;
}

/** The frames of a raw LogGroupList: one for each log that is wanted and fits. */
export function formatAll(raw: Uint8Array, plan: FormatPlan, { shard, cursor }: Origin = NOWHERE): Uint8Array[] {
  return decode(raw).flatMap((group, groupIndex) =>
    group.logs.flatMap((log, index) => {
      const id = `${shard}/${cursor + BigInt(groupIndex)}/${index}`;
      const event = { group, log, id, priority: plan.header.priority };
      return frameOf({ ...event, priority: priorityOf(plan, event) }, plan);
    }),
  );
}

const NOWHERE: Origin = { shard: 0, cursor: 0n };

function frameOf(event: Event, plan: FormatPlan): Uint8Array[] {
  // The rules ask the same: what they make of the severity is known only afterwards.
  if (!isWanted(plan, { ...event, priority: plan.header.priority })) return [];
  const whole = (one: Event): Message => ({ head: headerOf(plan, one), body: bodyOf(plan, one) });
  return fit(event, whole, plan).map((bytes) => framed(bytes, plan));
}

function framed(bytes: Buffer, { framing }: FormatPlan): Uint8Array {
  const counted = framing === 'octet-counting';
  return Buffer.concat(counted ? [Buffer.from(`${bytes.length} `), bytes] : [bytes, Buffer.from(framing.trailer)]);
}

function headerOf({ header }: FormatPlan, event: Event): string {
  const { hostname, appName, procId, msgId } = header;
  const field = (template: Template, max: number): string => headerField(template, max, event);
  const bom = header.bom ? '\ufeff' : '';
  if (header.style === 'rfc3164') {
    const start = `<${event.priority}>${bsdTime(event.log)} ${field(hostname, 255)} `;
    if (appName.length === 0) return start + bom;
    const process = procId.length === 0 ? '' : `[${field(procId, 128)}]`;
    return `${start}${field(appName, 32)}${process}: ${bom}`;
  }
  const head = [
    `<${event.priority}>1`,
    timestamp(event.log, header.fractionDigits),
    ...[field(hostname, 255), field(appName, 48), field(procId, 128), field(msgId, 32)],
    structuredData(header, event),
  ];
  return `${head.join(' ')} ${bom}`;
}

function structuredData({ structuredData: elements }: FormatPlan['header'], event: Event): string {
  const param = (value: Template): string =>
    valuesOf(value, event)
      .map((bytes) => controlsAsSpace(bytes).replace(/["\\\]]/g, '\\$&'))
      .join('');
  const texts = elements.map(
    ({ id, params }) => `[${[id, ...params.map(({ name, value }) => `${name}="${param(value)}"`)].join(' ')}]`,
  );
  return texts.join('') || '-';
}

function timestamp(log: Log, digits: number): string {
  if (log.time === undefined) return '-';
  const seconds = new Date(log.time * 1000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds(log)).padStart(9, '0').slice(0, digits);
  return digits === 0 ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

function bsdTime({ time = 0 }: Log): string {
  const [, day = '', month = '', , clock = ''] = new Date(time * 1000).toUTCString().split(' ');
  return `${month} ${String(Number(day)).padStart(2)} ${clock}`;
}

function headerField(template: Template, max: number, event: Event): string {
  const bytes = Buffer.concat(valuesOf(template, event)).subarray(0, max);
  return Array.from(bytes, (byte) => (byte >= 33 && byte <= 126 ? String.fromCharCode(byte) : '_')).join('') || '-';
}
