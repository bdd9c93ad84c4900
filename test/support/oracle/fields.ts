/** Where the oracle finds what a plan refers to. */
import type { FieldRef, Template } from '../../../src/model/format-plan.js';
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
      return content(ref.key, log, event.closed ?? []);
    case 'time':
      return Buffer.from(time === undefined ? '' : String(time));
    case 'timeMs':
      return Buffer.from(time === undefined ? '' : milliseconds(time, nanoseconds(log)));
    case 'eventMs':
      return Buffer.from(moment === undefined ? '' : milliseconds(moment.seconds, moment.nanoseconds));
    case 'rating':
      return Buffer.from(String(RATINGS[priority % 8]));
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

function content(key: string, log: Log, closed: readonly string[]): Uint8Array {
  const own = plainContent(key, log);
  const [root = '', ...path] = key.split('.');
  if (own.length > 0 || path.length === 0 || closed.includes(root)) return own;
  return insideJson(plainContent(root, log), path);
}

/** Latin-1 keeps every byte, so slices of the text are slices of the bytes. */
function insideJson(json: Uint8Array, path: readonly string[]): Uint8Array {
  if (!isJson(json)) return NONE;
  const text = Buffer.from(json).toString('latin1');
  let found: string | undefined = text.trim();
  for (const key of path) found = memberOf(found, Buffer.from(key).toString('latin1'));
  if (found === undefined || found === 'null') return NONE;
  if (!found.startsWith('"')) return Buffer.from(found, 'latin1');
  const inside = found.slice(1, -1);
  if (!inside.includes('\\') || inside.length > LONGEST_ESCAPED) return Buffer.from(inside, 'latin1');
  const whole = JSON.parse(found.replace(/[\x7f-\xff]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)) as string;
  return unescaped(found, whole);
}

/** What JSON.parse made of a latin-1 string: bytes from 0x80 were bytes of the text, all else beyond ASCII was written as an escape.
 * Half a pair of surrogates becomes U+FFFD. */
function unescaped(literal: string, parsed: string): Uint8Array {
  const parts = literal.slice(1, -1).match(/\\u[\da-fA-F]{4}|\\.|[^\\]/gs) ?? [];
  const bytes: Uint8Array[] = [];
  for (let i = 0, at = 0; i < parts.length; i++, at++) {
    const part = parts[i]!;
    const code = parsed.codePointAt(at)!;
    if (code > 0xffff) {
      i++;
      at++;
    }
    const isByte = !part.startsWith('\\');
    bytes.push(isByte ? Uint8Array.of(code) : Buffer.from(String.fromCodePoint(code)));
  }
  return Buffer.concat(bytes);
}

function memberOf(object: string | undefined, wanted: string): string | undefined {
  if (object?.startsWith('{') !== true) return undefined;
  let found: string | undefined;
  let at = 1;
  const space = (): void => {
    while (/[ \n\r\t]/.test(object[at] ?? '')) at++;
  };
  for (;;) {
    space();
    if (object[at] === ',') {
      at++;
      space();
    }
    if (object[at] !== '"') return found;
    const name = valueAt(object, at);
    at += name.length;
    space();
    at++;
    space();
    const value = valueAt(object, at);
    at += value.length;
    if (name.slice(1, -1) === wanted) found = value;
  }
}

/** The text of the value that begins at a place in valid JSON. */
function valueAt(json: string, from: number): string {
  if (json[from] === '"') return /"(?:\\.|[^"\\])*"/sy.exec(json.slice(from))![0];
  if (json[from] !== '{' && json[from] !== '[') return /[^,}\] \n\r\t]+/y.exec(json.slice(from))![0];
  let depth = 0;
  for (let to = from; ; to++) {
    const c = json[to];
    if (c === '"') to += valueAt(json, to).length - 1;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return json.slice(from, to + 1);
  }
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
