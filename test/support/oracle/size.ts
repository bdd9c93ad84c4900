import type { BodyPlan, FormatPlan, SizePlan } from '../../../src/model/format-plan.js';
import type { Event } from './fields.js';
import type { Pair } from './log-group-list.js';
import { type Message, textUpTo } from './oracle-message.js';
import { linesOf, partsOf } from './oracle-parts.js';

const sizeOf = ({ head, body }: Message): number => Buffer.byteLength(head + body);

/** The messages of a log as they are sent: mostly one, none when it is too large for that. */
export function fit(event: Event, messageOf: (event: Event) => Message, plan: FormatPlan): Buffer[] {
  const { newline, body } = plan;
  const isText = body.kind === 'raw' || (body.kind === 'kv' && body.quote === 'none');
  const byLine = newline === 'split' && isText;
  const size = plan.size ?? (byLine ? LONGEST_LINES : undefined);
  const whole = messageOf(event);
  if (size === undefined) return [bytesOf(whole)];
  if (byLine && whole.body.includes('\n')) {
    const joined = { ...whole, body: whole.body.replaceAll('\n', ' ') };
    return linesOf(whole, event, size, plan) ?? fitOne(joined, event, size, plan);
  }
  return fitOne(trimmed(event, messageOf, whole, size), event, size, plan);
}

const LONGEST_LINES: SizePlan = { maxBytes: 131_072, over: 'split', marker: '', trimFirst: [], idPrefix: '' };

function fitOne(message: Message, event: Event, size: SizePlan, plan: FormatPlan): Buffer[] {
  if (sizeOf(message) <= size.maxBytes) return [bytesOf(message)];
  if (size.over === 'drop' || size.over === 'deadLetter') return [];
  const parts = size.over === 'split' ? partsOf(message, event, size, plan) : undefined;
  return parts ?? [cut(message, size, plan.body)];
}

const bytesOf = ({ head, body }: Message): Buffer => Buffer.from(head + body);

/** One field after the other is shortened by what is too much; the log's other properties stay what they are. */
function trimmed(event: Event, messageOf: (event: Event) => Message, whole: Message, size: SizePlan): Message {
  let message = whole;
  let { contents } = event.log;
  const names = size.trimFirst.filter((name) => event.closed?.includes(name) !== true);
  for (const name of names) {
    const over = sizeOf(message) - size.maxBytes;
    if (over <= 0) break;
    const isNamed = ({ key }: Pair): boolean => Buffer.compare(key, Buffer.from(name)) === 0;
    const longest = Math.max(0, ...contents.filter(isNamed).map(({ value }) => value.length));
    if (longest === 0) continue;
    contents = contents.map((pair) =>
      isNamed(pair) ? { ...pair, value: bytesUpTo(pair.value, longest - over) } : pair,
    );
    message = messageOf({ ...event, log: { ...event.log, contents } });
  }
  return message;
}

function bytesUpTo(value: Uint8Array, length: number): Uint8Array {
  return value.length <= length ? value : textUpTo(Buffer.from(value), Math.max(0, length));
}

const MARKED_FROM = 64;

function cut({ head, body: text }: Message, { maxBytes, marker }: SizePlan, body: BodyPlan): Buffer {
  const room = maxBytes - Buffer.byteLength(head);
  if (room <= 0) return textUpTo(Buffer.from(head + text), maxBytes);
  const mark = room < MARKED_FROM ? '' : marker;
  if (body.kind === 'json') return Buffer.from(head + jsonUpTo(text, room, mark === '' ? '' : ',"_truncated":true'));
  if (body.kind === 'kv' && body.quote !== 'none') return Buffer.from(head + quotedUpTo(text, room, mark));
  const kept = textUpTo(Buffer.from(text), room - mark.length);
  const isHalf = body.kind === 'cef' && (/\\*$/.exec(kept.toString())?.[0].length ?? 0) % 2 === 1;
  return Buffer.concat([Buffer.from(head), isHalf ? kept.subarray(0, -1) : kept, Buffer.from(mark)]);
}

/** Whole escapes, and a quote at the end where one is open. */
function quotedUpTo(text: string, room: number, mark: string): string {
  const kept = textUpTo(Buffer.from(text), room - mark.length - 1).toString();
  const whole = kept.replace(/^((?:\\.|[^\\])*)\\$/s, '$1');
  const quotes = whole.replace(/\\./gs, '').split('"').length - 1;
  return whole + mark + (quotes % 2 === 1 ? '"' : '');
}

/** Of all ways to cut after a whole value or inside a string, the one that keeps most and can still be closed. */
function jsonUpTo(json: string, room: number, mark: string): string {
  const open: string[] = [];
  let best = '';
  let done = '';
  const offer = (closers: string): void => {
    const end = open.toReversed().join('');
    const text = done + closers + end.slice(0, -1);
    // Whether there is a comma before the marker or not, there is room for it.
    if (Buffer.byteLength(text + mark) < room) best = text + (text === '{' ? mark.slice(1) : mark) + end.slice(-1);
  };
  let isName = false;
  for (const [token] of json.matchAll(/"(?:\\.|[^"\\])*"|[^"]/gsu)) {
    if (Buffer.byteLength(done) >= room) break;
    if (token === '{' || token === '[') {
      done += token;
      open.push(token === '{' ? '}' : ']');
      isName = token === '{';
      offer('');
      continue;
    }
    if (token === '}' || token === ']') open.pop();
    if (token === ',') {
      offer('');
      isName = open.at(-1) === '}';
    } else if (token.length > 1 && token.startsWith('"')) {
      // No character beyond the room can be kept.
      if (!isName) cutsInside(token.slice(0, room + 2), offerPart);
      isName = false;
      done += token;
      if (!isNameToken(json, done)) offer('');
      continue;
    }
    done += token;
    if (token === '}' || token === ']') offer('');
  }
  return best;

  function offerPart(part: string): void {
    const kept = done;
    done += part;
    offer('"');
    done = kept;
  }
}

const isNameToken = (json: string, done: string): boolean => json.startsWith(':', done.length);

function cutsInside(string: string, offer: (part: string) => void): void {
  let part = '"';
  offer(part);
  for (const [character] of string.slice(1, -1).matchAll(/\\u[Dd][89ABab]..\\u....|\\u....|\\.|[^\\]/gsu))
    offer((part += character));
}
