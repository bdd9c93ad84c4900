/** What the kernel does, slowly, with strings and library functions: the specification the kernel is compared with, byte for byte. */
import type { FormatPlan, Template } from '../../../src/model/format-plan.js';
import { bodyOf, controlsAsSpace } from './bodies.js';
import { isWanted, priorityOf } from './conditions.js';
import { decodeText, lookUp, nanoseconds, valuesOf, type Event } from './fields.js';
import { decode } from './log-group-list.js';
import { masked } from './masks.js';
import type { Message } from './oracle-message.js';
import { fit } from './size.js';
import { bsdTime, momentOf, rfc3339, type Moment } from './times.js';

export interface Origin {
  readonly shard: number;
  readonly cursor: bigint;
}

/** The frames of a raw LogGroupList: one for each log that is wanted and fits. */
export function formatAll(raw: Uint8Array, plan: FormatPlan, { shard, cursor }: Origin = NOWHERE): Uint8Array[] {
  return decode(raw).flatMap((group, groupIndex) =>
    group.logs.flatMap((log, index) => {
      const id = `${shard}/${cursor + BigInt(groupIndex)}/${index}`;
      const bare = { group, log, id, priority: plan.header.priority, moment: undefined, maps: plan.maps };
      const event = { ...bare, moment: whenOf(bare, plan) };
      return frameOf({ ...event, priority: priorityOf(plan, event) }, plan);
    }),
  );
}

function whenOf(event: Event, { eventTime }: FormatPlan): Moment | undefined {
  const { log } = event;
  const own = log.time === undefined ? undefined : { seconds: log.time, nanoseconds: nanoseconds(log) };
  return (eventTime && momentOf(decodeText(lookUp(eventTime.ref, event)), eventTime)) ?? own;
}

const NOWHERE: Origin = { shard: 0, cursor: 0n };

function frameOf(event: Event, plan: FormatPlan): Uint8Array[] {
  // The rules ask the same: what they make of the severity is known only afterwards.
  if (!isWanted(plan, { ...event, priority: plan.header.priority })) return [];
  const whole = (one: Event): Message => ({ head: headerOf(plan, one), body: bodyOf(plan, one) });
  return fit(masked(event, plan), whole, plan)
    .filter((bytes) => bytes.length > 0)
    .map((bytes) => framed(bytes, plan));
}

function framed(bytes: Buffer, { framing }: FormatPlan): Uint8Array {
  if (framing === 'octet-counting') return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
  const before = framing.command === undefined ? '' : `${framing.command}${bytes.length} `;
  return Buffer.concat([Buffer.from(before), bytes, Buffer.from(framing.trailer)]);
}

function headerOf({ header }: FormatPlan, event: Event): string {
  const { hostname, appName, procId, msgId } = header;
  const field = (template: Template, max: number): string => headerField(template, max, event) || '-';
  const bom = header.bom ? '\ufeff' : '';
  if (header.style === 'none') return bom;
  if (header.style === 'rfc3164') {
    const start = `<${event.priority}>${oldTime(header, event)} ${field(hostname, 255)} `;
    if (appName.length === 0) return start + bom;
    const process = headerField(procId, 128, event);
    const tag = headerField(appName, 32, event) || 'sls';
    return `${start}${tag}${process && `[${process}]`}: ${bom}`;
  }
  const head = [
    `<${event.priority}>1`,
    event.moment === undefined ? '-' : rfc3339(event.moment, header.fractionDigits, header.zone),
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

function oldTime({ dialect, fractionDigits, zone }: FormatPlan['header'], { moment }: Event): string {
  const when = moment ?? { seconds: 0, nanoseconds: 0 };
  return dialect === 'iso8601' ? rfc3339(when, fractionDigits, zone) : bsdTime(when.seconds, zone, dialect === 'year');
}

function headerField(template: Template, max: number, event: Event): string {
  const bytes = Buffer.concat(valuesOf(template, event)).subarray(0, max);
  return Array.from(bytes, (byte) => (byte >= 33 && byte <= 126 ? String.fromCharCode(byte) : '_')).join('');
}
