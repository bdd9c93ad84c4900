import type { FormatPlan } from '../../../src/model/format-plan.js';

/** The message as it is sent; undefined when it is too large and dropped. */
export function fit(head: string, body: string, { size, body: { kind } }: FormatPlan): Buffer | undefined {
  const whole = Buffer.from(head + body);
  if (size === undefined || whole.length <= size.maxBytes) return whole;
  if (size.over === 'drop') return undefined;
  const room = size.maxBytes - Buffer.byteLength(head);
  if (room <= 0) return textUpTo(whole, size.maxBytes);
  if (kind === 'json') return Buffer.from(head + jsonUpTo(body, room));
  const text = textUpTo(Buffer.from(body), room);
  const isHalf = kind === 'cef' && (/\\*$/.exec(text.toString())?.[0].length ?? 0) % 2 === 1;
  return Buffer.concat([Buffer.from(head), isHalf ? text.subarray(0, -1) : text]);
}

function textUpTo(bytes: Buffer, room: number): Buffer {
  let end = room;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** Of all ways to cut after a whole value or inside a string, the one that keeps most and can still be closed. */
function jsonUpTo(json: string, room: number): string {
  const open: string[] = [];
  let best = '';
  let done = '';
  const offer = (closers: string): void => {
    const text = done + closers + open.toReversed().join('');
    if (Buffer.byteLength(text) <= room) best = text;
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
      if (!isName) cutsInside(token, offerPart);
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
  for (const [character] of string.slice(1, -1).matchAll(/\\u....|\\.|[^\\]/gsu)) offer((part += character));
}
