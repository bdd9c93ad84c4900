import type {
  BodyField,
  BodyPlan,
  CefBodyPlan,
  FormatPlan,
  JsonBodyPlan,
  KeyValueBodyPlan,
  LeefBodyPlan,
  Member,
  NewlinePolicy,
  Template,
} from '../../../src/model/format-plan.js';
import { decodeText, isJson, lookUp, nanoseconds, valuesOf, type Event } from './fields.js';
import type { Pair } from './log-group-list.js';
import { numbering } from './numbering.js';
import { inOrder, nameOf, type Written } from './body-fields.js';
import { textUpTo } from './oracle-message.js';

const NONE = new Uint8Array();

export function bodyOf(plan: FormatPlan, event: Event): string {
  const { body, newline } = plan;
  switch (body.kind) {
    case 'kv':
      return keyValue(body, plan, event);
    case 'raw':
      return valuesOf(body.value, event)
        .map((value) => mend(value, newline))
        .join('');
    case 'json':
      return json(body, plan, event);
    case 'leef':
      return leef(body, newline === 'split' ? 'escape' : newline, plan, event);
    case 'cef':
      return cef(body, newline === 'split' ? 'escape' : newline, plan, event);
  }
}

function keyValue({ separator, quote }: KeyValueBodyPlan, plan: FormatPlan, { group, log }: Event): string {
  const { shape } = plan;
  const newline = quote !== 'none' && plan.newline === 'split' ? 'escape' : plan.newline;
  const isOdd = (c: string): boolean => /[\0- "=\\\x7f]/.test(c) || separator.includes(c);
  const bare = (bytes: Uint8Array): Uint8Array => {
    if (bytes.length === 0) return Buffer.from('_');
    return Buffer.from(
      Array.from(Buffer.from(bytes).toString('latin1'), (c) => (isOdd(c) ? '_' : c)).join(''),
      'latin1',
    );
  };
  const name = (bytes: Uint8Array): string => mend(quote === 'none' ? bytes : bare(bytes), newline);
  const text = (bytes: Uint8Array): string => {
    const bits = Array.from(Buffer.from(bytes).toString('latin1'));
    if (quote === 'none' || (quote === 'whenNeeded' && !bits.some(isOdd))) return mend(bytes, newline);
    return `"${mend(Buffer.from(bits.map((c) => (/["\\]/.test(c) ? `\\${c}` : c)).join(''), 'latin1'), newline)}"`;
  };
  const pair = (kind: BodyField['kind'], prefix: string, { key, value }: Pair): Written[] => {
    const own = kind === 'tag' || kind === 'content' ? name(key) : '';
    const named = nameOf(plan, kind, key, value.length === 0, undefined);
    const left = nameOf(plan, kind, key, value.length === 0, prefix + own);
    if (left === undefined) return [];
    return [{ kind, key, text: `${named === undefined ? left : name(Buffer.from(named))}=${text(value)}` }];
  };
  const ns = nanoseconds(log);
  const pairs = [
    ...pair('topic', '__topic__', { key: NONE, value: group.topic ?? NONE }),
    ...pair('source', '__source__', { key: NONE, value: group.source ?? NONE }),
    ...(ns === 0 ? [] : pair('timeNs', '__time_ns_part__', { key: NONE, value: Buffer.from(String(ns)) })),
    ...group.tags.flatMap((tag) => pair('tag', shape?.stripTags === true ? '' : '__tag__:', tag)),
    ...log.contents.flatMap((content) => pair('content', '', content)),
  ];
  return inOrder(plan, pairs)
    .map((one) => separator + one.text)
    .join('');
}

function json({ members, rest, expand }: JsonBodyPlan, plan: FormatPlan, event: Event): string {
  const { group, log } = event;
  const text = (bytes: Uint8Array | undefined): string => jsonString(decodeText(bytes ?? NONE));
  const found = members.flatMap(({ name, value }) => {
    const pieces = valuesOf(value, event);
    if (pieces.every(({ length }) => length === 0)) return [];
    const [only] = pieces;
    const part = value[0];
    const isValue = part?.kind === 'field' && part.refs.some((ref) => lookUp(ref, event).length > 0);
    const nested = expand && isValue && pieces.length === 1 && only !== undefined && isJson(only);
    return [`${JSON.stringify(name)}:${nested ? compactJson(only) : jsonString(pieces.map(decodeText).join(''))}`];
  });
  const names = new Set(members.map(({ name }) => latin1(Buffer.from(name))));
  const others: Other[] = [];
  const add = (kind: BodyField['kind'], own: Uint8Array, key: Uint8Array, value: string, isEmpty: boolean): void => {
    const given = nameOf(plan, kind, key, isEmpty, own);
    if (given === undefined) return;
    const name = Buffer.from(given);
    if (!names.has(latin1(name))) others.push({ kind, key, name: decodeText(name), value });
  };
  if (rest === 'all') {
    if (log.time !== undefined) add('time', Buffer.from('__time__'), NONE, String(log.time), false);
    const ns = nanoseconds(log);
    if (ns > 0) add('timeNs', Buffer.from('__time_ns_part__'), NONE, String(ns), false);
    add('topic', Buffer.from('__topic__'), NONE, text(group.topic), (group.topic ?? NONE).length === 0);
    add('source', Buffer.from('__source__'), NONE, text(group.source), (group.source ?? NONE).length === 0);
    for (const { key, value } of group.tags) {
      const isStripped = plan.shape?.stripTags === true && !names.has(latin1(key));
      const own = isStripped ? key : Buffer.concat([Buffer.from('__tag__:'), key]);
      add('tag', own, key, text(value), value.length === 0);
    }
  }
  if (rest !== 'none') {
    for (const { key, value } of log.contents) {
      add('content', key, key, expand && isJson(value) ? compactJson(value) : text(value), value.length === 0);
    }
  }
  const taken = [...members.map(({ name }) => name), '_truncated'];
  const unique = numbering(taken, (name) => Buffer.byteLength(jsonString(name)) - 2);
  const written = inOrder(plan, others).map(({ name, value }) => `${jsonString(unique(name))}:${value}`);
  return `{${[...found, ...written].join(',')}}`;
}

/** A field that JSON has beside its members. */
interface Other {
  readonly kind: BodyField['kind'];
  readonly key: Uint8Array;
  readonly name: string;
  readonly value: string;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const jsonString = (text: string): string => JSON.stringify(text);

/** Without space between tokens, without half a pair of surrogates, and with no name twice in one object. */
function compactJson(bytes: Uint8Array): string {
  const text = decodeText(bytes)
    .replace(/("(?:\\.|[^"\\])*")|[ \n\r\t]+/gs, (_, string: string | undefined) => string ?? '')
    .replace(
      /(\\u[Dd][89ABab][\da-fA-F]{2}\\u[Dd][C-Fc-f][\da-fA-F]{2})|\\u[Dd][89A-Fa-f][\da-fA-F]{2}|\\./gs,
      (escape, pair) => (pair === undefined && escape.length > 2 ? '\\ufffd' : escape),
    );
  const open: Set<string>[] = [];
  return text.replace(/[{}]|"((?:\\.|[^"\\])*)"(:?)/gs, (token, name: string, colon: string) => {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon === ':') return `"${unlike(name, open.at(-1)!)}":`;
    return token;
  });
}

/** The name, with a number behind it if the object has it already. Names are compared without their escapes. */
function unlike(name: string, taken: Set<string>): string {
  const plain = JSON.parse(`"${name}"`) as string;
  let number = 1;
  while (taken.has(number === 1 ? plain : `${plain}_${number}`)) number++;
  const behind = number === 1 ? '' : `_${number}`;
  taken.add(plain + behind);
  return name + behind;
}

const RATING: Template = [{ kind: 'field', refs: [{ kind: 'rating' }], fallback: '' }];
const TIME_MS: Template = [{ kind: 'field', refs: [{ kind: 'eventMs' }], fallback: '' }];

function leef(body: LeefBodyPlan, newline: NewlinePolicy, plan: FormatPlan, event: Event): string {
  const { format, delimiter, vendor, product, version, eventId, members } = body;
  const title = (template: Template, max = Number.POSITIVE_INFINITY): string =>
    bounded(valuesOf(template, event), max)
      .map((value) => controlsAsSpace(value).replaceAll('|', '_'))
      .join('');
  const named = delimiter === '\t' ? 'x09' : delimiter;
  const head = [
    `LEEF:${format}`,
    ...[vendor, product, version].map((template) => title(template)),
    title(eventId, 255),
  ];
  if (format === '2.0') head.push(named.replaceAll('|', '_'));
  const value = (bytes: Uint8Array): string =>
    mend(Buffer.from(decodeText(bytes).replaceAll('\t', ' ').replaceAll(delimiter, ' ')), newline);
  const own = [{ name: 'devTime', value: TIME_MS }, { name: 'sev', value: RATING }, ...members];
  const taken = ['devTimeFormat', 'cat', ...PARTS, ...own.map(({ name }) => name)];
  return `${head.join('|')}|${pairs(own, taken, body, value, plan, event).join(delimiter)}`;
}

function cef(body: CefBodyPlan, newline: NewlinePolicy, plan: FormatPlan, event: Event): string {
  const { format, vendor, product, version, eventId, name, members } = body;
  const title = (template: Template, max: number): string =>
    bounded(valuesOf(template, event), max)
      .map((value) => controlsAsSpace(value).replace(/[\\|]/g, '\\$&'))
      .join('');
  const limits = [63, 63, 31, 1023, 512, 2];
  const titles = [vendor, product, version, eventId, name, RATING].map((template, i) => title(template, limits[i]!));
  const head = [`CEF:${format}`, ...titles];
  const value = (bytes: Uint8Array): string =>
    decodeText(bytes)
      .split(/([\r\n\\=])/)
      .map((piece) => CEF_ESCAPES.get(piece) ?? mend(Buffer.from(piece), newline))
      .join('');
  const own = [{ name: 'rt', value: TIME_MS }, ...members];
  const taken = [...PARTS, ...body.reserved, ...own.map(({ name: one }) => one)];
  return `${head.join('|')}|${pairs(own, taken, body, value, plan, event).join(' ')}`;
}

const PARTS = ['slsPart', 'slsPartId'];

/** The pieces up to so many bytes together, ending between two characters. */
function bounded(pieces: readonly Uint8Array[], max: number): Uint8Array[] {
  const kept: Uint8Array[] = [];
  let left = max;
  for (const piece of pieces) {
    const whole = piece.length <= left;
    kept.push(whole ? piece : textUpTo(Buffer.from(piece), left));
    if (!whole) break;
    left -= piece.length;
  }
  return kept;
}

const CEF_ESCAPES = new Map([
  ['\r', '\\r'],
  ['\n', '\\n'],
  ['\\', '\\\\'],
  ['=', '\\='],
]);

function pairs(
  members: readonly Member[],
  taken: readonly string[],
  { rest }: Extract<BodyPlan, { rest: 'none' | 'contents' }>,
  text: (value: Uint8Array) => string,
  plan: FormatPlan,
  event: Event,
): string[] {
  const found = members.flatMap(({ name, value }) => {
    const pieces = valuesOf(value, event);
    return pieces.every(({ length }) => length === 0) ? [] : [`${name}=${pieces.map(text).join('')}`];
  });
  if (rest === 'none') return found;
  const contents = inOrder(
    plan,
    event.log.contents.filter(({ value }) => value.length > 0).map((pair) => ({ kind: 'content' as const, ...pair })),
  );
  const unique = numbering(taken, () => 0);
  const others = contents.flatMap(({ key, value }) => {
    const name = nameOf(plan, 'content', key, false, key);
    return name === undefined ? [] : [`${unique(ownName(Buffer.from(name), taken))}=${text(value)}`];
  });
  return [...found, ...others];
}

function ownName(key: Uint8Array, taken: readonly string[]): string {
  const name = Buffer.from(key.subarray(0, 255)).toString('latin1').replace(/\W/g, '_') || '_';
  return taken.includes(name) ? `sls_${name}` : name;
}

/** NUL goes, every other control character is a space. */
export function controlsAsSpace(bytes: Uint8Array): string {
  return mend(Buffer.from(decodeText(bytes).replaceAll('\t', ' ')), 'space');
}

const NEWLINES: Record<NewlinePolicy, (newline: string) => string> = {
  escape: (newline) => (newline === '\n' ? '\\n' : '\\r'),
  space: () => ' ',
  octal: (newline) => (newline === '\n' ? '#012' : '#015'),
  keep: (newline) => newline,
  split: () => '\n',
};

function mend(bytes: Uint8Array, newline: NewlinePolicy): string {
  const text = decodeText(bytes)
    .replaceAll('\0', '')
    .replace(/[\r\n]/g, NEWLINES[newline]);
  if (newline === 'split') return Array.from(text, (c) => (isControl(c) && c !== '\n' ? ' ' : c)).join('');
  return newline === 'keep' ? text : Array.from(text, (c) => (isControl(c) ? ' ' : c)).join('');
}

function isControl(character: string): boolean {
  return (character < ' ' && character !== '\t') || character === '\x7f';
}
