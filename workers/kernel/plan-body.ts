import type { BodyPlan, CefBodyPlan, LeefBodyPlan, Member, Template } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';
import type { RefTable } from './plan-refs.js';

/** The numbers are those of assembly/plan.ts … */
const KINDS = { kv: 0, json: 1, raw: 2, leef: 3, cef: 3 } as const;
const RESTS = { none: 0, contents: 1, all: 2 } as const;
/** … and of assembly/escape.ts. */
const MODES = { plain: 0, json: 1, leefValue: 2, leefTitle: 3, cefValue: 4, cefTitle: 5, kvValue: 7 } as const;

/** Of parts of an event. */
const PART_NAMES = ['slsPart', 'slsPartId'];
/** LEEF says what `devTimeFormat` and `cat` mean, so no content may bring its own. */
const LEEF_RESERVED = ['devTime', 'devTimeFormat', 'sev', 'cat', ...PART_NAMES];
const CEF_RESERVED = ['rt', ...PART_NAMES];

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
  rest: RESTS.none,
  reserved: [],
  valueMode: MODES.plain,
  titleMode: MODES.plain,
  delimiter: '\0',
  expand: false,
};

function layoutOf(body: BodyPlan): Layout {
  if (body.kind === 'kv') return body.quote === 'none' ? NOTHING : { ...NOTHING, valueMode: MODES.kvValue };
  if (body.kind === 'raw') return { ...NOTHING, titles: [unbounded(body.value)] };
  const names = body.members.map(({ name }) => name);
  if (body.kind === 'json') {
    const { members, expand } = body;
    return { ...NOTHING, members, rest: RESTS[body.rest], reserved: names, valueMode: MODES.json, expand };
  }
  const common = { ...NOTHING, rest: RESTS[body.rest] };
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
    valueMode: MODES.leefValue,
    titleMode: MODES.leefTitle,
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
    reserved: [...CEF_RESERVED, ...names],
    valueMode: MODES.cefValue,
    titleMode: MODES.cefTitle,
    delimiter: ' ',
  };
}

/** Everything in a body that may refer to a field. */
export function templatesOfBody(body: BodyPlan): Template[] {
  const { titles, members } = layoutOf(body);
  return [...titles, ...members].map(({ value }) => value);
}

/** The plan's members from bodyKind to expand. */
export function encodeBody(arena: Arena, refs: RefTable, body: BodyPlan): number[] {
  const layout = layoutOf(body);
  const label = body.kind === 'json' ? (name: string) => `${JSON.stringify(name)}:` : (name: string) => `${name}=`;
  const titles = layout.titles.flatMap(({ value, max }) => [...refs.template(value), max]);
  const members = layout.members.flatMap(({ name, value }) => [...arena.text(label(name)), ...refs.template(value)]);
  return [
    KINDS[body.kind],
    ...arena.text(layout.prefix),
    arena.words(titles),
    layout.titles.length,
    arena.words(members),
    layout.members.length,
    layout.rest,
    ...arena.texts(layout.reserved),
    layout.valueMode,
    layout.titleMode,
    layout.delimiter.charCodeAt(0),
    Number(layout.expand),
  ];
}

/** What a part has before its number, before the id of its event, before its piece of the body, and behind that. */
export function partTexts(body: BodyPlan): [string, string, string, string] {
  if (body.kind === 'json') return ['{"_part":"', '","_id":"', '","_text":"', '"}'];
  if (body.kind === 'kv' || body.kind === 'raw') return ['[part ', ' id=', '] ', ''];
  const delimiter = body.kind === 'leef' ? body.delimiter : ' ';
  return ['slsPart=', `${delimiter}slsPartId=`, delimiter, ''];
}

const QUOTES = { none: 0, whenNeeded: 1, always: 2 } as const;
/** Space and what is below it, `"`, `=`, `\`, and DEL; beside them the separator. */
const ODD = /[\0- "=\\\x7f]/;

/** The plan's members quote and oddBytes. */
export function encodeQuotes(arena: Arena, body: BodyPlan): [number, number] {
  if (body.kind !== 'kv' || body.quote === 'none') return [0, 0];
  const odd = Uint8Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return Number(byte < 0x80 && (ODD.test(character) || body.separator.includes(character)));
  });
  return [QUOTES[body.quote], arena.put(odd)];
}
