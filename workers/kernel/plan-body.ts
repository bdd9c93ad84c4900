import type { BodyPlan, CefBodyPlan, LeefBodyPlan, Member, Template } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';
import { NUMBERS } from './numbers.js';
import type { Values } from './records.js';
import type { RefTable } from './plan-refs.js';

const { BODY, ESCAPE, QUOTE, REST } = NUMBERS;
/** LEEF and CEF are one body with different layouts. */
const KINDS = { kv: BODY.kv, json: BODY.json, raw: BODY.raw, leef: BODY.pairs, cef: BODY.pairs } as const;

/** Of parts of an event. */
const PART_NAMES = ['slsPart', 'slsPartId'];
/** LEEF says what `devTimeFormat` and `cat` mean, so no content may bring its own. */
const LEEF_RESERVED = ['devTime', 'devTimeFormat', 'sev', 'cat', ...PART_NAMES];
const CEF_RESERVED = ['rt', ...PART_NAMES];

/** What JSON that was cut says. */
const TRUNCATED = '_truncated';

const TIME_MS: Template = [{ kind: 'field', refs: [{ kind: 'eventMs' }], fallback: '' }];
const RATING: Template = [{ kind: 'field', refs: [{ kind: 'rating' }], fallback: '' }];

/** A member of the body's own header. */
interface Title {
  readonly value: Template;
  /** Most bytes of it, before anything is escaped. */
  readonly max: number;
}

const ANY_LENGTH = 0xffff_ffff;
/** The LEEF guide: of EventID; the CEF guide: of vendor, product, version, event class id and name. */
const LEEF_EVENT_ID_BYTES = 255;
const CEF_BYTES = { vendor: 63, product: 63, version: 31, eventId: 1023, name: 512 } as const;

const unbounded = (value: Template): Title => ({ value, max: ANY_LENGTH });

/** A body in the words the kernel has for all of them. */
interface Layout {
  readonly prefix: string;
  readonly titles: readonly Title[];
  readonly members: readonly Member[];
  readonly rest: number;
  readonly reserved: readonly string[];
  readonly valueMode: number;
  readonly titleMode: number;
  readonly delimiter: string;
  readonly expand: boolean;
}

const NOTHING: Layout = {
  prefix: '',
  titles: [],
  members: [],
  rest: REST.none,
  reserved: [],
  valueMode: ESCAPE.plain,
  titleMode: ESCAPE.plain,
  delimiter: '\0',
  expand: false,
};

function layoutOf(body: BodyPlan): Layout {
  if (body.kind === 'kv') return body.quote === 'none' ? NOTHING : { ...NOTHING, valueMode: ESCAPE.kvValue };
  if (body.kind === 'raw') return { ...NOTHING, titles: [unbounded(body.value)] };
  const names = body.members.map(({ name }) => name);
  if (body.kind === 'json') {
    const { members, expand } = body;
    return { ...NOTHING, members, rest: REST[body.rest], reserved: names, valueMode: ESCAPE.json, expand };
  }
  const common = { ...NOTHING, rest: REST[body.rest] };
  return body.kind === 'leef' ? leef(body, names, common) : cef(body, names, common);
}

function leef(body: LeefBodyPlan, names: readonly string[], common: Layout): Layout {
  const { format, delimiter, vendor, product, version, eventId } = body;
  const time = { name: 'devTime', value: TIME_MS };
  const named = delimiter > ' ' ? delimiter : `x${delimiter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  const titles = [...[vendor, product, version].map(unbounded), { value: eventId, max: LEEF_EVENT_ID_BYTES }];
  return {
    ...common,
    prefix: `LEEF:${format}|`,
    titles: format === '1.0' ? titles : [...titles, unbounded([{ kind: 'literal', text: named }])],
    members: [time, { name: 'sev', value: RATING }, ...body.members],
    reserved: [...LEEF_RESERVED, ...names],
    valueMode: ESCAPE.leefValue,
    titleMode: ESCAPE.leefTitle,
    delimiter,
  };
}

function cef(body: CefBodyPlan, names: readonly string[], common: Layout): Layout {
  const { format } = body;
  const titles = (['vendor', 'product', 'version', 'eventId', 'name'] as const).map((key) => ({
    value: body[key],
    max: CEF_BYTES[key],
  }));
  return {
    ...common,
    prefix: `CEF:${format}|`,
    titles: [...titles, unbounded(RATING)],
    members: [{ name: 'rt', value: TIME_MS }, ...body.members],
    reserved: [...new Set([...CEF_RESERVED, ...body.reserved, ...names])],
    valueMode: ESCAPE.cefValue,
    titleMode: ESCAPE.cefTitle,
    delimiter: ' ',
  };
}

/** Everything in a body that may refer to a field. */
export function templatesOfBody(body: BodyPlan): Template[] {
  const { titles, members } = layoutOf(body);
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

/** Without its quotes. */
const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The plan's members about the body. */
export function encodeBody(arena: Arena, refs: RefTable, body: BodyPlan): BodyMembers {
  const layout = layoutOf(body);
  const label = body.kind === 'json' ? (name: string) => `${JSON.stringify(name)}:` : (name: string) => `${name}=`;
  const titles = layout.titles.map(({ value, max }) => ({ parts: refs.template(value), maxLength: max }));
  const members = layout.members.map(({ name, value }) => ({
    literal: arena.text(label(name)),
    parts: refs.template(value),
  }));
  return {
    bodyKind: KINDS[body.kind],
    separator: arena.text(body.kind === 'kv' ? body.separator : ''),
    prefix: arena.text(layout.prefix),
    titles: arena.list('Title', titles),
    members: arena.list('Member', members),
    rest: layout.rest,
    reserved: arena.texts(layout.reserved),
    taken: arena.texts(body.kind === 'json' ? [...layout.reserved, TRUNCATED].map(jsonText) : layout.reserved),
    valueMode: layout.valueMode,
    titleMode: layout.titleMode,
    delimiter: layout.delimiter.charCodeAt(0),
    expand: Number(layout.expand),
    ...encodeQuotes(arena, body),
  };
}

/** What a part has before its number, before the id of its event, before its piece of the body, and behind that. */
export function partTexts(body: BodyPlan): [string, string, string, string] {
  if (body.kind === 'json') return ['{"_part":"', '","_id":"', '","_text":"', '"}'];
  if (body.kind === 'kv' || body.kind === 'raw') return ['[part ', ' id=', '] ', ''];
  const delimiter = body.kind === 'leef' ? body.delimiter : ' ';
  return ['slsPart=', `${delimiter}slsPartId=`, delimiter, ''];
}

/** Space and what is below it, `"`, `=`, `\`, and DEL; beside them the separator. */
const ODD = /[\0- "=\\\x7f]/;

function encodeQuotes(arena: Arena, body: BodyPlan): Pick<BodyMembers, 'quote' | 'oddBytes'> {
  if (body.kind !== 'kv' || body.quote === 'none') return { quote: QUOTE.none, oddBytes: 0 };
  const odd = Uint8Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return Number(byte < 0x80 && (ODD.test(character) || body.separator.includes(character)));
  });
  return { quote: QUOTE[body.quote], oddBytes: arena.put(odd) };
}
