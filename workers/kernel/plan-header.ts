import type { FormatPlan, Template } from '../../src/model/format-plan.js';
import type { DataSegment } from './data-segment.js';
import { NUMBERS } from './numbers.js';
import type { Extent, Values } from './records.js';
import type { RefTable } from './plan-refs.js';

const { TIME } = NUMBERS;

/** RFC 5424 §6: the most bytes of HOSTNAME, APP-NAME, PROCID and MSGID; RFC 3164 §4.1.3: of TAG. */
const MAX_HOSTNAME = 255;
const MAX_APP_NAME = 48;
const MAX_PROC_ID = 128;
const MAX_MSG_ID = 32;
const MAX_TAG = 32;

type Header = FormatPlan['header'];

/** A header in the words that the kernel has for all of them. */
export interface HeaderStyle {
  /** What stands before TIMESTAMP. */
  readonly start: (priority: number) => string;
  /** One of TIME: how TIMESTAMP is written. */
  readonly time: number;
  readonly fields: readonly HeaderField[];
  /** What stands behind the last field, before structured data or MSG. */
  readonly end: string;
  readonly data: Header['structuredData'];
  /** What stands before MSG itself. */
  readonly mark: string;
}

interface HeaderField {
  readonly before: string;
  readonly template: Template;
  readonly max: number;
  /** What stands where it comes out empty; {@link NILVALUE} unless said. */
  readonly empty?: string;
  /** A closing bracket, where `before` opens one: both are left out where the field comes out empty. */
  readonly behind?: string;
}

const BOM = '\ufeff';
/** RFC 5424 §6.2. */
const NILVALUE = '-';
/** RFC 3164 §5.3 wants a name of letters and digits; receivers take the first word of the body for it where there is none. */
const EMPTY_TAG = 'sls';

/** The one place that tells the styles of a header apart. */
export function styleOf(header: Header): HeaderStyle {
  switch (header.style) {
    case 'none':
      return { start: () => '', time: TIME.none, fields: [], end: '', data: [], mark: markOf(header) };
    case 'rfc3164':
      return rfc3164(header);
    case 'rfc5424':
      return rfc5424(header);
  }
}

const markOf = ({ bom }: Header): string => (bom ? BOM : '');

function rfc5424(header: Header): HeaderStyle {
  const { hostname, appName, procId, msgId, structuredData } = header;
  const fields = [
    { before: ' ', template: hostname, max: MAX_HOSTNAME },
    { before: ' ', template: appName, max: MAX_APP_NAME },
    { before: ' ', template: procId, max: MAX_PROC_ID },
    { before: ' ', template: msgId, max: MAX_MSG_ID },
  ];
  const end = structuredData.length === 0 ? ` ${NILVALUE} ` : ' ';
  const start = (priority: number): string => `<${priority}>1 `;
  return { start, time: TIME.rfc5424, fields, end, data: structuredData, mark: markOf(header) };
}

function rfc3164(header: Header): HeaderStyle {
  const { dialect, hostname, appName, procId } = header;
  const host = { before: ' ', template: hostname, max: MAX_HOSTNAME };
  const tag = { before: ' ', template: appName, max: MAX_TAG, empty: EMPTY_TAG };
  const pid = { before: '[', template: procId, max: MAX_PROC_ID, behind: ']' };
  const named = procId.length === 0 ? [host, tag] : [host, tag, pid];
  const hasTag = appName.length > 0;
  return {
    start: (priority) => `<${priority}>`,
    time: TIME[dialect],
    fields: hasTag ? named : [host],
    end: hasTag ? ': ' : ' ',
    data: [],
    mark: markOf(header),
  };
}

/** Everything in a header that may refer to a field. */
export function templatesOfHeader({ fields, data }: HeaderStyle): Template[] {
  return [...fields.map(({ template }) => template), ...data.flatMap(({ params }) => params.map(({ value }) => value))];
}

export function encodeHead(segment: DataSegment, { start }: HeaderStyle, priority: number): number {
  return segment.record('Head', { text: segment.text(start(priority)), rating: RATINGS[priority % 8] ?? 1 });
}

/** 1 to 10 for debug to emerg: neither LEEF nor CEF says how its scale and that of syslog meet. */
const RATINGS = [10, 9, 8, 7, 5, 3, 2, 1];

/** Fixed fields become bytes here, once; what is between two variable fields is one literal. */
export function encodeSegments(segment: DataSegment, style: HeaderStyle, refs: RefTable): Extent {
  const segments: Values<'Segment'>[] = [];
  let literal = '';
  for (const { before, template, max, empty = NILVALUE, behind = '' } of style.fields) {
    literal += before;
    const fixed = fixedField(template, max);
    if (fixed === undefined) {
      const bracketed = Number(behind !== '');
      const field = { maxLength: max, parts: refs.template(template), empty: segment.text(empty), bracketed };
      segments.push({ literal: segment.text(literal), ...field });
      literal = behind;
    } else if (fixed === '' && behind !== '') {
      literal = literal.slice(0, -before.length);
    } else {
      literal += (fixed || empty) + behind;
    }
  }
  const end = { maxLength: 0, parts: [0, 0], empty: [0, 0], bracketed: 0 } as const;
  segments.push({ literal: segment.text(literal + style.end + (style.data.length === 0 ? style.mark : '')), ...end });
  return segment.list('Segment', segments);
}

/** The field's bytes, all ASCII, if they are the same for every log. */
function fixedField(template: Template, maxLength: number): string | undefined {
  let text = '';
  for (const part of template) {
    if (part.kind === 'field') return undefined;
    text += part.text;
  }
  const bytes = new TextEncoder().encode(text).subarray(0, maxLength);
  return Array.from(bytes, (byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '_')).join('');
}

/** Every value with the bytes before it, and at last those behind. */
export function encodeData(segment: DataSegment, { data, mark }: HeaderStyle, refs: RefTable): Extent {
  if (data.length === 0) return [0, 0];
  const members: Values<'Member'>[] = [];
  let literal = '';
  for (const { id, params } of data) {
    literal += `[${id}`;
    for (const { name, value } of params) {
      members.push({ literal: segment.text(`${literal} ${name}="`), parts: refs.template(value) });
      literal = '"';
    }
    literal += ']';
  }
  members.push({ literal: segment.text(`${literal} ${mark}`), parts: [0, 0] });
  return segment.list('Member', members);
}
