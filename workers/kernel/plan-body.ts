import type {
  BodyPlan,
  CefBodyPlan,
  JsonBodyPlan,
  KeyValueBodyPlan,
  LeefBodyPlan,
  Member,
  RawBodyPlan,
  Template,
} from '../../src/model/format-plan.js';
import type { DataSegment } from './data-segment.js';
import { NUMBERS } from './numbers.js';
import type { Values } from './records.js';
import type { RefTable } from './plan-refs.js';

const { BODY, ESCAPE, PIECE, QUOTE, REST } = NUMBERS;

/** A member of the body's own header. */
interface Title {
  readonly value: Template;
  /** Most bytes of it, before anything is escaped. */
  readonly max: number;
}

const ANY_LENGTH = 0xffff_ffff;
const unbounded = (value: Template): Title => ({ value, max: ANY_LENGTH });

/** A body in the words that the kernel has for all of them. */
export interface BodyLayout {
  /** One of BODY: the module of `assembly/bodies/` that writes it. */
  readonly kind: number;
  readonly separator: string;
  readonly prefix: string;
  readonly titles: readonly Title[];
  readonly members: readonly Member[];
  /** A member's name and what stands between it and the value. */
  readonly label: (name: string) => string;
  readonly rest: number;
  readonly reserved: readonly string[];
  /** Names as the body has them, that no other may have without a number. */
  readonly taken: readonly string[];
  readonly valueMode: number;
  readonly titleMode: number;
  readonly delimiter: string;
  readonly expand: boolean;
  readonly quote: number;
  /** Bytes that only a quoted value may have. */
  readonly odd: ((character: string) => boolean) | undefined;
  /** What a message that was cut ends with, for what the config has as its marker. */
  readonly marker: (marker: string) => string;
  /** What a part has before its number, before the id of its event, before its piece of the body, and behind that. */
  readonly parts: readonly [string, string, string, string];
  /** How a part has its piece: one of PIECE. */
  readonly pieces: number;
  /** A line of it is something that a receiver can read. */
  readonly isText: boolean;
}

/** What most bodies have: text without any structure. */
const TEXT = {
  separator: '',
  prefix: '',
  titles: [],
  members: [],
  label: (name) => `${name}=`,
  rest: REST.none,
  reserved: [],
  taken: [],
  valueMode: ESCAPE.plain,
  titleMode: ESCAPE.plain,
  delimiter: '\0',
  expand: false,
  quote: QUOTE.none,
  odd: undefined,
  marker: (marker) => marker,
  parts: ['[part ', ' id=', '] ', ''],
  pieces: PIECE.text,
  isText: true,
} as const satisfies Omit<BodyLayout, 'kind'>;

/** The one place that tells bodies apart. */
export function layoutOf(body: BodyPlan): BodyLayout {
  switch (body.kind) {
    case 'kv':
      return keyValue(body);
    case 'json':
      return json(body);
    case 'raw':
      return raw(body);
    case 'leef':
      return leef(body);
    case 'cef':
      return cef(body);
  }
}

/** Space and what is below it, `"`, `=`, `\`, and DEL; beside them the separator. */
const ODD = /[\0- "=\\\x7f]/;

function keyValue({ separator, quote }: KeyValueBodyPlan): BodyLayout {
  const plain = { ...TEXT, kind: BODY.kv, separator };
  if (quote === 'none') return plain;
  const odd = (character: string): boolean => ODD.test(character) || separator.includes(character);
  return { ...plain, valueMode: ESCAPE.kvValue, quote: QUOTE[quote], odd, isText: false };
}

function raw({ value }: RawBodyPlan): BodyLayout {
  return { ...TEXT, kind: BODY.raw, titles: [unbounded(value)] };
}

/** What JSON that was cut says. */
const TRUNCATED = '_truncated';

function json({ members, rest, expand }: JsonBodyPlan): BodyLayout {
  const reserved = members.map(({ name }) => name);
  return {
    ...TEXT,
    kind: BODY.json,
    members,
    label: (name) => `${JSON.stringify(name)}:`,
    rest: REST[rest],
    reserved,
    taken: [...reserved, TRUNCATED].map((name) => JSON.stringify(name).slice(1, -1)),
    valueMode: ESCAPE.json,
    expand,
    marker: (marker) => (marker === '' ? '' : `,"${TRUNCATED}":true`),
    parts: ['{"_part":"', '","_id":"', '","_text":"', '"}'],
    pieces: PIECE.json,
    isText: false,
  };
}

const TIME_MS: Template = [{ kind: 'field', refs: [{ kind: 'eventMs' }], fallback: '' }];
const RATING: Template = [{ kind: 'field', refs: [{ kind: 'rating' }], fallback: '' }];

/** Of parts of an event. */
const PART_NAMES = ['slsPart', 'slsPartId'] as const;

/** What LEEF and CEF have in common: one body with different layouts. */
function pairs({ rest }: LeefBodyPlan | CefBodyPlan, delimiter: string, reserved: readonly string[]): BodyLayout {
  const [part, id] = PART_NAMES;
  return {
    ...TEXT,
    kind: BODY.pairs,
    rest: REST[rest],
    reserved,
    taken: reserved,
    delimiter,
    parts: [`${part}=`, `${delimiter}${id}=`, delimiter, ''],
    pieces: PIECE.members,
    isText: false,
  };
}

/** The LEEF guide: of EventID. */
const LEEF_EVENT_ID_BYTES = 255;
/** LEEF says what `devTimeFormat` and `cat` mean, so no content may bring its own. */
const LEEF_RESERVED = ['devTime', 'devTimeFormat', 'sev', 'cat', ...PART_NAMES];

function leef(body: LeefBodyPlan): BodyLayout {
  const { format, delimiter, vendor, product, version, eventId } = body;
  const named = delimiter > ' ' ? delimiter : `x${delimiter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const titles = [...[vendor, product, version].map(unbounded), { value: eventId, max: LEEF_EVENT_ID_BYTES }];
  return {
    ...pairs(body, delimiter, [...LEEF_RESERVED, ...body.members.map(({ name }) => name)]),
    prefix: `LEEF:${format}|`,
    titles: format === '1.0' ? titles : [...titles, unbounded([{ kind: 'literal', text: named }])],
    members: [{ name: 'devTime', value: TIME_MS }, { name: 'sev', value: RATING }, ...body.members],
    valueMode: ESCAPE.leefValue,
    titleMode: ESCAPE.leefTitle,
  };
}

/** The CEF guide: of vendor, product, version, event class id and name. */
const CEF_BYTES = { vendor: 63, product: 63, version: 31, eventId: 1023, name: 512 } as const;
const CEF_RESERVED = ['rt', ...PART_NAMES];

function cef(body: CefBodyPlan): BodyLayout {
  const titles = (['vendor', 'product', 'version', 'eventId', 'name'] as const).map((key) => ({
    value: body[key],
    max: CEF_BYTES[key],
  }));
  const names = body.members.map(({ name }) => name);
  return {
    ...pairs(body, ' ', [...new Set([...CEF_RESERVED, ...body.reserved, ...names])]),
    prefix: `CEF:${body.format}|`,
    titles: [...titles, unbounded(RATING)],
    members: [{ name: 'rt', value: TIME_MS }, ...body.members],
    valueMode: ESCAPE.cefValue,
    titleMode: ESCAPE.cefTitle,
  };
}

/** Everything in a body that may refer to a field. */
export function templatesOfBody({ titles, members }: BodyLayout): Template[] {
  return [...titles, ...members].map(({ value }) => value);
}

type BodyMembers = Pick<
  Values<'Plan'>,
  | 'bodyKind'
  | 'separator'
  | 'prefix'
  | 'titles'
  | 'members'
  | 'rest'
  | 'reserved'
  | 'taken'
  | 'valueMode'
  | 'titleMode'
  | 'delimiter'
  | 'expand'
  | 'quote'
  | 'oddBytes'
>;

/** The plan's members about the body. */
export function encodeBody(segment: DataSegment, refs: RefTable, layout: BodyLayout): BodyMembers {
  const titles = layout.titles.map(({ value, max }) => ({ parts: refs.template(value), maxLength: max }));
  const members = layout.members.map(({ name, value }) => ({
    literal: segment.text(layout.label(name)),
    parts: refs.template(value),
  }));
  return {
    bodyKind: layout.kind,
    separator: segment.text(layout.separator),
    prefix: segment.text(layout.prefix),
    titles: segment.list('Title', titles),
    members: segment.list('Member', members),
    rest: layout.rest,
    reserved: segment.texts(layout.reserved),
    taken: segment.texts(layout.taken),
    valueMode: layout.valueMode,
    titleMode: layout.titleMode,
    delimiter: layout.delimiter.charCodeAt(0),
    expand: Number(layout.expand),
    quote: layout.quote,
    oddBytes: layout.odd === undefined ? 0 : segment.put(asciiTable(layout.odd)),
  };
}

/** 256 bytes: 1 for each ASCII character that is one of them. */
function asciiTable(isOne: (character: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => Number(byte < 0x80 && isOne(String.fromCharCode(byte))));
}
