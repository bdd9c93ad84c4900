/** What the kernel does, slowly, with strings and library functions: the specification the kernel is compared with, byte for byte. */
import type { FieldRef, FormatPlan, NewlinePolicy, Template, TemplatePart } from '../../../src/model/format-plan.js';
import { decode, type Log, type LogGroup, type Pair } from './log-group-list.js';

const NONE = new Uint8Array();

/** The frames of a raw LogGroupList, one for each log. */
export function formatAll(raw: Uint8Array, plan: FormatPlan): Uint8Array[] {
  return decode(raw).flatMap((group) => group.logs.map((log) => frame(message(plan, group, log), plan)));
}

function frame(text: string, { framing }: FormatPlan): Uint8Array {
  const bytes = Buffer.from(text);
  return framing === 'lf'
    ? Buffer.concat([bytes, Buffer.from('\n')])
    : Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

function message(plan: FormatPlan, group: LogGroup, log: Log): string {
  const { priority, fractionDigits, hostname, appName, procId, msgId } = plan.header;
  const field = (template: Template, max: number): string => headerField(template, max, group, log);
  const head = [
    `<${priority}>1`,
    timestamp(log, fractionDigits),
    ...[field(hostname, 255), field(appName, 48), field(procId, 128), field(msgId, 32)],
    '-',
  ];
  return `${head.join(' ')} ${body(plan, group, log)}`;
}

function nanoseconds({ timeNs = 0 }: Log): number {
  return timeNs > 999_999_999 ? 0 : timeNs;
}

function timestamp(log: Log, digits: number): string {
  if (log.time === undefined) return '-';
  const seconds = new Date(log.time * 1000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds(log)).padStart(9, '0').slice(0, digits);
  return digits === 0 ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

function headerField(template: Template, max: number, group: LogGroup, log: Log): string {
  const bytes = Buffer.concat(template.map((part) => partBytes(part, group, log))).subarray(0, max);
  return Array.from(bytes, (byte) => (byte >= 33 && byte <= 126 ? String.fromCharCode(byte) : '_')).join('') || '-';
}

function partBytes(part: TemplatePart, group: LogGroup, log: Log): Uint8Array {
  if (part.kind === 'literal') return Buffer.from(part.text);
  const values = part.refs.map((ref) => lookUp(ref, group, log));
  return values.find((value) => value.length > 0) ?? Buffer.from(part.fallback);
}

function lookUp(ref: FieldRef, group: LogGroup, log: Log): Uint8Array {
  if (ref.kind === 'topic') return group.topic ?? NONE;
  if (ref.kind === 'source') return group.source ?? NONE;
  const pairs = ref.kind === 'tag' ? group.tags : log.contents;
  return pairs.findLast(({ key }) => Buffer.compare(key, Buffer.from(ref.key)) === 0)?.value ?? NONE;
}

function body({ body: { separator }, newline }: FormatPlan, group: LogGroup, log: Log): string {
  const text = (bytes: Uint8Array | undefined): string => mend(bytes ?? NONE, newline);
  const pair = (prefix: string, { key, value }: Pair): string => `${prefix}${text(key)}=${text(value)}`;
  const ns = nanoseconds(log);
  return [
    '',
    `__topic__=${text(group.topic)}`,
    `__source__=${text(group.source)}`,
    ...(ns === 0 ? [] : [`__time_ns_part__=${ns}`]),
    ...group.tags.map((tag) => pair('__tag__:', tag)),
    ...log.contents.map((content) => pair('', content)),
  ].join(separator);
}

const NEWLINES: Record<NewlinePolicy, (newline: string) => string> = {
  escape: (newline) => (newline === '\n' ? '\\n' : '\\r'),
  space: () => ' ',
  octal: (newline) => (newline === '\n' ? '#012' : '#015'),
  keep: (newline) => newline,
};

function mend(bytes: Uint8Array, newline: NewlinePolicy): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true })
    .decode(bytes)
    .replaceAll('\0', '')
    .replace(/[\r\n]/g, NEWLINES[newline]);
  return newline === 'keep' ? text : Array.from(text, (c) => (isControl(c) ? ' ' : c)).join('');
}

function isControl(character: string): boolean {
  return (character < ' ' && character !== '\t') || character === '\x7f';
}
