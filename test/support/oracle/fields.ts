/** Where the oracle finds what a plan refers to. */
import type { FieldRef, FormatPlan, MappedField, Template } from '../../../src/model/format-plan.js';
import type { Log, LogGroup } from './log-group-list.js';
import type { Moment } from './times.js';

/** A log, what surrounds it, and what is known of it beyond its bytes. */
export interface Event {
  readonly group: LogGroup;
  readonly log: Log;
  /** `shard/cursor/index`. */
  readonly id: string;
  readonly priority: number;
  /** When it happened. */
  readonly moment: Moment | undefined;
  /** Contents that nothing leads into. */
  readonly closed?: readonly string[];
  /** Of the plan. */
  readonly maps?: FormatPlan['maps'];
}

const NONE = new Uint8Array();
const RATINGS = [10, 9, 8, 7, 5, 3, 2, 1];
const MAX_DEPTH = 63;
const LONGEST_ESCAPED = 8192;

export const decodeText = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

export function nanoseconds({ timeNs = 0 }: Log): number {
  return timeNs > 999_999_999 ? 0 : timeNs;
}

export function lookUp(ref: FieldRef, event: Event): Uint8Array {
  const { group, log, id, priority, moment } = event;
  const { time } = log;
  switch (ref.kind) {
    case 'topic':
      return group.topic ?? NONE;
    case 'source':
      return group.source ?? NONE;
    case 'tag':
      return group.tags.findLast(({ key }) => isKey(key, ref.key))?.value ?? NONE;
    case 'content':
      return content(ref, log, event.closed ?? []);
    case 'time':
      return Buffer.from(time === undefined ? '' : String(time));
    case 'timeMs':
      return Buffer.from(time === undefined ? '' : milliseconds(time, nanoseconds(log)));
    case 'eventMs':
      return Buffer.from(moment === undefined ? '' : milliseconds(moment.seconds, moment.nanoseconds));
    case 'rating':
      return Buffer.from(String(RATINGS[priority % 8]));
    case 'mapped':
      return mapped(ref, event);
    case 'eventId':
      return Buffer.from(ref.prefix + id);
  }
}

const milliseconds = (seconds: number, nanoseconds: number): string =>
  String(seconds * 1000 + Math.floor(nanoseconds / 1e6));

const isKey = (key: Uint8Array, wanted: string): boolean => Buffer.compare(key, Buffer.from(wanted)) === 0;

function plainContent(key: string, { contents }: Log): Uint8Array {
  return contents.findLast((pair) => isKey(pair.key, key))?.value ?? NONE;
}

function mapped({ map, of }: MappedField, event: Event): Uint8Array {
  const value = lookUp(of, event);
  const { entries, other } = event.maps![map]!;
  const [, shown = other] = entries.find(([key]) => isKey(value, key)) ?? [];
  return value.length === 0 || shown === undefined ? value : Buffer.from(shown);
}

type ContentRef = Extract<FieldRef, { kind: 'content' }>;

function content({ key, path: way }: ContentRef, log: Log, closed: readonly string[]): Uint8Array {
  const own = plainContent(key, log);
  const [root = '', ...path] = way ?? key.split('.');
  if (own.length > 0 || path.length === 0 || closed.includes(root)) return own;
  return insideJson(plainContent(root, log), path);
}

/** Latin-1 keeps every byte, so slices of the text are slices of the bytes. */
function insideJson(json: Uint8Array, path: readonly string[]): Uint8Array {
  const text = Buffer.from(json).toString('latin1');
  let at: number | undefined = afterSpace(text, 0);
  for (const key of path) at = at === undefined ? undefined : insideOf(text, at, key);
  const found = at === undefined ? undefined : valueAt(text, at);
  if (found === undefined || found === 'null') return NONE;
  if (!found.startsWith('"')) return Buffer.from(found, 'latin1');
  const inside = found.slice(1, -1);
  if (!inside.includes('\\') || inside.length > LONGEST_ESCAPED) return Buffer.from(inside, 'latin1');
  return unescaped(inside);
}

const LETTERS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** What no escape is stands for itself, without its backslash; half a pair of surrogates becomes U+FFFD. */
function unescaped(inside: string): Uint8Array {
  const parts = inside.match(/(?:\\u[\da-fA-F]{4})+|\\.|[^\\]+/gs) ?? [];
  const bytes = parts.map((part) => {
    if (!part.startsWith('\\')) return Buffer.from(part, 'latin1');
    if (part.length === 2) return Buffer.from(LETTERS[part[1]!] ?? part[1]!, 'latin1');
    return Buffer.from(JSON.parse(`"${part}"`) as string);
  });
  return Buffer.concat(bytes);
}

const afterSpace = (text: string, at: number): number => at + /^[ \n\r\t]*/.exec(text.slice(at))![0].length;

function insideOf(text: string, at: number, key: string): number | undefined {
  if (text[at] === '[') return /^(0|[1-9]\d*)$/.test(key) ? elementOf(text, at, Number(key)) : undefined;
  return memberOf(text, at, Buffer.from(JSON.stringify(key).slice(1, -1)).toString('latin1'));
}

/** Where that element of an array begins, counted from 0. */
function elementOf(text: string, array: number, wanted: number): number | undefined {
  for (let at = array, index = 0; ; index++) {
    at = afterSpace(text, at + 1);
    if (index === wanted) return at;
    const value = valueAt(text, at);
    if (value === undefined) return undefined;
    at = afterSpace(text, at + value.length);
    if (text[at] !== ',') return undefined;
  }
}

/** Where the value of the first member of that name begins; nothing behind what is no member is looked at. */
function memberOf(text: string, object: number, wanted: string): number | undefined {
  if (text[object] !== '{') return undefined;
  for (let at = object; ;) {
    at = afterSpace(text, at + 1);
    const name = text[at] === '"' ? valueAt(text, at) : undefined;
    if (name === undefined) return undefined;
    at = afterSpace(text, at + name.length);
    if (text[at] !== ':') return undefined;
    at = afterSpace(text, at + 1);
    if (name.slice(1, -1) === wanted) return at;
    const value = valueAt(text, at);
    if (value === undefined) return undefined;
    at = afterSpace(text, at + value.length);
    if (text[at] !== ',') return undefined;
  }
}

/** The text of the value that begins at a place, if it ends. */
function valueAt(text: string, from: number): string | undefined {
  const first = text[from];
  if (first === '"') return /"(?:\\.|[^"\\])*"/sy.exec(text.slice(from))?.[0];
  if (first !== '{' && first !== '[') return /[^,}\]"\\{[ \n\r\t]+(?=[,}\] \n\r\t])/y.exec(text.slice(from))?.[0];
  let depth = 0;
  for (let to = from; to < text.length; to++) {
    const c = text[to];
    if (c === '\\') to++;
    else if (c === '"') to += (valueAt(text, to)?.length ?? text.length) - 1;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return text.slice(from, to + 1);
  }
  return undefined;
}

/** An object or an array that is not too deep. */
export function isJson(bytes: Uint8Array): boolean {
  const text = decodeText(bytes);
  if (!/^[ \n\r\t]*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
  } catch {
    return false;
  }
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[[\]{}]/gs)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    else if (token.length === 1) depth--;
  }
  return deepest <= MAX_DEPTH;
}

/** The pieces of a value, each as the bytes it is. */
export function valuesOf(template: Template, event: Event): Uint8Array[] {
  return template.map((part) => {
    if (part.kind === 'literal') return Buffer.from(part.text);
    const values = part.refs.map((ref) => lookUp(ref, event));
    return values.find((value) => value.length > 0) ?? Buffer.from(part.fallback);
  });
}
