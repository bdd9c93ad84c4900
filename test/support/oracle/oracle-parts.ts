/** One log in several messages: its lines, or parts of no more bytes than the receiver takes. */
import type { BodyPlan, FormatPlan, SizePlan } from '../../../src/model/format-plan.js';
import type { Event } from './fields.js';
import { type Message, textUpTo } from './oracle-message.js';

const MOST_HEAD = 8192;
const LEAST_ROOM = 64;
/** `4294967295/4294967295`. */
const COUNT_BYTES = 21;

/** @returns nothing if the header leaves no room for parts. */
export function partsOf({ head, body }: Message, event: Event, size: SizePlan, plan: FormatPlan): Buffer[] | undefined {
  const [titles] = TITLES[plan.body.kind]?.(plan.body).exec(body) ?? [''];
  const numbering = numberingOf(event, size, plan.body);
  const room = size.maxBytes - Buffer.byteLength(head + titles) - numbering.bytes;
  if (Buffer.byteLength(head + titles) > MOST_HEAD || room < LEAST_ROOM) return undefined;
  const pieces = piecesOf(Buffer.from(body.slice(titles.length)), room, plan.body);
  return pieces.map((piece, i) => numbering.part(head + titles, piece, i + 1, pieces.length));
}

/**
 * A message for each line. @returns nothing if the header leaves no room for that, and no messages if a line is too long and the whole
 * event is to be refused for that.
 */
export function linesOf({ head, body }: Message, event: Event, size: SizePlan, plan: FormatPlan): Buffer[] | undefined {
  const numbering = numberingOf(event, size, plan.body);
  const headBytes = Buffer.byteLength(head);
  const room = size.maxBytes - headBytes;
  if (headBytes > MOST_HEAD || room - numbering.bytes < LEAST_ROOM) return undefined;
  const lines = body.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return [Buffer.from(head)];
  if (lines.every((line) => Buffer.byteLength(line) <= room)) return lines.map((line) => Buffer.from(head + line));
  if (size.over === 'split') {
    const pieces = lines.flatMap((line) => piecesOf(Buffer.from(line), room - numbering.bytes, plan.body));
    return pieces.map((piece, i) => numbering.part(head, piece, i + 1, pieces.length));
  }
  if (size.over !== 'truncate') return [];
  return lines.map((line) => {
    if (Buffer.byteLength(line) <= room) return Buffer.from(head + line);
    const kept = textUpTo(Buffer.from(line), room - size.marker.length);
    return Buffer.concat([Buffer.from(head), kept, Buffer.from(size.marker)]);
  });
}

/** LEEF and CEF repeat their own header. */
const TITLES: Partial<Record<BodyPlan['kind'], (body: BodyPlan) => RegExp>> = {
  leef: (body) => (body.kind === 'leef' && body.format === '1.0' ? /^(?:[^|]*\|){5}/ : /^(?:[^|]*\|){6}/),
  cef: () => /^(?:(?:\\.|[^|\\])*\|){7}/s,
};

interface Numbering {
  /** At most. */
  readonly bytes: number;
  readonly part: (head: string, piece: Buffer, number: number, count: number) => Buffer;
}

function numberingOf(event: Event, { idPrefix }: SizePlan, body: BodyPlan): Numbering {
  const id = Buffer.from(idPrefix + event.id)
    .toString('latin1')
    .replace(/[^\w/.+-]/g, '_');
  const [open, middle, close, end] = textsOf(body);
  return {
    bytes: (open + middle + close + end + id).length + COUNT_BYTES,
    part(head, piece, number, count) {
      const label = `${open}${number}/${count}${middle}${id}${close}`;
      const text = body.kind === 'json' ? piece.toString().replace(/["\\]/g, '\\$&') : piece;
      return Buffer.concat([Buffer.from(head + label), Buffer.from(text), Buffer.from(end)]);
    },
  };
}

function textsOf(body: BodyPlan): [string, string, string, string] {
  if (body.kind === 'json') return ['{"_part":"', '","_id":"', '","_text":"', '"}'];
  if (body.kind === 'leef') return ['slsPart=', `${body.delimiter}slsPartId=`, body.delimiter, ''];
  if (body.kind === 'cef') return ['slsPart=', ' slsPartId=', ' ', ''];
  return ['[part ', ' id=', '] ', ''];
}

function piecesOf(text: Buffer, room: number, body: BodyPlan): Buffer[] {
  const pieces: Buffer[] = [];
  let rest = text;
  while (rest.length > 0) {
    const end = fitting(rest, room, body);
    const piece = end === rest.length ? rest : betterPiece(textUpTo(rest, end), body);
    pieces.push(piece);
    rest = rest.subarray(piece.length);
  }
  return pieces;
}

/** How many bytes fit; quotes and backslashes count twice inside JSON. */
function fitting(text: Buffer, room: number, { kind }: BodyPlan): number {
  let left = room;
  for (const [at, byte] of text.entries()) {
    left -= kind === 'json' && (byte === 0x22 || byte === 0x5c) ? 2 : 1;
    if (left < 0) return at;
  }
  return text.length;
}

/** Up to the last place between two members, if that keeps more than half. */
function betterPiece(piece: Buffer, body: BodyPlan): Buffer {
  const text = piece.toString('latin1');
  const half = piece.length >> 1;
  if (body.kind === 'leef') {
    const at = text.lastIndexOf(body.delimiter);
    return at + 1 > half ? piece.subarray(0, at + 1) : piece;
  }
  if (body.kind !== 'cef') return piece;
  const at = [...text.matchAll(/ (?=\w*=)/g)].at(-1)?.index ?? -1;
  if (at + 1 > half) return piece.subarray(0, at + 1);
  const slashes = /\\*$/.exec(text)?.[0].length ?? 0;
  return piece.subarray(0, piece.length - (slashes % 2));
}
