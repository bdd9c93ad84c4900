import type { FormatPlan, Template } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';
import type { Span, Values } from './records.js';
import type { RefTable } from './plan-refs.js';

/** RFC 5424 §6: the most bytes of HOSTNAME, APP-NAME, PROCID and MSGID; RFC 3164 §4.1.3: of TAG. */
const MAX_HOSTNAME = 255;
const MAX_APP_NAME = 48;
const MAX_PROC_ID = 128;
const MAX_MSG_ID = 32;
const MAX_TAG = 32;

type Header = FormatPlan['header'];

export function templatesOfHeader({ style, hostname, appName, procId, msgId, structuredData }: Header): Template[] {
  if (style === 'none') return [];
  const data = structuredData.flatMap(({ params }) => params.map(({ value }) => value));
  return [hostname, appName, procId, msgId, ...data];
}

export function encodeHead(arena: Arena, { style }: Header, priority: number): number {
  const text = style === 'rfc5424' ? `<${priority}>1 ` : style === 'rfc3164' ? `<${priority}>` : '';
  return arena.record('Head', { text: arena.text(text), rating: RATINGS[priority % 8] ?? 1 });
}

/** 1 to 10 for debug to emerg: neither LEEF nor CEF says how its scale and that of syslog meet. */
const RATINGS = [10, 9, 8, 7, 5, 3, 2, 1];

const BOM = '\ufeff';

/** Fixed fields become bytes here, once; what is between two variable fields is one literal. */
export function encodeSegments(arena: Arena, header: Header, refs: RefTable): Span {
  const segments: Values<'Segment'>[] = [];
  let literal = '';
  for (const { before, template, max, empty = NILVALUE, behind = '' } of fieldsOf(header)) {
    literal += before;
    const fixed = fixedField(template, max);
    if (fixed === undefined) {
      const bracketed = Number(behind !== '');
      const field = { maxLength: max, parts: refs.template(template), empty: arena.text(empty), bracketed };
      segments.push({ literal: arena.text(literal), ...field });
      literal = behind;
    } else if (fixed === '' && behind !== '') {
      literal = literal.slice(0, -before.length);
    } else {
      literal += (fixed || empty) + behind;
    }
  }
  const end = { maxLength: 0, parts: [0, 0], empty: [0, 0], bracketed: 0 } as const;
  segments.push({ literal: arena.text(literal + endOfHeader(header)), ...end });
  return arena.list('Segment', segments);
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

/** RFC 5424 §6.2. */
const NILVALUE = '-';
/** RFC 3164 §5.3 wants a name of letters and digits; receivers take the first word of the body for it where there is none. */
const EMPTY_TAG = 'sls';

function fieldsOf({ style, hostname, appName, procId, msgId }: Header): HeaderField[] {
  if (style === 'none') return [];
  const host = { before: ' ', template: hostname, max: MAX_HOSTNAME };
  if (style === 'rfc3164') {
    if (appName.length === 0) return [host];
    const tag = { before: ' ', template: appName, max: MAX_TAG, empty: EMPTY_TAG };
    return procId.length === 0
      ? [host, tag]
      : [host, tag, { before: '[', template: procId, max: MAX_PROC_ID, behind: ']' }];
  }
  return [
    host,
    { before: ' ', template: appName, max: MAX_APP_NAME },
    { before: ' ', template: procId, max: MAX_PROC_ID },
    { before: ' ', template: msgId, max: MAX_MSG_ID },
  ];
}

function endOfHeader({ style, appName, structuredData, bom }: Header): string {
  const mark = bom ? BOM : '';
  if (style === 'none') return mark;
  if (style === 'rfc3164') return `${appName.length === 0 ? '' : ':'} ${mark}`;
  return structuredData.length === 0 ? ` - ${mark}` : ' ';
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
export function encodeData(arena: Arena, { structuredData, bom }: Header, refs: RefTable): Span {
  if (structuredData.length === 0) return [0, 0];
  const members: Values<'Member'>[] = [];
  let literal = '';
  for (const { id, params } of structuredData) {
    literal += `[${id}`;
    for (const { name, value } of params) {
      members.push({ literal: arena.text(`${literal} ${name}="`), parts: refs.template(value) });
      literal = '"';
    }
    literal += ']';
  }
  members.push({ literal: arena.text(`${literal} ${bom ? BOM : ''}`), parts: [0, 0] });
  return arena.list('Member', members);
}
